"""What the law and the ledger say no to before a move (办理校验): each refusal names place, value and cure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from kernel.clock import Kind, Reading, StopReason, WorkCalendar
from kernel.plan import Strength
from workflows.procedures.clocks import Clocks, LedgerLine
from workflows.procedures.lifecycle import (
    FINISHED,
    MOVES,
    REASON_OF,
    Ground,
    Level,
    Move,
    MoveRefused,
    Stale,
    State,
)
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book
from workflows.procedures.terms import HANDLINGS, Terms
from workflows.projects.lifecycle import State as ProjectState

#: Approvals stay valid for five years at most; an older day is a slip of the pen.
OLDEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class Filing:
    """What the clerk hands in with a move (登记内容). ``on`` is the day it happened."""

    on: date
    at: time | None = None
    document: str = ""
    reason: str = ""
    commissioned: str = ""
    days: int = 0
    level: str = ""
    approver: str = ""
    items: tuple[str, ...] = ()
    ground: str = ""
    text: str = ""


def filing(on: date, **told: Any) -> Filing:
    """The filing of what a form or another system hands in; words without blanks around them.

    A notice that lists nothing asks for what its text says.
    """
    clean: dict[str, Any] = {
        key: value.strip() if isinstance(value, str) else value for key, value in told.items()
    }
    made = Filing(on, **clean)
    items = tuple(made.items) or ((made.text,) if made.text else ())
    return replace(made, items=items)


def check_desk(
    book: Book, procedure: Procedure, *, version: int, reach: Collection[str] | None
) -> None:
    """Who may, and on what they saw: the project stands, the unit is theirs, the page is fresh."""
    if book.project.state != ProjectState.CONFIRMED:
        raise MoveRefused(
            f"项目“{book.project.name}”现为“{book.project.get_state_display()}”，办件不再办理。"
            "请先把项目确认入列。"
        )
    if reach is not None and procedure.department_code not in reach:
        raise MoveRefused(
            f"“{procedure.name}”不是您所在单位的办件，您不能办理。请由责任单位或者机制办公室办理。"
        )
    if version != procedure.version:
        raise Stale(
            f"办件 {procedure.number} 在您打开页面之后已有人办理（您看到第 {version} 版，"
            f"现为第 {procedure.version} 版）。请看过最新记录再办。"
        )


def check_day(filing: Filing, lines: Collection[LedgerLine], *, now: datetime, year: int) -> None:
    """The day it happened: not in the future, not before the line above, no slip of the pen.

    ``now`` is local.
    """
    on, today = filing.on, now.date()
    if on > today:
        raise MoveRefused(f"发生日期 {on} 晚于今天 {today}。请填已经发生的日期。")
    if on == today and filing.at and filing.at > now.time():
        raise MoveRefused(f"发生时刻 {filing.at:%H:%M} 晚于现在 {now:%H:%M}。请填已经发生的时刻。")
    last = max((line.on for line in lines), default=None)
    if last and on < last:
        raise MoveRefused(
            f"发生日期 {on} 早于本办件上一条记录的 {last}。计时记录按发生先后登记，请核对日期。"
        )
    if on.year < year - OLDEST_YEARS:
        raise MoveRefused(f"发生日期 {on} 比项目年度 {year} 早了五年以上，请核对年份。")


def allowed_move(
    name: str, filing: Filing, terms: Terms, clocks: Clocks, calendar: WorkCalendar
) -> Move:
    """The move, if the procedure could take it at the close of ``filing.on``; else `MoveRefused`."""
    check_unanswered(name, filing, terms, clocks, calendar)
    move = MOVES.take(clocks.state, name)
    if move.name == "hand_up" and not terms.handed_up:
        raise MoveRefused(
            "本事项由本级决定，不需要上报。应由上级决定的，请先修订事项目录中的决定层级。"
        )
    check_required(move, filing)
    return move


def check_unanswered(
    name: str, filing: Filing, terms: Terms, clocks: Clocks, calendar: WorkCalendar
) -> None:
    """What silence has accepted is no longer to be answered (行政许可法第三十二条)."""
    reading = clocks.statutory
    if clocks.state is State.ACCEPTED and reading.deemed and name in ("notify", "accept", "refuse"):
        assert reading.received_on  # noqa: S101 -- what was deemed accepted has been received
        last = calendar.add(reading.received_on, terms.notice_days)
        raise MoveRefused(
            f"{reading.received_on} 收件，受理或者一次性告知的期限到 {last}（{terms.notice_days} 个工作日），"
            f"您填的发生日期 {filing.on} 已过。依《行政许可法》第三十二条，自收到之日起即为受理，"
            "时限已在计算，请直接办理后续步骤。若当时已经书面办理，请填实际日期。"
        )


def check_required(move: Move, filing: Filing) -> None:
    """Nothing the law asks for is left empty."""
    for field in required_fields(move):
        if field != "days" and not getattr(filing, field).strip():
            raise MoveRefused(missing(move, field))


def missing(move: Move, field: str) -> str:
    """The sentence for a field the law asks for and the clerk left empty."""
    label, cure = {
        "document": ("文书编号", "没有书面文书的，法律上不发生效力，请先出具文书。"),
        "reason": ("法定事由", "请选择一项法定事由。"),
        "days": ("延长天数", "请填写批准延长的天数。"),
        "level": ("批准层级", "请选择由谁批准延长。"),
        "approver": ("批准人", "请填写批准延长的负责人。"),
        "text": ("说明", "请写明内容或者理由。"),
    }[field]
    if (move.name, field) == ("hand_up", "document"):
        label, cure = (
            "报送文号",
            "没有报送文书的不算上报，本级时限继续计算（《行政许可法》第四十三条）。",
        )
    if (move.name, field) == ("stop", "document"):
        label = "书面告知的文号"
        cure = "没有书面告知申请人的停表不停止计时（《行政许可法》第四十五条），请先出具告知书。"
    return f"“{move.label}”须填{label}。{cure}"


def required_fields(move: Move) -> tuple[str, ...]:
    """Fields the law asks for; the rest of `Move.asks` is welcome but may stay empty."""
    return {
        "notify": ("document", "text"),
        "refuse": ("document", "text"),
        "stop": ("reason", "document"),
        "hand_up": ("document",),
        "return_down": ("document", "text"),
        "extend": ("days", "level", "approver", "text"),
        "decide": ("document",),
        "redo": ("document", "text"),
        "withdraw": ("text",),
    }.get(move.name, ())


def check_predecessors(book: Book, procedure: Procedure, move: Move, on: date) -> None:
    """A hard edge binds acceptance and decision, one of deficient acceptance the decision alone."""
    binding = {
        "accept": (Strength.HARD,),
        "decide": (Strength.HARD, Strength.DEFICIENT),
    }.get(move.name)
    if not binding:
        return
    waiting = [p.short_name for p in book.before(procedure, *binding) if not _decided(p, on)]
    if waiting:
        raise MoveRefused(
            f"“{procedure.name}”到 {on} 还有须先办结的事项：{'、'.join(waiting)}。"
            f"请先办结这些事项，再“{move.label}”。"
        )


def check_extension(filing: Filing, terms: Terms, reading: Reading) -> None:
    """Granted by whom the law names, and not longer than it names, all extensions together."""
    if terms.extension_days is None:
        raise MoveRefused(
            f"“{terms.article or '本事项'}”没有规定可以延长时限。确需延长的，请先核实法律依据并修订事项目录。"
        )
    needed = Level(terms.extension_approver) if terms.extension_approver else None
    if needed and filing.level != needed:
        mode = f"{HANDLINGS[terms.handling]}的" if terms.handling else ""
        told = Level(filing.level).label if filing.level in Level else "未选择"
        raise MoveRefused(
            f"{mode}本事项延长须经{needed.label}批准（{terms.statutory.extension_article}），"
            f"您选择的是“{told}”。请补办批准，或者更正所选的层级。"
        )
    left = terms.extension_days - reading.extended_days
    if not 0 < filing.days <= left:
        raise MoveRefused(
            f"延长 {filing.days} 日不成立：本事项最多延长 {terms.extension_days} 日，"
            f"已延长 {reading.extended_days} 日，还可延长 {left} 日。"
        )


def check_stop(filing: Filing, open_: Sequence[LedgerLine]) -> None:
    """The reason is one the law knows, and the clock does not stand still for it already."""
    if filing.reason not in REASON_OF or filing.reason == StopReason.HAND_UP:
        raise MoveRefused(f"停表事由“{filing.reason}”不在法定事由之内，请从列表中选择。")
    for stop in open_:
        if stop.reason == filing.reason:
            raise MoveRefused(
                f"已因“{REASON_OF[stop.reason].label}”自 {stop.on} 停表，尚未恢复，"
                "同一事由不重复停表。请先登记恢复，再登记新的停表。"
            )


def check_resume(filing: Filing, open_: Sequence[LedgerLine]) -> None:
    """It ends a stop that is open; where there are several, the clerk says which."""
    reasons = {stop.reason for stop in open_}
    if not open_ or (filing.reason and filing.reason not in reasons):
        told = "、".join(REASON_OF[stop.reason].label for stop in open_) or "没有"
        raise MoveRefused(f"没有因这一事由而停的表。现在停表的事由：{told}。请从中选择。")


def check_notice(filing: Filing, round_: Sequence[LedgerLine]) -> None:
    """One notice tells everything (行政许可法第三十二条): asking for more later needs a named reason."""
    before = [line for line in round_ if line.kind == Kind.NOTICE]
    told = {item for line in before for item in line.items}
    new = [item for item in filing.items if item not in told]
    if before and new and filing.ground not in Ground:
        raise MoveRefused(
            f"{before[0].on} 已经一次性告知（{before[0].document}），当时没有要求：{'、'.join(new)}。"
            "再次要求新的材料须选择理由（法律法规修改、出现新的事实、申请人变更申请），并计入统计；"
            "没有理由的不得再要求（《行政许可法》第三十二条）。"
        )


def check_effect(move: Move, filing: Filing, before: Reading, after: Clocks) -> None:
    """The line, once written, must do what was meant: a clock that has run out can't be stopped."""
    reading = after.statutory
    if move.name in ("stop", "hand_up") and not reading.paused:
        raise MoveRefused(
            f"法定时限已在 {before.due_on} 届满，{filing.on} 停表不再改变时限。请据实办结，并说明超期原因。"
        )
    if move.name == "extend" and reading.extended_days != before.extended_days + filing.days:
        raise MoveRefused(
            f"法定时限已在 {before.due_on} 届满，届满之后不能再延长。请据实办结，并说明超期原因。"
        )
    expected = {move.target, State.STOPPED} if move.name == "resume" else {move.target}
    if after.state not in expected:
        raise MoveRefused(
            f"{filing.on} 这一天已有别的记录，“{move.label}”登记在同一天会颠倒先后。"
            "请核对日期，或者登记在次日。"
        )


def _decided(procedure: Procedure, on: date) -> bool:
    return (
        procedure.state in FINISHED
        and procedure.decided_on is not None
        and procedure.decided_on <= on
    )
