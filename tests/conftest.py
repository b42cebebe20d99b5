"""The cast: a city, two banners that are neighbours, people with roles, and a stranger.

One template schema a run, replayed for each tenant; each test in a transaction. The neighbour's
sequences are shifted so that a row read from the wrong schema never fits by chance.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from kernel.accounts.models import Membership, User
from kernel.authority.reach import grant
from kernel.calendars.actions import load_standard_notices
from kernel.refusal import Refused
from kernel.trail import SYSTEM
from tenants import migrating, provisioning, sharding
from tenants.gateway import visiting
from tenants.honesty.models import Score
from tenants.models import Domain, Kind, Tenant
from tenants.rollup.ledgers import ledgers
from tenants.rollup.models import Reconciliation
from workflows.catalogue.actions import load_standard
from workflows.mechanism.models import Unit

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """A test database, always.

    pytest-django makes none where no chosen test carries its mark; what works with real commits would then
    work in the very database that the settings name.
    """
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default"},
            serialized_aliases=set(),
            keepdb=keep,
        )
        settle()
        shift_sequences("t_dalate", 5_000)
        if os.environ.get("LIANSHEN_SHARDED"):  # deploy/citus.py
            sharding.distribute(say=print)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


def settle() -> None:
    """Bring a database to where tests begin: migrated, notices and standard loaded, the cast opened."""
    migrating.migrate_template()
    load_standard_notices()
    load_standard(actor=SYSTEM)
    for facts in (
        {
            "name": "鄂尔多斯市",
            "slug": "city",
            "kind": Kind.CITY,
            "code": "150600",
            "prefix": "ERD",
        },
        {
            "name": "准格尔旗",
            "slug": "zhungeer",
            "kind": Kind.BANNER,
            "code": "150622",
            "prefix": "ZGE",
        },
        {
            "name": "达拉特旗",
            "slug": "dalate",
            "kind": Kind.BANNER,
            "code": "150621",
            "prefix": "DLT",
        },
    ):
        if not Tenant.objects.filter(slug=facts["slug"]).exists():
            parent = None if facts["slug"] == "city" else "city"
            provisioning.open_tenant(**facts, parent_slug=parent)


def shift_sequences(schema_name: str, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [schema_name])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER SEQUENCE {schema_name}."{name}" RESTART WITH {by}')


@pytest.fixture(autouse=True)
def _back_to_public(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        connection.set_schema_to_public()


@pytest.fixture
def city(db: None) -> Tenant:
    return Tenant.objects.get(slug="city")


@pytest.fixture
def zhungeer(db: None) -> Tenant:
    return Tenant.objects.select_related("parent").get(slug="zhungeer")


@pytest.fixture
def dalate(db: None) -> Tenant:
    """The neighbour."""
    return Tenant.objects.select_related("parent").get(slug="dalate")


@pytest.fixture
def in_tenant() -> Callable[[Tenant], AbstractContextManager[Tenant]]:
    return visiting


@pytest.fixture
def member(db: None) -> Callable[..., User]:
    """``member(tenant, role, department_code="")`` makes a person with that post there."""
    made = 0

    def make(tenant: Tenant, role: str = "office", department_code: str = "") -> User:
        nonlocal made
        made += 1
        user = User.objects.create_user(
            username=f"{role}-{tenant.slug}-{made}",
            password="correct-horse-9",
            name=f"某{made}（示例）",
        )
        join(user, tenant, role, department_code)
        return user

    return make


def join(user: User, tenant: Tenant, role: str, department_code: str = "") -> None:
    """Make ``user`` a member of ``tenant``; a department's people reach its procedures."""
    Membership.objects.create(
        user=user,
        tenant=tenant,
        role=role,
        department_code=department_code,
        from_on=date(2020, 1, 1),
    )
    if department_code:
        with visiting(tenant):
            unit = Unit.objects.get(department_code=department_code, until_on=None)
            grant(user, "mechanism.handle_procedures", unit)


class ConsoleClient(Client):
    """A browser on one tenant's host. Leaves the connection in the schema it found it in."""

    def request(self, **environ: Any) -> Any:
        before = connection.tenant
        try:
            return super().request(**environ)
        finally:
            connection.set_tenant(before)


@pytest.fixture
def console() -> Callable[..., Client]:
    """``console(tenant, user=None)`` is a browser on that tenant's console."""

    def open_console(tenant: Tenant, user: User | None = None) -> Client:
        client = ConsoleClient(SERVER_NAME=f"{tenant.slug}.localhost")
        if user:
            client.force_login(user, backend=MODEL_BACKEND)
        return client

    return open_console


@pytest.fixture
def portal() -> Client:
    return ConsoleClient(SERVER_NAME="localhost")


@contextmanager
def passing_banner(name: str, slug: str, code: str, prefix: str) -> Iterator[Tenant]:
    """A banner of the city with real commits, dropped at the end of the block."""
    tenant = provisioning.open_tenant(
        name=name, slug=slug, kind=Kind.BANNER, code=code, prefix=prefix, parent_slug="city"
    )
    try:
        yield tenant
    finally:
        with visiting(tenant):
            for model in (*(ledger.model for ledger in ledgers()), Reconciliation, Score):
                model.objects.filter(owner=tenant.schema_name).delete()
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {tenant.schema_name} CASCADE")
        users = User.objects.filter(memberships__tenant=tenant)
        ids = list(users.values_list("pk", flat=True))
        Membership.objects.filter(tenant=tenant).delete()
        User.objects.filter(pk__in=ids).delete()
        Domain.objects.filter(tenant=tenant).delete()
        Tenant.objects.filter(pk=tenant.pk)._raw_delete("default")


@pytest.fixture
def own_tenant(django_db_setup: None, django_db_blocker: Any) -> Iterator[Tenant]:
    """A banner outside any test transaction, for tests that need real commits; dropped afterwards."""
    with (
        django_db_blocker.unblock(),
        passing_banner("临时旗", "temporary", "150699", "LSQ") as tenant,
    ):
        yield tenant


#: How many do the same thing in the same moment.
OFFICERS = 4


@pytest.fixture
def at_once(own_tenant: Tenant, django_db_blocker: Any) -> Iterator[Callable[..., list[Any]]]:
    """``at_once(act)`` has each officer of a tenant with real commits do ``act(n)`` in the same moment: results,
    or the words of refusals."""

    def press(act: Callable[[int], Any]) -> list[Any]:
        together = Barrier(OFFICERS)

        def one(n: int) -> Any:
            try:
                with visiting(own_tenant):
                    together.wait(timeout=30)
                    return act(n)
            except Refused as refusal:
                return str(refusal)
            finally:
                connection.close()

        with ThreadPoolExecutor(OFFICERS) as pool:
            return list(pool.map(one, range(OFFICERS)))

    with django_db_blocker.unblock():
        yield press


@pytest.fixture(scope="session")
def city_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running city of its own for browsers: see tests/browser/stack.py."""
    from tests.browser.stack import running_city  # noqa: PLC0415 -- only where a browser is

    with running_city(tmp_path_factory.mktemp("city")) as city:
        yield city
        assert city.troubles() == []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium without a network of its own; tests of the mark `browser` are skipped without."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only where a browser is

    program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not os.path.exists(program):
        pytest.skip(f"no Chromium at {program}")
    quiet = ("background-networking", "component-update", "sync", "gpu")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *(f"--disable-{q}" for q in quiet)]
        )
        yield browser
        browser.close()
