"""Joint handling (统一、联合、集中办理): one limit of 45 days, 15 more, instead of each matter's own.

行政许可法第二十六条 and 第四十二条第二款. A procedure is in one mode or the other before anything is
handed in, and stays in it: the two are never mixed.
"""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction

from kernel.calendars.queries import work_calendar
from kernel.clock import Unit
from kernel.trail import Actor, record
from workflows.procedures import queries
from workflows.procedures.actions import write_back
from workflows.procedures.clocks import ENDS_A_ROUND, standing
from workflows.procedures.guards import OLDEST_YEARS
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import Bundle, Procedure
from workflows.procedures.planning import Book, refresh
from workflows.procedures.terms import HANDLINGS, Terms
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

LEAST = 2


def obstacle(book: Book, procedure: Procedure) -> str:
    """Why a procedure can't be handled jointly; empty when it can."""
    terms = book.terms[procedure.number]
    if procedure.bundle_id:
        return f"已在“{procedure.bundle}”中"
    if _begun(book, procedure):
        return "已经收件，按单项时限计算，中途不能改"
    if terms.unit is not Unit.WORKING:
        return f"{terms.article}另定 {terms.limit_days} 个自然日，从其规定"
    if not terms.limit_days:
        return "即办" if terms.limit_days == 0 else "没有法定时限"
    return ""


@transaction.atomic
def form(
    project: Project,
    *,
    numbers: Collection[str],
    handling: str,
    document: str,
    lead_code: str,
    on: date,
    actor: Actor,
    formed_on: date | None = None,
) -> Bundle:
    """Put procedures of one project under one mode, by a paper of ``formed_on`` (else ``on``).

    Every date is read as of ``on``, whatever the day of the paper. Raises `MoveRefused`.
    """
    if handling not in HANDLINGS:
        raise MoveRefused(f"办理方式“{handling}”不认识，请从统一、联合、集中办理中选择。")
    if not document.strip():
        raise MoveRefused("没有文书的联合办理不成立，请填写确定办理方式的文书编号。")
    formed_on = formed_on or on
    book = _locked(project)
    if formed_on > on or formed_on.year < project.year - OLDEST_YEARS:
        raise MoveRefused(
            f"确定日期 {formed_on} 不成立：不能晚于今天 {on}，也不能比项目年度 {project.year} 早五年以上。"
            "请核对文书上的日期。"
        )
    chosen = [p for p in book.procedures if p.number in set(numbers)]
    if len(chosen) < LEAST:
        raise MoveRefused(f"联合办理至少要 {LEAST} 个事项，您选了 {len(chosen)} 个。")
    if lead_code not in {p.department_code for p in chosen}:
        raise MoveRefused("牵头单位须是所选事项的责任单位之一，请重新选择。")
    for procedure in chosen:
        if why := obstacle(book, procedure):
            raise MoveRefused(f"“{procedure.name}”不能并入：{why}。请去掉这一项再确定。")
    try:
        with transaction.atomic():
            bundle = Bundle.objects.create(
                project=project,
                handling=handling,
                document=document.strip(),
                lead_code=lead_code,
                formed_on=formed_on,
                formed_by=actor.name,
            )
    except IntegrityError as taken:
        raise MoveRefused(f"文书 {document.strip()} 已经用于另一组事项，请核对文号。") from taken
    _put(book, chosen, bundle)
    _replan(book, on)
    record(
        actor=actor,
        action="procedures.bundle",
        subject=project.number,
        summary=f"{HANDLINGS[handling]}：{'、'.join(p.short_name for p in chosen)}，文书 {bundle.document}",
        detail={"numbers": [p.number for p in chosen], "lead": lead_code},
    )
    return bundle


@transaction.atomic
def dissolve(project: Project, *, bundle_id: int, on: date, actor: Actor) -> None:
    """Give each matter its own limit again, while nothing has been handed in. Raises `MoveRefused`."""
    book = _locked(project)
    members = [p for p in book.procedures if p.bundle_id == bundle_id]
    if not members:
        raise MoveRefused("这一组事项已经解除，请刷新。")
    begun = [p.short_name for p in members if _begun(book, p)]
    if begun:
        raise MoveRefused(
            f"{'、'.join(begun)}已经收件，时限按联合办理计算，中途不能改回单项。"
            "确需改变的，先由申请人撤回再重新收件。"
        )
    bundle = members[0].bundle
    assert bundle  # noqa: S101 -- they were chosen by it
    _put(book, members, None)
    bundle.delete()
    _replan(book, on)
    record(
        actor=actor,
        action="procedures.unbundle",
        subject=project.number,
        summary=f"解除{bundle}：{'、'.join(p.short_name for p in members)}各按单项时限办理。",
    )


def _locked(project: Project) -> Book:
    project.refresh_from_db(from_queryset=Project.objects.select_for_update(of=("self",)))
    if project.state != ProjectState.CONFIRMED:
        raise MoveRefused(f"项目“{project.name}”不在清单中，不能确定办理方式。请先确认入列。")
    return queries.book_of(project)


def _begun(book: Book, procedure: Procedure) -> bool:
    """An application is in; one withdrawn or refused counts no more."""
    lines = standing(book.lines.get(procedure.number, []))
    return bool(lines) and lines[-1].kind not in ENDS_A_ROUND


def _put(book: Book, procedures: Sequence[Procedure], bundle: Bundle | None) -> None:
    for procedure in procedures:
        terms = book.terms[procedure.number]
        terms = terms.jointly(bundle.handling) if bundle else terms.singly()
        procedure.bundle, procedure.terms = bundle, terms.write()
        procedure.version += 1
        book.terms[procedure.number] = Terms.read(procedure.terms)
    Procedure.objects.bulk_update(procedures, ["bundle", "terms"])


def _replan(book: Book, on: date) -> None:
    calendar = work_calendar()
    refresh(book, calendar=calendar, on=on)
    write_back(book, calendar)
