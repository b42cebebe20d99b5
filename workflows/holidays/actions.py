"""Verbs of a notice being brought in: keep, correct, preview, apply, discard (录入、预览、启用)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from kernel.calendars import actions as calendars
from kernel.calendars.freezing import frozen
from kernel.calendars.queries import calendar_digest
from kernel.clock import Notice
from kernel.refusal import Refused
from kernel.trail import Actor, record
from tenants.gateway import current_tenant, ready_tenants
from workflows.holidays import queries
from workflows.holidays.lifecycle import Phase, State
from workflows.holidays.models import Draft


class DraftRefused(Refused):
    """A step the draft does not allow as it stands."""


@transaction.atomic
def keep(
    *, notice: Notice, origin: str, actor: Actor, pasted: str = "", remarks: tuple[str, ...] = ()
) -> Draft:
    """Keep what was read of a notice, for the clerk to correct; nothing is on file yet."""
    tenant = current_tenant()
    draft = Draft.objects.create(
        owner=tenant.schema_name,
        owner_name=tenant.name,
        content=frozen(notice),
        origin=origin[:200],
        pasted=pasted,
        remarks=list(remarks),
        created_at=timezone.now(),
        created_by=actor.name[:40],
    )
    _record(
        "keep", draft, actor, f"录入放假通知，{draft.origin}，待核对和预览", notice=draft.content
    )
    return draft


@transaction.atomic
def correct(
    *,
    draft_id: int,
    version: int,
    notice: Notice,
    source_url: str,
    replaces: bool,
    actor: Actor,
) -> Draft:
    """Put what the clerk made of it in the draft's place; an earlier preview no longer counts.

    Raises `Refused`: the draft is closed or was changed by somebody else, or the notice may not be
    put on file.
    """
    draft = _open(draft_id, version)
    calendars.check(notice, replace=replaces)
    before = draft.content
    draft.content, draft.source_url, draft.replaces = frozen(notice), source_url, replaces
    draft.base_digest = ""
    draft.version += 1
    draft.save(update_fields=["content", "source_url", "replaces", "base_digest", "version"])
    _record("correct", draft, actor, "核对并保存放假通知草稿", notice=draft.content, before=before)
    return draft


@transaction.atomic
def begin_preview(*, draft_id: int, version: int, on: date, actor: Actor) -> Draft:
    """Begin a new comparison of every open tenant under the present calendar and the draft's.

    As of ``on`` for all of them. Nothing of any ledger is changed. Raises `Refused`.
    """
    draft = _open(draft_id, version)
    calendars.check(draft.notice, replace=draft.replaces)
    draft.run += 1
    draft.base_digest = calendar_digest()
    draft.compared_on = on
    draft.tenants = [tenant.schema_name for tenant in ready_tenants()]
    draft.save(update_fields=["run", "base_digest", "compared_on", "tenants"])
    _record("preview", draft, actor, f"预览放假通知的影响，{len(draft.tenants)}个单位")
    return draft


@transaction.atomic
def apply(*, draft_id: int, version: int, run: int, on: date, actor: Actor) -> Draft:
    """Put the notice on file and let every tenant be recomputed as of ``on`` and later.

    ``run`` is the preview the clerk saw. Raises `Refused`: it is not through, is older than the
    calendar on file, or another officer was first.
    """
    draft = _open(draft_id, version)
    if draft.run != run or (why := queries.stale(draft)):
        why = why if draft.run == run else "草稿已重新预览"
        raise DraftRefused(f"{why}，这次没有启用；请重新预览，看过变动再启用。")
    if left := queries.waiting(draft):
        raise DraftRefused(f"还有{len(left)}个单位没有推算完，这次没有启用；请等预览完成后再启用。")
    replaced = calendars.file_notice(
        notice=draft.to_file, actor=actor, replace=draft.replaces, seen=draft.base_digest
    )
    draft.state = State.APPLIED
    draft.replaced = frozen(replaced) if replaced else None
    draft.compared_on = on
    draft.tenants = [tenant.schema_name for tenant in ready_tenants()]
    _close(draft, actor)
    _record(
        "apply", draft, actor, f"启用放假通知，{len(draft.tenants)}个单位开始重算期限", preview=run
    )
    return draft


@transaction.atomic
def discard(*, draft_id: int, version: int, actor: Actor) -> Draft:
    """Put the draft aside; it stays to be looked at, and nothing goes on file. Raises `Refused`."""
    draft = _open(draft_id, version)
    draft.state = State.DISCARDED
    draft.finished_at = timezone.now()
    _close(draft, actor)
    _record("discard", draft, actor, "放弃放假通知草稿，没有登记")
    return draft


@transaction.atomic
def conclude(*, draft_id: int, at: datetime) -> bool:
    """Close the record of an applied draft when every tenant is through; later nobody changes it."""
    draft = _locked(draft_id)
    if draft.phase is not Phase.APPLIED or draft.finished_at or queries.waiting(draft):
        return False
    draft.finished_at = at
    draft.save(update_fields=["finished_at"])
    return True


def _locked(draft_id: int) -> Draft:
    """The draft under lock; one that is finished can't be locked any more, and is read."""
    locked = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id).first()
    return locked or Draft.objects.get(pk=draft_id)


def _open(draft_id: int, version: int) -> Draft:
    draft = _locked(draft_id)
    if draft.state != State.OPEN:
        raise DraftRefused(
            f"这份草稿{State(draft.state).label}（{draft.closed_by}，"
            f"{timezone.localtime(draft.closed_at):%m月%d日%H:%M}），这次没有改动。"
        )
    if draft.version != version:
        raise DraftRefused("您打开之后，这份草稿已被改动，这次没有保存；请看过现在的内容再办。")
    return draft


def _close(draft: Draft, actor: Actor) -> None:
    draft.closed_at = timezone.now()
    draft.closed_by = actor.name[:40]
    draft.save(
        update_fields=[
            "state",
            "replaced",
            "compared_on",
            "tenants",
            "closed_at",
            "closed_by",
            "finished_at",
        ]
    )


def _record(verb: str, draft: Draft, actor: Actor, summary: str, **detail: object) -> None:
    record(
        actor=actor,
        action=f"holidays.{verb}",
        subject=draft.notice.number or f"放假通知草稿 {draft.pk}",
        summary=summary,
        detail={"draft": draft.pk, **detail},
    )
