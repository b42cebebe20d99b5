"""Brings the sample city to life: migrations, tenants, people, a season, filings, the portal.

Safe to run again: what is there is left alone, what was cut short is finished.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from cms.sample import publish_news
from cms.seeding import ensure_editor, ensure_reviewer, ensure_sections
from config.demo import at_work
from config.demo.cast import PASSWORD, PEOPLE, PLACES, Person
from config.demo.season import seasons
from kernel.accounts.models import Membership, User
from kernel.authority.permissions import Role
from kernel.authority.reach import grant
from kernel.calendars.actions import load_standard_notices
from kernel.trail import SYSTEM, Actor
from tenants import migrating, provisioning
from tenants.gateway import ready_tenants, visiting
from tenants.models import Tenant
from tenants.registry.models import Disclosure, Filing, FilingKind
from tenants.rollup.reconcile import reconcile, repair
from workflows.annual import sample as annual_sample
from workflows.catalogue.actions import load_standard
from workflows.disclosure.sample import release_samples
from workflows.filings import actions as filings
from workflows.filings import sample as filings_sample
from workflows.interchange import actions as interchange
from workflows.interchange import sample as interchange_sample
from workflows.issuing import sample as issuing_sample
from workflows.mechanism import sample as mechanism_sample
from workflows.mechanism.models import Unit
from workflows.procedures import sample as procedures_sample
from workflows.projects import sample as projects_sample
from workflows.projects.models import Project
from workflows.promises import sample as promises_sample
from workflows.watches.actions import notice

PROJECTS_A_SEASON = {"city": 4, "zhungeer": 14, "yijinhuoluo": 12, "dalate": 10}
OTHERWISE = 6
NOT_FILED_YET = {"hangjin", "shanghaimiao"}  # so that the city sees someone late
RETURNED = {"wushen"}
#: These promised nothing shorter than the law before their lists were confirmed, and it shows.
PROMISED_LATE = {"dalate", "etuoke", "wushen", "shanghaimiao"}

OFFICE, RELEASER = "shiban", "shizhang"  # who the seeded history says did it


class Command(BaseCommand):
    help = "准备示例城市：可反复运行"

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        self.stdout.write("  更新数据库结构")
        outcome = migrating.migrate_everything(say=self.stdout.write)
        if outcome.failed:
            raise CommandError(outcome.complaint)
        if outcome.moved:  # rows of the city's picture may have another shape now
            with self.step(f"迁移了 {outcome.moved} 个机制，按台账重推汇总"):
                for tenant in ready_tenants():
                    with visiting(tenant):
                        repair()
        with self.step("装入节假日通知与标准事项"):
            load_standard_notices()
            load_standard(actor=SYSTEM)
        with self.step(f"开通 {len(PLACES)} 个机制"):
            self.open_places()
        with self.step("登记示例人员"):
            for person in PEOPLE:
                self.enrol(person, today)
        for tenant in ready_tenants():
            with visiting(tenant):
                if Project.objects.exists():
                    continue
                with self.step(f"装入两季项目：{tenant.name}"), transaction.atomic():
                    self.play(tenant, today)
        with self.step("报备与回执"):
            self.file(today)
        with self.step("公开发布与门户"):
            self.publish(today)
        with self.step("汇总对账与数据交换表检查"):
            for tenant in ready_tenants():
                with visiting(tenant):
                    reconcile()
                    peopled = Membership.objects.filter(tenant=tenant).exists()
                    interchange_sample.fill(on=today, at=timezone.now(), departments=peopled)
                    interchange.check_all(on=today, at=timezone.now())

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        begun = perf_counter()
        self.stdout.write(f"  {label} …", ending="")
        self.stdout.flush()
        yield
        self.stdout.write(f" {perf_counter() - begun:.1f} 秒")

    def open_places(self) -> None:
        for order, place in enumerate(PLACES):
            tenant = Tenant.objects.filter(slug=place.slug).first()
            if tenant is None:
                provisioning.open_tenant(
                    name=place.name,
                    slug=place.slug,
                    kind=place.kind,
                    code=place.code,
                    prefix=place.prefix,
                    parent_slug=place.parent,
                    order=order,
                )
            elif not tenant.ready:
                provisioning.resume_seeding(tenant)

    def enrol(self, person: Person, today: date) -> None:
        user, made = User.objects.get_or_create(
            username=person.username,
            defaults={"name": person.name, "office_phone": "0477-000 0000"},
        )
        if made:
            user.set_password(PASSWORD)
            user.save()
        for slug, role, department in person.memberships:
            tenant = Tenant.objects.get(slug=slug)
            Membership.objects.get_or_create(
                user=user,
                tenant=tenant,
                defaults={
                    "role": role,
                    "post": person.post,
                    "department_code": department,
                    "from_on": date(today.year - 1, 1, 1),
                },
            )
            if department:
                with visiting(tenant):
                    unit = Unit.objects.in_force(today).get(department_code=department)
                    grant(user, "mechanism.handle_procedures", unit)

    def play(self, tenant: Tenant, today: date) -> None:
        """Two seasons of one tenant: the people, the promises, the lists, the moves up to today."""
        begun_on = seasons(today)[0].confirmed_on
        mechanism_sample.fill(on=begun_on)
        if tenant.slug not in PROMISED_LATE:
            promises_sample.fill(on=begun_on)
        count = PROJECTS_A_SEASON.get(tenant.slug, OTHERWISE)
        for season in seasons(today):
            rows = projects_sample.sample_rows(
                tenant.slug, year=season.year, count=count, seed=season.year
            )
            projects_sample.load(
                rows, year=season.year, on=season.confirmed_on, actor=actor(OFFICE)
            )
            annual_sample.fill(season.year, confirmed_on=season.confirmed_on, actor=actor(OFFICE))
        procedures_sample.play_all(Project.objects.order_by("number"), today=today)
        promises_sample.fill(on=today)
        issuing_sample.fill(on=begun_on, actor=actor(OFFICE), at=timezone.now())
        notice(on=today, at=timezone.now())
        if Membership.objects.filter(tenant=tenant).exists():  # somebody can look at it
            at_work.play(today=today, clerk=clerk(tenant), second_clerk=second_clerk(tenant))

    def file(self, today: date) -> None:
        """Every banner and park files its mechanism, most their list; the city answers most."""
        running = seasons(today)[-1].year
        for tenant in ready_tenants():
            if tenant.is_city or tenant.slug in NOT_FILED_YET:
                continue
            with visiting(tenant):
                if Filing.objects.filter(sender=tenant.schema_name).exists():
                    continue
                filings.send(
                    kind=FilingKind.MECHANISM, year=today.year, on=today, actor=clerk(tenant)
                )
                if tenant.kind != "park":
                    filings.send(
                        kind=FilingKind.ANNUAL_LIST, year=running, on=today, actor=clerk(tenant)
                    )
                filings_sample.file_reports(on=today, actor=clerk(tenant))
        for slug, code in (("city", "zrzy"), ("zhungeer", "zrzy"), ("zhungeer", "sthj")):
            with visiting(Tenant.objects.get(slug=slug)):
                filings_sample.file_measure(code, on=today)
        with visiting(Tenant.objects.get(slug="city")) as city:
            waiting = Filing.objects.filter(receiver=city.schema_name, state="sent")
            for filing in waiting.filter(kind=FilingKind.MECHANISM).order_by("pk"):
                if filing.sender.removeprefix("t_") in RETURNED:
                    filings.return_(
                        pk=filing.pk,
                        reason="跟进组尚未明确联系人，请补充后重新报送。",
                        actor=actor(OFFICE),
                    )
                else:
                    filings.acknowledge(pk=filing.pk, on=today, actor=actor(OFFICE))

    def publish(self, today: date) -> None:
        """Release what the public reads, and build the portal around it."""
        for tenant in ready_tenants():
            with visiting(tenant):
                if not Disclosure.objects.filter(owner=tenant.schema_name).exists():
                    release_samples(on=today, preparer=actor(OFFICE), releaser=actor(RELEASER))
        sections = ensure_sections()
        for section in sections:
            publish_news(section, on=today)
        zhungeer = Tenant.objects.get(slug="zhungeer")
        ensure_editor(self.portal_account("bianji", "门户编辑（示例）"), zhungeer)
        ensure_reviewer(self.portal_account("shenhe", "门户审核（示例）"), zhungeer)

    def portal_account(self, username: str, name: str) -> User:
        user, made = User.objects.get_or_create(username=username, defaults={"name": name})
        if made:
            user.set_password(PASSWORD)
            user.save()
        return user


def actor(username: str) -> Actor:
    user = User.objects.get(username=username)
    return Actor(user.pk, user.name, Role.OFFICE.label)


def clerk(tenant: Tenant) -> Actor:
    """The office's own liaison of a tenant; an unnamed one where the cast has none."""
    return next(office_of(tenant), Actor(None, "联络员（示例）", Role.OFFICE.label))


def second_clerk(tenant: Tenant) -> Actor:
    """Another person of the same office, who reviews; the city's leader where it has one only."""
    return next(islice(office_of(tenant), 1, None), actor(RELEASER))


def office_of(tenant: Tenant) -> Iterator[Actor]:
    members = Membership.objects.filter(tenant=tenant, role=Role.OFFICE).select_related("user")
    for member in members.order_by("pk"):
        yield Actor(member.user_id, member.user.name, Role.OFFICE.label)
