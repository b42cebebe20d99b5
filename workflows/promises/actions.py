"""Write this tenant's own terms for a matter (写承诺): never longer than the law grants."""

from datetime import date, time

from django.db import transaction

from kernel.office_line import office_line
from kernel.refusal import Refused
from kernel.trail import SYSTEM, Actor, record
from tenants.gateway import visiting
from tenants.models import Tenant
from workflows.catalogue import queries as catalogue
from workflows.catalogue import wording
from workflows.catalogue.combing import MatterFact
from workflows.promises.models import Party, PartyRole, Promise


class PromiseRefused(Refused):
    """A promise the rules say no to."""


def seed(tenant: Tenant) -> None:
    """Start a new tenant from its parent's promised days; windows and people are its own to write.

    Idempotent. Called inside the tenant's schema and outside a transaction.
    """
    if tenant.parent is None or Promise.objects.exists():
        return
    with visiting(tenant.parent):
        above = list(
            Promise.objects.filter(promised_days__isnull=False)
            .order_by("matter_code")
            .values_list("matter_code", "promised_days")
        )
    if not above:
        return
    with transaction.atomic():
        Promise.objects.bulk_create(
            Promise(matter_code=code, promised_days=days) for code, days in above
        )
        record(
            actor=SYSTEM,
            action="promises.seed",
            subject="承诺时限",
            summary=f"按{tenant.parent}的承诺时限开始，{len(above)}项；窗口和人员由本级填写。",
        )


@transaction.atomic
def save(
    *,
    code: str,
    promised_days: int | None,
    window: str,
    office_phone: str,
    handled_here: bool,
    version: int,
    on: date,
    actor: Actor,
    cut_off: time | None = None,
) -> Promise:
    """Put down the promise for a matter; ``version`` is the one the clerk's page showed, 0 for none.

    Raises `PromiseRefused`, `NotAnOfficeLine`, ``MatterVersion.DoesNotExist``.
    """
    fact = catalogue.matter(code, on).fact
    check_days(fact, promised_days)
    promise = _locked(code, version)
    before = wording.promise(promise.promised_days) or "没有承诺"
    promise.promised_days = promised_days
    promise.window = window.strip()
    promise.cut_off = cut_off
    promise.office_phone = office_line(office_phone)
    promise.handled_here = handled_here
    _bump(promise)
    after = wording.promise(promised_days) or "没有承诺"
    record(
        actor=actor,
        action="promises.save",
        subject=f"事项 {code}",
        summary=f"{fact.name}承诺时限由{before}改为{after}，窗口“{promise.window or '未填'}”"
        + (f"，收件到 {cut_off:%H:%M}。" if cut_off else "。"),
        detail={
            "matter": code,
            "promised_days": promised_days,
            "cut_off": cut_off.isoformat() if cut_off else None,
            "version": promise.version,
        },
    )
    return promise


@transaction.atomic
def add_party(
    *,
    code: str,
    role: str,
    name: str,
    post: str,
    office_phone: str,
    version: int,
    on: date,
    actor: Actor,
) -> Party:
    """Name a person the public may turn to for a matter. Raises as `save` does."""
    fact = catalogue.matter(code, on).fact
    promise = _locked(code, version)
    if promise.pk and promise.parties.filter(role=role, name=name).exists():
        raise PromiseRefused(f"{name}已经是这个事项的{PartyRole(role).label}。")
    phone = office_line(office_phone)
    _bump(promise)
    party = promise.parties.create(role=role, name=name, post=post, office_phone=phone)
    record(
        actor=actor,
        action="promises.add_party",
        subject=f"事项 {code}",
        summary=f"{fact.name}增加{party.get_role_display()}{name}。",
        detail={"matter": code, "party": party.pk},
    )
    return party


@transaction.atomic
def remove_party(*, code: str, party_number: int, version: int, actor: Actor) -> None:
    """Take a person off a matter. Raises `PromiseRefused`, ``Party.DoesNotExist``."""
    promise = _locked(code, version)
    party = Party.objects.get(pk=party_number, promise__matter_code=code)
    party.delete()
    _bump(promise)
    record(
        actor=actor,
        action="promises.remove_party",
        subject=f"事项 {code}",
        summary=f"{code}去掉{party.get_role_display()}{party.name}。",
        detail={"matter": code, "party": party_number},
    )


def check_days(fact: MatterFact, days: int | None) -> None:
    """Raise `PromiseRefused` when the promise is none, or longer than the law grants."""
    if days is None:
        return
    if days < 1:
        raise PromiseRefused("承诺时限至少 1 个工作日；不承诺就留空。")
    most = most_days(fact)
    if most is not None and days > most:
        raise PromiseRefused(
            f"{fact.name}的法定时限是{wording.limit(fact)}，"
            f"承诺 {days} 个工作日超过了它。请填 {most} 个工作日以内。"
        )


def most_days(fact: MatterFact) -> int | None:
    """The longest promise, in working days, that stays within the law; None where it sets no limit.

    Of seven days five are working ones: a limit in calendar days leaves room for fewer.
    """
    if fact.unit == "instant":
        return 1
    if fact.limit_days is None or fact.unit != "calendar":
        return fact.limit_days
    return max(1, fact.limit_days * 5 // 7)


def _locked(code: str, version: int) -> Promise:
    promise = Promise.objects.select_for_update(of=("self",)).filter(matter_code=code).first()
    if (promise.version if promise else 0) != version:
        raise PromiseRefused("您打开页面以后，别人已经改过这个事项的承诺。请看过现在的内容再保存。")
    return promise or Promise(matter_code=code, version=0)


def _bump(promise: Promise) -> None:
    promise.version += 1
    promise.save()
