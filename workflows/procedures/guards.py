"""What the law and the ledger say no to before a move (办理校验): each refusal names place, value and cure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kernel.clock import Reading, WorkCalendar
from kernel.plan import Strength
from workflows.procedures.clocks import Clocks, LedgerLine
from workflows.procedures.lifecycle import (
    FINISHED,
    REASON_OF,
    Move,
    MoveRefused,
    State,
    move_from,
)
from workflows.procedures.models import Procedure
from workflows.procedures.planning import Book
from workflows.procedures.terms import Terms
from workflows.projects.lifecycle import State as ProjectState

#: Approvals stay valid for five years at most; an older day is a slip of the pen.
OLDEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class Filing:
    """What the clerk hands in with a move (登记内容). ``on`` is the day it happened."""

    on: date
    document: str = ""
    reason: str = ""
    days: int = 0
    approver: str = ""
    text: str = ""


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
        raise MoveRefused(
            f"办件 {procedure.number} 在您打开页面之后已有人办理（您看到第 {version} 版，"
            f"现为第 {procedure.version} 版）。请看过最新记录再办。"
        )


def check_day(filing: Filing, lines: Collection[LedgerLine], *, today: date, year: int) -> None:
    """The day it happened: not in the future, not before the line above, no slip of the pen."""
    on = filing.on
    if on > today:
        raise MoveRefused(f"发生日期 {on} 晚于今天 {today}。请填已经发生的日期。")
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
    reading = clocks.statutory
    if clocks.state is State.ACCEPTED and reading.deemed and name in ("notify", "accept", "refuse"):
        assert reading.received_on  # noqa: S101 -- what was deemed accepted has been received
        last = calendar.add(reading.received_on, terms.notice_days)
        raise MoveRefused(
            f"{reading.received_on} 收件，受理或者一次性告知的期限到 {last}（{terms.notice_days} 个工作日），"
            f"您填的发生日期 {filing.on} 已过。依《行政许可法》第三十二条，自收到之日起即为受理，"
            "时限已在计算，请直接办理后续步骤。若当时已经书面办理，请填实际日期。"
        )
    move = move_from(clocks.state, name)
    for field in required_fields(move):
        if field != "days" and not getattr(filing, field).strip():
            raise MoveRefused(missing(move, field))
    return move


def missing(move: Move, field: str) -> str:
    """The sentence for a field the law asks for and the clerk left empty."""
    label, cure = {
        "document": ("文书编号", "没有书面文书的，法律上不发生效力，请先出具文书。"),
        "reason": ("法定事由", "请选择一项法定事由。"),
        "days": ("延长天数", "请填写批准延长的天数。"),
        "approver": ("批准人", "请填写批准延长的负责人。"),
        "text": ("说明", "请写明内容或者理由。"),
    }[field]
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
        "extend": ("days", "approver", "text"),
        "decide": ("document",),
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
    """Not longer than the law names, all extensions together."""
    if terms.extension_days is None:
        raise MoveRefused(
            f"“{terms.article or '本事项'}”没有规定可以延长时限。确需延长的，请先核实法律依据并修订事项目录。"
        )
    left = terms.extension_days - reading.extended_days
    if not 0 < filing.days <= left:
        raise MoveRefused(
            f"延长 {filing.days} 日不成立：本事项最多延长 {terms.extension_days} 日，"
            f"已延长 {reading.extended_days} 日，还可延长 {left} 日。"
        )


def check_stop(filing: Filing) -> None:
    """The reason is one the law knows."""
    if filing.reason not in REASON_OF:
        raise MoveRefused(f"停表事由“{filing.reason}”不在法定事由之内，请从列表中选择。")


def check_effect(move: Move, filing: Filing, before: Reading, after: Clocks) -> None:
    """The line, once written, must do what was meant: a clock that has run out can't be stopped."""
    reading = after.statutory
    if move.name == "stop" and not reading.paused:
        raise MoveRefused(
            f"法定时限已在 {before.due_on} 届满，{filing.on} 停表不再改变时限。请据实办结，并说明超期原因。"
        )
    if move.name == "extend" and reading.extended_days != before.extended_days + filing.days:
        raise MoveRefused(
            f"法定时限已在 {before.due_on} 届满，届满之后不能再延长。请据实办结，并说明超期原因。"
        )
    if after.state is not move.target:
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
