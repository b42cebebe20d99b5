"""Compile a report, write the office's own words, review, issue, correct, and read it."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.calendars.queries import work_calendar
from kernel.notices.telling import Message, tell
from kernel.papers.paper import Block, Heading, Paper, Para, Table, cn_date
from kernel.trail import SYSTEM, Actor, record
from tenants.gateway import current_tenant
from tenants.registry.freezing import digest_of, frozen
from workflows.dispatch import queries
from workflows.dispatch.comparing import compared, words_of
from workflows.dispatch.lifecycle import IN_WORK, MOVES, OUT, DispatchRefused, Period
from workflows.dispatch.models import Reading, Report
from workflows.dispatch.parts import SECTIONS, plain, take_all
from workflows.issuing.actions import issue as issue_paper
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.queries import units_in_force

ROOM = "dispatch"
#: How many rows of the red lamps the paper itself lists; all stand behind the figure.
LISTED = 20
REASON_MOST = 300


@transaction.atomic
def compile_report(
    *, period: Period, on: date, at: datetime, actor: Actor, corrects_why: str = ""
) -> Report:
    """Freeze what every room says about ``period`` as of now. Raises `DispatchRefused`.

    A period is compiled once; an issued one again only to correct it, with a reason.
    """
    if period.first > on:
        raise DispatchRefused(f"{period.words}还没有开始，不能编制。")
    editions = list(Report.objects.filter(first=period.first).order_by("edition"))
    last = editions[-1] if editions else None
    if last and last.state in IN_WORK:
        raise DispatchRefused(
            f"{period.words}的报告已经编制，现为“{last.get_state_display()}”。请在原报告上办理。"
        )
    corrects_why = _reason(corrects_why)
    if last and not corrects_why:
        raise DispatchRefused(f"{period.words}的报告已经签发，更正须写明理由。")
    snapshot = _snapshot(period, on, at)
    try:
        with transaction.atomic():
            report = Report.objects.create(
                first=period.first,
                last=period.last,
                edition=last.edition + 1 if last else 1,
                snapshot=snapshot,
                digest=digest_of(snapshot),
                taken_at=at,
                problems=last.problems if last else "",
                steps=last.steps if last else "",
                compiled_by_id=actor.user_id,
                compiled_by=actor.name[:40],
                corrects_why=corrects_why,
            )
    except IntegrityError as taken:
        raise DispatchRefused(f"{period.words}的报告刚由别人编制。请刷新。") from taken
    _record(report, actor, "compile", f"编制，截至{timezone.localtime(at):%Y-%m-%d %H:%M}")
    return report


@transaction.atomic
def recompile(*, pk: int, version: int, on: date, at: datetime, actor: Actor) -> Report:
    """Freeze anew while nothing has been submitted. Raises `DispatchRefused`."""
    report = _locked(pk, version)
    MOVES.take(report.state, "compile")
    report.snapshot = _snapshot(report.period, on, at)
    report.digest, report.taken_at = digest_of(report.snapshot), at
    report.compiled_by_id, report.compiled_by = actor.user_id, actor.name[:40]
    _saved(report, "snapshot", "digest", "taken_at", "compiled_by_id", "compiled_by")
    _record(report, actor, "compile", "重新编制")
    return report


@transaction.atomic
def write(*, pk: int, version: int, problems: str, steps: str, actor: Actor) -> Report:
    """The office's own paragraphs; figures and the sentences that carry them can't be edited.

    Raises `DispatchRefused`.
    """
    report = _locked(pk, version)
    MOVES.take(report.state, "compile")
    report.problems, report.steps = problems.strip(), steps.strip()
    _saved(report, "problems", "steps")
    _record(report, actor, "write", "修改问题和建议")
    return report


@transaction.atomic
def submit(*, pk: int, version: int, at: datetime, actor: Actor) -> Report:
    """Hand the report to a second person. Raises `DispatchRefused`."""
    report = _locked(pk, version)
    move = MOVES.take(report.state, "submit")
    _check_whole(report)
    _check_snapshot(report)
    report.state, report.submitted_by_id, report.sent_back_why = move.target, actor.user_id, ""
    _saved(report, "state", "submitted_by_id", "sent_back_why")
    _record(report, actor, "submit", "送审")
    tell(
        [_message(report, "review", "待审核签发。", role=role) for role in ("office", "leader")],
        at=at,
    )
    return report


@transaction.atomic
def send_back(*, pk: int, version: int, why: str, actor: Actor) -> Report:
    """Back to the office to be put right. Raises `DispatchRefused`."""
    report = _locked(pk, version)
    move = MOVES.take(report.state, "send_back")
    why = _reason(why)
    if not why:
        raise DispatchRefused("退回须写明要改什么。")
    report.state, report.sent_back_why = move.target, why
    _saved(report, "state", "sent_back_why")
    _record(report, actor, "send_back", f"退回：{report.sent_back_why}")
    return report


@transaction.atomic
def issue(*, pk: int, version: int, on: date, at: datetime, actor: Actor) -> Report:
    """Issue the report to the conveners; an earlier edition is superseded.

    By neither who compiled nor who submitted it, and on a snapshot that holds. Raises `DispatchRefused`.
    """
    report = _locked(pk, version)
    move = MOVES.take(report.state, "issue")
    if wrote(report, actor.user_id):
        raise DispatchRefused(f"{report.title}由您编制或送审，须由另一人审核签发。")
    _check_snapshot(report)
    before = queries.in_force().select_for_update().filter(first=report.first).first()
    if before:
        before.state = MOVES.take(before.state, "supersede").target
        _saved(before, "state")
    report.issued = issue_paper(
        paper_of(report, on),
        kind=Kind.DISPATCH,
        room=ROOM,
        key=f"report:{report.pk}",
        url=reverse("dispatch:report", args=[report.pk]),
        on=on,
        actor=actor,
        to=[unit.department_code for unit in units_in_force(on)],
    )
    report.state, report.issued_on, report.reviewed_by = move.target, on, actor.name[:40]
    _saved(report, "state", "issued", "issued_on", "reviewed_by")
    _record(report, actor, "issue", f"签发{report.issued.number}")
    tell([_message(report, "issued", "已签发，请阅知。", role="leader")], at=at)
    tell([_message(report, "to_copy", "已签发，请抄送各成员单位。", role="office")], at=at)
    return report


@transaction.atomic
def copy(*, pk: int, version: int, on: date, at: datetime, actor: Actor) -> Report:
    """Copy an issued report to every member unit and the supervision office. Raises `DispatchRefused`."""
    report = _locked(pk, version)
    move = MOVES.take(report.state, "copy")
    report.state, report.copied_on, report.copied_by = move.target, on, actor.name[:40]
    _saved(report, "state", "copied_on", "copied_by")
    units = list(units_in_force(on))
    _record(report, actor, "copy", f"抄送 {len(units)} 个成员单位和督查室")
    words = "已抄送，请阅知。"
    tell(
        [
            _message(report, "copied", words, role="supervision"),
            *(
                _message(report, "copied", words, department_code=unit.department_code)
                for unit in units
            ),
        ],
        at=at,
    )
    return report


@transaction.atomic
def read(*, report: Report, user_id: int, name: str, department_code: str, at: datetime) -> None:
    """A member confirms having read an issued report (知悉); once."""
    if report.state not in OUT:
        raise DispatchRefused("报告签发之后才能知悉。")
    Reading.objects.bulk_create(
        [
            Reading(
                report=report,
                user_id=user_id,
                name=name[:40],
                department_code=department_code,
                at=at,
            )
        ],
        ignore_conflicts=True,
    )


def wrote(report: Report, user_id: int | None) -> bool:
    """Whether the person compiled or submitted the report, and so can't review it."""
    return user_id is not None and user_id in (report.compiled_by_id, report.submitted_by_id)


def prepare(*, on: date, at: datetime) -> Report | None:
    """The schedule's part: on the first working day after a period its report is compiled, once.

    On a rest day, or when it is there, nothing happens; a missed day is caught up on the next.
    """
    calendar = work_calendar()
    period = Period.of(on).before
    if not calendar.is_working(on) or on < queries.prepares_on(period, calendar):
        return None
    if Report.objects.filter(first=period.first).exists():
        return None
    try:
        with transaction.atomic():
            report = compile_report(period=period, on=on, at=at, actor=SYSTEM)
            due = cn_date(queries.due_on(period, calendar))
            tell([_message(report, "prepared", f"已编制，请在{due}前签发。", role="office")], at=at)
    except DispatchRefused:  # another worker was first
        return None
    return report


def paper_of(report: Report, on: date) -> Paper:
    """The report as a paper dated ``on``: from its snapshot and the office's words alone, so that the same
    report always gives the same paper."""
    body: list[Block] = [
        Para(
            f"现将{report.snapshot['tenant']}{report.period.words}重点项目联审联批工作情况报告如下"
            f"（数据截至{report.snapshot['taken']}）："
        )
    ]
    if report.corrects_why:
        body.append(Para(f"本期为更正件，理由：{report.corrects_why}"))
    if compared_with := words_of(report.snapshot):
        body.append(Para(compared_with))
    for section, heading in SECTIONS.items():
        body.append(Heading(heading))
        for part in report.snapshot["parts"]:
            if part["section"] == section:
                body += [Para(words) for words in plain(part)]
        own = {"problems": report.problems, "next": report.steps}.get(section, "")
        body += [Para(line.strip()) for line in own.splitlines() if line.strip()]
    body += [Heading("附表 1　主要数据"), _figures(report)]
    red = queries.figures_of(report).get("procedures.red")
    if red and red["rows"]:
        body += [
            Heading("附表 2　红灯事项"),
            Table(
                ("序号", "办件", "项目", "责任单位", "在谁手里", "期限", "原因"),
                tuple(
                    (str(n), *cells[:3], cells[4], cells[5], cells[7])
                    for n, (_, _, cells, _) in enumerate(red["rows"][:LISTED], 1)
                ),
                widths=(1, 3.2, 3.6, 2.2, 2.2, 2.4, 3),
            ),
        ]
        if len(red["rows"]) > LISTED:
            body.append(Para(f"共 {len(red['rows'])} 项，其余见系统。"))
    return compose(
        Kind.DISPATCH,
        title=report.title,
        addressee="总召集人、副总召集人",
        on=on,
        body=body,
        copies_to="各成员单位，督查室",
        printed_by=report.snapshot["office"],
    )


# Inside ---------------------------------------------------------------------------------------------


def _figures(report: Report) -> Table:
    """Every figure beside that of the last issued report."""
    rows = []
    for each in queries.differences(report):
        listed = each.listed and each.before is not None
        rows.append(
            (
                each.figure["label"],
                f"{each.figure['value']}{each.figure['unit']}",
                "—" if each.before is None else str(each.before),
                each.words,
                str(len(each.came)) if listed else "—",
                str(len(each.went)) if listed else "—",
            )
        )
    heads = ("指标", "本期", "上期", "增减", "新增", "消除")
    return Table(heads, tuple(rows), widths=(4, 2, 2, 2, 1.6, 1.6))


def _snapshot(period: Period, on: date, at: datetime) -> Any:
    """Everything the report says, and beside it what the last issued one said."""
    tenant, before = current_tenant(), queries.issued_before(period)
    broken = before is not None and not queries.holds(before)
    other = before if before and not broken else None
    head = {
        "tenant": tenant.name,
        "office": tenant.office_name,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "taken": f"{timezone.localtime(at):%Y年%m月%d日%H:%M}",
        "before": {"pk": other.pk, "title": other.title, "digest": other.digest} if other else None,
        "not_compared": before.title if before and broken else "",
    }
    # Part by part, so that a large ledger's rows are in memory as read for one part at a time.
    parts = compared(take_all(period, on), other.snapshot if other else None)
    return {**frozen(head), "parts": [frozen(part) for part in parts]}


def _reason(why: str) -> str:
    """A reason as it is kept. Raises `DispatchRefused` for one that is too long."""
    why = why.strip()
    if len(why) > REASON_MOST:
        raise DispatchRefused(f"理由有 {len(why)} 字，请压缩到 {REASON_MOST} 字以内。")
    return why


def _locked(pk: int, version: int) -> Report:
    report = Report.objects.select_for_update(of=("self",)).get(pk=pk)
    if version != report.version:
        raise DispatchRefused(
            f"这期报告在您打开页面之后已有人办理，现为“{report.get_state_display()}”。请看过最新内容再办。"
        )
    return report


def _saved(report: Report, *names: str) -> None:
    report.version += 1
    report.save(update_fields=[*names, "version"])


def _check_whole(report: Report) -> None:
    if timezone.localdate(report.taken_at) < report.last:
        raise DispatchRefused(
            f"{report.period.words}到{cn_date(report.last)}才满，数据截至此前，缺后面几天的。"
            "请在期满之后重新编制再送审。"
        )


def _check_snapshot(report: Report) -> None:
    if not queries.holds(report):
        raise DispatchRefused("快照的摘要值不一致，内容被改动过，不能签发。请重新编制。")


def _record(report: Report, actor: Actor, name: str, words: str) -> None:
    record(
        actor=actor,
        action=f"dispatch.{name}",
        subject=report.title,
        summary=f"{report.title}：{words}"[:500],
        detail={"digest": report.digest},
    )


def _message(report: Report, key: str, words: str, **audience: Any) -> Message:
    who = audience.get("role") or audience.get("department_code")
    return Message(
        key=f"{ROOM}:{report.pk}:{key}:{report.version}:{who}",
        room=ROOM,
        text=f"{report.title}{words}",
        url=reverse("dispatch:report", args=[report.pk]),
        **audience,
    )
