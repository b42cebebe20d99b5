"""Let papers come later (容缺受理), and what becomes of the promise."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.notices.telling import Message, tell
from kernel.papers.attaching import keep
from kernel.papers.paper import Heading, Para, Table, cn_date
from kernel.trail import Actor, record
from workflows.catalogue.wording import DEFICIENCIES
from workflows.deficiency import chains, queries
from workflows.deficiency.lifecycle import MISSING, MOVES, Consequence, DeficiencyRefused, State
from workflows.deficiency.models import Deficiency, RuleVersion
from workflows.issuing.actions import issue
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.queries import signing_name
from workflows.procedures.clocks import standing
from workflows.procedures.lifecycle import FINISHED, RUNNING, Move, MoveRefused
from workflows.procedures.lifecycle import State as ProcedureState
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book
from workflows.procedures.terms import Terms
from workflows.projects.models import Project

ROOM = "deficiency"
AHEAD = timedelta(days=366)  # a rule for later than that is a slip of the pen
#: A promise or a credit check older than that says little.
OLDEST = timedelta(days=366)
#: 承诺制 and 容缺 begin when the application is at hand and before it is decided.
OPEN_FOR = (ProcedureState.RECEIVED, ProcedureState.ACCEPTED)


def may_come_later(terms: Terms) -> list[str]:
    """Materials that may follow, by the terms as copied from the catalogue; none behind a statutory gate."""
    return [] if terms.deficiency == "N" else [name for name, later in terms.materials if later]


@transaction.atomic
def grant(
    *,
    procedure_number: str,
    material: str,
    why: str,
    due_on: date,
    promised_by: str,
    promise_number: str,
    promise_on: date,
    promise_text: str,
    consequence: str,
    credit_clear: bool,
    credit_on: date,
    credit_source: str,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
    files: Sequence[File[bytes]] = (),
) -> Deficiency:
    """Let one paper come later, against a promise. Raises `DeficiencyRefused` with the ground.

    The applicant is told in writing; everybody beside the project is told inside the system.
    """
    Project.objects.select_for_update(of=("self",)).get(procedures__number=procedure_number)
    procedure = Procedure.objects.select_related("project").get(number=procedure_number)
    calendar = work_calendar()
    _check_reach(procedure, reach)
    check_matter(procedure, material)
    for name, day in (("承诺日期", promise_on), ("信用核查日期", credit_on)):
        if not on - OLDEST <= day <= on:
            raise DeficiencyRefused(
                f"{name} {day} 须在 {on - OLDEST} 到今天 {on} 之间。请核对日期。"
            )
    if not credit_clear:
        raise DeficiencyRefused(
            f"信用核查（{credit_source}，{credit_on}）有失信记录，不适用容缺受理。请一次性告知补正。"
        )
    check_credit(procedure.project, on)
    longest = queries.longest_days(on)
    latest = calendar.add(on, longest)
    if not on < due_on <= latest:
        raise DeficiencyRefused(
            f"补齐期限 {due_on} 须在 {on} 之后、{latest} 以前（最长 {longest} 个工作日）。请改期限。"
        )
    if procedure.deficiencies.filter(material=material, state__in=MISSING).exists():
        raise DeficiencyRefused(f"“{material}”已经容缺受理，尚未补齐，不能再容缺一次。")
    made = Deficiency.objects.create(
        procedure=procedure,
        material=material,
        why=why,
        granted_on=on,
        first_due_on=due_on,
        due_on=due_on,
        promised_by=promised_by,
        promise_number=promise_number,
        promise_on=promise_on,
        promise_text=promise_text.strip(),
        consequence=consequence,
        credit_on=credit_on,
        credit_source=credit_source,
        granted_by=actor.name,
        granted_at=timezone.now(),
    )
    _keep(made, files, actor)
    made.issued = _issue(made, on, actor)
    made.save(update_fields=["issued"])
    _record(made, actor, "grant", f"容缺受理“{material}”，{due_on}前补齐")
    _tell(made, f"granted:{made.pk}", f"容缺受理“{material}”，{cn_date(due_on)}前补齐。")
    return made


@transaction.atomic
def hand_in(
    *,
    pk: int,
    version: int,
    handed_in_on: date,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
    files: Sequence[File[bytes]] = (),
) -> Deficiency:
    """The applicant brings the paper (交来材料); the department has yet to look. Raises `DeficiencyRefused`."""
    row = _locked(pk, version, reach)
    move = MOVES.take(row.state, "hand_in")
    _check_came(row, handed_in_on, on)
    row.state, row.handed_in_on, row.returned_why = move.target, handed_in_on, ""
    _saved(row, "state", "handed_in_on", "returned_why")
    _keep(row, files, actor)
    _record(row, actor, "hand_in", f"{handed_in_on}交来“{row.material}”")
    _tell(row, f"handed_in:{row.pk}", f"“{row.material}”已交来，待责任单位审核。")
    return row


@transaction.atomic
def send_back(
    *, pk: int, version: int, why: str, on: date, actor: Actor, reach: Collection[str] | None
) -> Deficiency:
    """What was handed in does not do (退回材料): the promise runs on to its day. Raises `DeficiencyRefused`."""
    row = _locked(pk, version, reach)
    move = MOVES.take(row.state, "send_back")
    if not why.strip():
        raise DeficiencyRefused("退回材料须写明哪里不符合要求。")
    row.state, row.handed_in_on, row.returned_why = move.target, None, why.strip()
    _saved(row, "state", "handed_in_on", "returned_why")
    _record(row, actor, "send_back", f"{on}退回“{row.material}”：{row.returned_why}")
    _tell(row, f"sent_back:{row.pk}", f"“{row.material}”被退回：{row.returned_why}")
    return row


@transaction.atomic
def make_good(
    *,
    pk: int,
    version: int,
    received_on: date | None,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
    files: Sequence[File[bytes]] = (),
) -> Deficiency:
    """The department accepts the paper (补齐): as of the day it was handed in, else ``received_on``.

    Raises `DeficiencyRefused`.
    """
    row = _locked(pk, version, reach)
    move = MOVES.take(row.state, "make_good")
    received_on = row.handed_in_on or received_on or on
    _check_came(row, received_on, on)
    row.state, row.ended_on = move.target, received_on
    _saved(row, "state", "ended_on")
    _keep(row, files, actor)
    late = "（逾期补齐）" if received_on > row.due_on else ""
    _record(row, actor, "make_good", f"{received_on}补齐“{row.material}”{late}")
    _tell(row, f"made_good:{row.pk}", f"“{row.material}”已补齐{late}。")
    return row


@transaction.atomic
def extend(
    *,
    pk: int,
    version: int,
    until_on: date,
    why: str,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
) -> Deficiency:
    """Once, and before the promised day has passed, give more time. Raises `DeficiencyRefused`."""
    row = _locked(pk, version, reach)
    MOVES.take(row.state, "extend")
    calendar = work_calendar()
    if row.extended:
        raise DeficiencyRefused(f"“{row.material}”已经延期过一次，不能再延。请补齐，或者处理逾期。")
    if on > row.due_on:
        raise DeficiencyRefused(
            f"补齐期限 {row.due_on} 已过，期满之后不能再延期。请补齐，或者处理逾期。"
        )
    latest = calendar.add(row.due_on, queries.longest_days(on))
    if not row.due_on < until_on <= latest:
        raise DeficiencyRefused(
            f"延至 {until_on} 须在 {row.due_on} 之后、{latest} 以前。请改日期。"
        )
    if not why.strip():
        raise DeficiencyRefused("延期须写明理由。")
    row.due_on, row.extended_why = until_on, why.strip()
    _saved(row, "due_on", "extended_why")
    _record(row, actor, "extend", f"“{row.material}”延至{until_on}：{row.extended_why}")
    _tell(row, f"extended:{row.pk}", f"“{row.material}”补齐期限延至{cn_date(until_on)}。")
    return row


@transaction.atomic
def breach(
    *,
    pk: int,
    version: int,
    decision: str,
    document: str,
    text: str,
    on: date,
    actor: Actor,
    reach: Collection[str] | None,
) -> Deficiency:
    """Decide what follows a promise that was not kept (处理逾期); another than announced is explained.

    Raises `DeficiencyRefused` before its day is over.
    """
    row = _locked(pk, version, reach)
    move = MOVES.take(row.state, "breach")
    if on <= row.due_on:
        raise DeficiencyRefused(f"补齐期限 {row.due_on} 还没有过，不能按逾期处理。")
    if not document.strip():
        raise DeficiencyRefused("处理逾期须填处理文书的编号。")
    if decision != row.consequence and not text.strip():
        raise DeficiencyRefused(
            f"处理决定与告知的逾期后果“{row.get_consequence_display()}”不同，须在说明中写明理由。"
        )
    row.state, row.ended_on, row.breached_on = move.target, on, on
    row.decision = Consequence(decision).value
    row.ended_document, row.ended_text = document.strip(), text.strip()
    _saved(row, "state", "ended_on", "breached_on", "decision", "ended_document", "ended_text")
    label = row.get_decision_display()
    _record(row, actor, "breach", f"“{row.material}”逾期未补，{label}（{row.ended_document}）")
    _tell(row, f"breached:{row.pk}", f"“{row.material}”逾期未补：{label}。")
    return row


@transaction.atomic
def repair(
    *, pk: int, version: int, document: str, on: date, actor: Actor, reach: Collection[str] | None
) -> Deficiency:
    """Take a promise that was kept late after all off the credit record (信用修复), by a document.

    Raises `DeficiencyRefused`.
    """
    row = _locked(pk, version, reach)
    MOVES.take(row.state, "repair")
    if not barred_by(row):
        raise DeficiencyRefused(f"“{row.material}”没有列入信用记录，或者已经修复，不需要信用修复。")
    if not document.strip():
        raise DeficiencyRefused("信用修复须填修复文书的编号。")
    row.repair_document = document.strip()
    _saved(row, "repair_document")
    _record(row, actor, "repair", f"{on}信用修复“{row.material}”（{row.repair_document}）")
    _tell(row, f"repaired:{row.pk}", f"“{row.material}”的失信记录已修复。")
    return row


def barred_by(row: Deficiency) -> bool:
    """Whether the promise stands on the credit record."""
    return row.decision == Consequence.RECORDED and not row.repair_document


@transaction.atomic
def revise(
    *,
    longest_days: int,
    effective_from: date,
    why: str,
    document: str,
    seen: int,
    on: date,
    at: datetime,
    actor: Actor,
) -> RuleVersion:
    """Put the next version of the longest term on file; promises already given keep their day.

    ``seen`` is the newest the page showed. Raises `DeficiencyRefused`.
    """
    newest = queries.rules()[-1]
    if seen != newest.number:
        raise DeficiencyRefused(
            f"容缺规则已有第 {newest.number} 版，您看到的是第 {seen} 版。请看过再修订。"
        )
    earliest = max(on, newest.effective_from)
    if not earliest <= effective_from <= on + AHEAD:
        raise DeficiencyRefused(
            f"生效日期 {effective_from} 须在 {earliest} 到一年之内：已经作出的承诺不追改。"
        )
    if longest_days == newest.longest_days:
        raise DeficiencyRefused(f"与第 {newest.number} 版相同，没有可修订的。")
    try:
        with transaction.atomic():
            made = RuleVersion.objects.create(
                number=newest.number + 1,
                longest_days=longest_days,
                effective_from=effective_from,
                why=why.strip(),
                document=document.strip(),
                made_by=actor.name,
                made_at=at,
            )
    except IntegrityError as taken:
        raise DeficiencyRefused("容缺规则刚由别人修订。请刷新看过再修订。") from taken
    record(
        actor=actor,
        action="deficiency.revise",
        subject="容缺规则",
        summary=f"容缺规则第 {made.number} 版，最长 {longest_days} 个工作日，自 {effective_from} 起。"
        f"理由：{made.why}"[:500],
    )
    return made


@transaction.atomic
def cancel(
    *, pk: int, version: int, text: str, on: date, actor: Actor, reach: Collection[str] | None
) -> Deficiency:
    """Take it back once its application has ended before the promised day was over.

    Raises `DeficiencyRefused` while the application runs, or where the promise was broken first.
    """
    row = _locked(pk, version, reach)
    move = MOVES.take(row.state, "cancel")
    if row.procedure.state in RUNNING:
        raise DeficiencyRefused(
            f"办件 {row.procedure.number} 的申请还在办（{row.procedure.get_state_display()}），"
            f"不能撤销“{row.material}”的容缺。请补齐；申请撤回或者不予受理之后才能撤销。"
        )
    lines = queries.clock_lines(row.procedure)
    if not queries.ended_in_time(row, lines):
        raise DeficiencyRefused(
            f"申请 {standing(lines)[-1].on} 才终止，补齐期限 {row.due_on} 已过，不能撤销。请补齐，或者处理逾期。"
        )
    if not text.strip():
        raise DeficiencyRefused("撤销容缺须写明理由。")
    row.state, row.ended_on, row.ended_text = move.target, on, text.strip()
    _saved(row, "state", "ended_on", "ended_text")
    _record(row, actor, "cancel", f"撤销“{row.material}”的容缺：{row.ended_text}")
    _tell(row, f"cancelled:{row.pk}", f"“{row.material}”的容缺已撤销。")
    return row


def refuse_on_missing(book: Book, procedure: Procedure, move: Move, *, on: date) -> None:
    """A matter that lacks a paper, or stands on one that does, is not decided, nor as of a day on which
    it did (hook of the ledger)."""
    if move.name != "decide":
        return
    # Dating a decision back decides nothing anew: what was let come later since does not count.
    missing = queries.missing_in(book.project.pk, on, then=procedure.state in FINISHED)
    if procedure.number in missing:
        raise MoveRefused(
            f"“{procedure.name}”还有容缺材料没有补齐：{'、'.join(missing[procedure.number])}。"
            "请先登记补齐，再办结；办结日期不能早于补齐那一天。"
        )
    chain = chains.stands_on_missing(book, procedure, missing)
    if chain:
        way = "→".join(each.short_name for each in chain)
        raise MoveRefused(
            f"“{procedure.name}”所依据的“{chain[0].name}”还缺{'、'.join(missing[chain[0].number])}"
            f"，传导为{way}。请先补齐，再办结。"
        )


@transaction.atomic
def remind(*, on: date, at: datetime) -> int:
    """Tell who has to act on papers that are due soon or overdue, each stage once; quiet on rest days.

    Returns how many notices were offered to be told.
    """
    calendar = work_calendar()
    if not calendar.is_working(on):
        return 0
    last = calendar.add(on, queries.WARNING_DAYS)
    rows = queries.awaited().filter(state=State.OPEN, due_on__lte=last)
    rows = rows.select_related("procedure__project")
    messages = [message for row in rows for message in _reminders(row, on, calendar)]
    tell(messages, at=at)
    return len(messages)


def _reminders(row: Deficiency, on: date, calendar: WorkCalendar) -> list[Message]:
    if on > row.due_on:
        stage, words = "late", f"“{row.material}”逾期未补，请按承诺处理。"
    elif on >= calendar.subtract(row.due_on, queries.WARNING_DAYS):
        stage, words = "soon", f"“{row.material}”须在{cn_date(row.due_on)}前补齐。"
    else:
        return []
    return _messages(row, f"{stage}:{row.pk}:{row.due_on}", words)


# Inside ---------------------------------------------------------------------------------------------


def _check_reach(procedure: Procedure, reach: Collection[str] | None) -> None:
    if reach is not None and procedure.department_code not in reach:
        raise DeficiencyRefused(f"“{procedure.name}”不是您所在单位的办件，请由责任单位办理。")


def check_matter(procedure: Procedure, material: str) -> None:
    """Whether ``material`` of the procedure may come later at all; else `DeficiencyRefused`."""
    terms = Terms.read(procedure.terms)
    if procedure.state not in OPEN_FOR:
        raise DeficiencyRefused(
            f"办件现为“{procedure.get_state_display()}”，收件之后、办结之前才能容缺受理。"
        )
    if terms.deficiency == "N":
        basis = terms.article or "事项目录"
        raise DeficiencyRefused(
            f"“{procedure.name}”是法定前置，不得容缺（{basis}）。缺少的材料请一次性告知补正。"
        )
    if material not in may_come_later(terms):
        label = DEFICIENCIES.get(terms.deficiency, "没有列明可以容缺")
        others = "、".join(may_come_later(terms)) or "没有"
        raise DeficiencyRefused(
            f"“{material}”不在可以后补的材料之内（本事项：{label}；可后补：{others}）。请一次性告知补正。"
        )


def _check_came(row: Deficiency, came_on: date, on: date) -> None:
    if not row.granted_on <= came_on <= on:
        raise DeficiencyRefused(
            f"补齐日期 {came_on} 须在容缺受理日期 {row.granted_on} 到今天 {on} 之间。请核对日期。"
        )


def check_credit(project: Project, on: date) -> None:
    """Raises `DeficiencyRefused` where the owner has left an earlier promise unkept."""
    row = queries.unkept(project.owner_name, project.credit_code, on)
    if row is None:
        return
    what = f"项目单位“{project.owner_name}”在办件 {row.procedure.number} 承诺补齐的“{row.material}”"
    if row.state in MISSING:
        raise DeficiencyRefused(f"{what}到期（{row.due_on}）没有补齐，补齐之前不再适用容缺。")
    raise DeficiencyRefused(
        f"{what}逾期，已列入信用记录（{row.ended_document}）。信用修复并在该件容缺登记之后才能再适用。"
    )


def _issue(row: Deficiency, on: date, actor: Actor) -> Any:
    procedure, project = row.procedure, row.procedure.project
    signer = signing_name(procedure.department_code, on)
    paper = compose(
        Kind.DEFICIENCY,
        title=f"关于{procedure.name}容缺受理的告知书",
        addressee=project.owner_name,
        on=on,
        mark=signer,
        signer=signer,
        seal_note="",
        body=[
            Para(f"你单位“{project.name}”的“{procedure.name}”申请，下列材料暂缺，经承诺先行受理："),
            Table(
                ("容缺材料", "理由", "承诺补齐期限", "承诺书"),
                ((row.material, row.why, cn_date(row.due_on), row.promise_number),),
                widths=(4, 4, 3, 3),
            ),
            Heading("一、补齐"),
            Para(
                f"请在{cn_date(row.due_on)}前补齐。补齐之前不作出决定，以此为前置的后续事项也不能办结。"
            ),
            Heading("二、逾期后果"),
            Para(f"{Consequence(row.consequence).label}。承诺人：{row.promised_by}。"),
            Heading("三、承诺内容"),
            Para(row.promise_text),
        ],
    )
    return issue(
        paper,
        kind=Kind.DEFICIENCY,
        room=ROOM,
        key=f"deficiency:{row.pk}",
        url=reverse("deficiency:detail", args=[row.pk]),
        on=on,
        actor=actor,
        to=[procedure.department_code],
    )


def _locked(pk: int, version: int, reach: Collection[str] | None) -> Deficiency:
    Project.objects.select_for_update(of=("self",)).get(procedures__deficiencies=pk)
    row = Deficiency.objects.select_for_update(of=("self",)).get(pk=pk)
    row.procedure = Procedure.objects.select_related("project").get(pk=row.procedure_id)
    _check_reach(row.procedure, reach)
    if version != row.version:
        raise DeficiencyRefused(
            f"这件容缺在您打开页面之后已有人办理，现为“{row.get_state_display()}”。请看过最新记录再办。"
        )
    return row


def _saved(row: Deficiency, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _keep(row: Deficiency, files: Sequence[File[bytes]], actor: Actor) -> None:
    for file in files:
        keep(file, room=ROOM, key=f"deficiency:{row.pk}", at=timezone.now(), actor=actor)


def _record(row: Deficiency, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"deficiency.{name}",
        subject=row.procedure.number,
        summary=f"{row.procedure.name}：{words}"[:500],
    )


def _tell(row: Deficiency, key: str, words: str) -> None:
    tell(_messages(row, f"{key}:{row.version}", words), at=timezone.now())


def _messages(row: Deficiency, key: str, words: str) -> list[Message]:
    """To the department that handles it, and to the helpers beside the owner."""
    facts: dict[str, Any] = {
        "room": ROOM,
        "text": f"{row.procedure.project.name} {row.procedure.short_name}：{words}",
        "url": reverse("deficiency:detail", args=[row.pk]),
    }
    return [
        Message(key=f"{ROOM}:{key}:unit", department_code=row.procedure.department_code, **facts),
        Message(key=f"{ROOM}:{key}:helper", role="helper", **facts),
    ]
