"""A small city for the browser: run in a process of its own; prints as JSON who holds which session.

The mechanism stands, the promises are made, people have their posts; no banner under test has a
project yet. The neighbour has two of its own, with shifted keys, so that nothing fits by chance.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date, timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from cms.seeding import ensure_sections  # noqa: E402
from config.demo.cast import PASSWORD, PEOPLE, PLACES, Person  # noqa: E402
from kernel.accounts.models import User  # noqa: E402
from kernel.calendars.actions import load_standard_notices  # noqa: E402
from kernel.trail import SYSTEM  # noqa: E402
from tenants import migrating, provisioning  # noqa: E402
from tenants.gateway import ready_tenants, visiting  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tests.conftest import MODEL_BACKEND, join, shift_sequences  # noqa: E402
from workflows.catalogue.actions import load_standard  # noqa: E402
from workflows.mechanism import sample as mechanism_sample  # noqa: E402
from workflows.projects import sample as projects_sample  # noqa: E402
from workflows.promises import sample as promises_sample  # noqa: E402

HASHED = make_password(PASSWORD)  # once: it is slow by design
OPENED = {"city", "zhungeer", "zhungeer-jkq", "dalate"}
LISTED_ON = date(2025, 10, 28)


def prepare() -> dict[str, str]:
    """Fill an empty database; returns the session key of each person by username."""
    open_city(on=LISTED_ON)
    with visiting(Tenant.objects.get(slug="dalate")):
        rows = projects_sample.sample_rows("dalate", year=2026, count=2)
        projects_sample.load(rows, year=2026, on=LISTED_ON, actor=SYSTEM)
    return sessions_of(PEOPLE)


def open_city(*, on: date) -> None:
    """The city, three tenants with their mechanisms as of ``on``, and the portal's sections."""
    migrating.migrate_template()
    load_standard_notices()
    load_standard(actor=SYSTEM)
    for order, place in enumerate(PLACES):
        if place.slug in OPENED:
            provisioning.open_tenant(
                name=place.name,
                slug=place.slug,
                kind=place.kind,
                code=place.code,
                prefix=place.prefix,
                parent_slug=place.parent,
                order=order,
            )
    shift_sequences("t_dalate", 5_000)
    for tenant in ready_tenants():
        with visiting(tenant):
            mechanism_sample.fill(on=on)
            promises_sample.fill(on=on)
    ensure_sections()


def sessions_of(people: Iterable[Person]) -> dict[str, str]:
    """Give everybody an account and their posts; and a stranger, who has none."""
    users = [*(enrol(person) for person in people), account("luren", "路某（示例）")]
    return {user.username: session_of(user) for user in users}


def account(username: str, name: str) -> User:
    return User.objects.create(username=username, password=HASHED, name=name)


def enrol(person: Person) -> User:
    user = account(person.username, person.name)
    for slug, role, department in person.memberships:
        if slug in OPENED:
            join(user, Tenant.objects.get(slug=slug), role, department)
    return user


def session_of(user: User) -> str:
    """A session as signing in would leave it: the door is behind whoever holds it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = MODEL_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(timedelta(days=800))  # a story may last a year
    session.create()
    return session.session_key


if __name__ == "__main__":
    json.dump(prepare(), sys.stdout)
