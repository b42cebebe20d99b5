"""What goes in and out of the interface (报文格式). Days are ISO dates, moments ISO with their offset."""

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from kernel.clock.calendar import FIRST, LAST
from workflows.exchange.api.errors import Shape
from workflows.procedures.lifecycle import MOVES, REASON_OF, Commissioned, Ground, Level, State
from workflows.projects.lifecycle import State as ProjectState


def _one_of(names: Sequence[str], label: str) -> Any:
    """A word of a table of ours, as validation and as the document of the interface say it."""

    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"{label}只能是 {'、'.join(n for n in names if n)} 之一")
        return value

    return [AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(names)})]


ProcedureState = Annotated[str, *_one_of(State.values, "状态")]
ListState = Annotated[str, *_one_of(ProjectState.values, "状态")]
Number = Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z-]+$")]
ProcedureNumber = Annotated[
    str, Path(..., description="办件号", max_length=40, pattern=r"^[0-9A-Za-z-]+$")
]


def _storable(text: str) -> str:
    if any(not c.isprintable() and c not in "\r\n\t" for c in text):
        raise ValueError("含有不能保存的控制字符，请去掉")
    return text.strip()


def _in_calendar(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"日期 {day} 不在工作日历的范围（{FIRST} 至 {LAST}）之内，请核对年份")
    return day


def _a_day(value: Any) -> Any:
    """Days come as text; a number would be read as seconds."""
    if value is not None and not isinstance(value, (str, date)):
        raise ValueError("日期须是 2026-03-31 这样的写法")
    return value


def _a_time(value: Any) -> Any:
    """The hour on the office's clock: one with another zone would be compared with it, a number read as seconds."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(_TIME, value)):
        raise ValueError("时刻须是 09:30 这样的写法，当地时间，不带时区")
    return value


_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
Time = Annotated[
    time, BeforeValidator(_a_time), WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$"})
]
Text = Annotated[str, AfterValidator(_storable)]
Day = Annotated[date, BeforeValidator(_a_day), AfterValidator(_in_calendar)]


def _cursor(value: Any) -> Any:
    """An opaque cursor back into owner and number."""
    try:
        found = json.loads(base64.urlsafe_b64decode(str(value).encode("ascii")))
    except (ValueError, TypeError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != 2 or not all(map(_a_key, found)):
        raise ValueError("不是上一页给出的 next，请原样传回")
    return value


def _a_key(part: Any) -> bool:
    return isinstance(part, str) and part.isprintable()


def cursor_to(owner: str, number: str) -> str:
    """The cursor after this row."""
    return base64.urlsafe_b64encode(json.dumps([owner, number]).encode()).decode()


def cursor_from(text: str | None) -> tuple[str, str] | None:
    """Owner and number of a cursor that has been checked."""
    if not text:
        return None
    owner, number = json.loads(base64.urlsafe_b64decode(text))
    return owner, number


def _moment(value: datetime) -> datetime:
    if not FIRST.year < value.year < LAST.year:
        raise ValueError(f"时间 {value.year} 年不在 {FIRST.year} 至 {LAST.year} 年之内，请核对年份")
    return value.astimezone(UTC)  # some offsets that Python knows PostgreSQL does not


class Paged(Shape):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="一页多少条")
    after: Annotated[str, AfterValidator(_cursor)] | None = Field(
        None, max_length=200, description="上一页的 next，原样传回"
    )
    changed_since: Annotated[AwareDatetime, AfterValidator(_moment)] | None = Field(
        None, description="只要此刻之后写过的；传上一次同步完整取回时的 Synced-Until"
    )


class ProjectsAsked(Paged):
    year: int | None = Field(None, ge=2000, le=2100, description="年度")


class ProceduresAsked(Paged):
    year: int | None = Field(None, ge=2000, le=2100, description="年度")
    project: Number | None = Field(None, description="项目编号")
    department: Annotated[str, Field(max_length=10, pattern=r"^[a-z0-9]*$")] | None = Field(
        None, description="责任单位（部门代码）"
    )
    matter: Annotated[str, Field(max_length=10, pattern=r"^[A-Z0-9-]*$")] | None = Field(
        None, description="事项编码"
    )
    state: ProcedureState | None = Field(None, description="状态")
    lamp: Literal["green", "yellow", "red", "paused", "done", "none"] | None = Field(
        None, description="灯"
    )


class TasksAsked(Paged):
    department: Annotated[str, Field(max_length=10, pattern=r"^[a-z0-9]*$")] | None = Field(
        None, description="责任单位（部门代码）"
    )
    project: Number | None = Field(None, description="项目编号")


class ProjectOut(Shape):
    """A project as its ledger has it."""

    tenant: str = Field(description="哪个机制（网址名）")
    number: str = Field(description="项目编号")
    name: str = Field(description="项目名称")
    year: int = Field(description="年度")
    industry: str = Field(description="行业")
    investment_wan: Decimal = Field(description="总投资（万元）")
    state: ListState = Field(description="状态")
    target_on: date = Field(description="办齐目标日")
    expected_on: date | None = Field(description="预计办齐")
    done_on: date | None = Field(description="办齐")
    procedures_total: int = Field(description="办件数")
    procedures_done: int = Field(description="已办结")
    hit: bool = Field(description="已经或者预计在目标日之前办齐")
    lamp: str = Field(description="灯")
    provisional: bool = Field(description="预计日期跨过还没有放假通知的年份，属推定")
    written_at: datetime = Field(description="这一行什么时候写的")


class ProcedureOut(Shape):
    """A procedure as its ledger has it, with its five dates."""

    tenant: str = Field(description="哪个机制（网址名）")
    number: str = Field(description="办件号")
    project: str = Field(description="项目编号")
    project_name: str = Field(description="项目名称")
    year: int = Field(description="年度")
    matter: str = Field(description="事项编码")
    name: str = Field(description="事项名称")
    department: str = Field(description="责任单位（部门代码）")
    stage: int = Field(description="阶段，5 为并行推进")
    state: ProcedureState = Field(description="状态")
    ball: str = Field(description="在谁手里")
    statutory_due_on: date | None = Field(description="法定期限；停表时为空")
    promised_due_on: date | None = Field(description="承诺期限；停表时为空")
    planned_due_on: date | None = Field(description="计划完成")
    expected_on: date | None = Field(description="预计完成")
    decided_on: date | None = Field(description="实际办结")
    lamp: str = Field(description="灯")
    late: bool = Field(description="法定或者承诺期限已过而没有办结")
    provisional: bool = Field(description="日期跨过还没有放假通知的年份，属推定")
    written_at: datetime = Field(description="这一行什么时候写的")


class ProcedureWhole(ProcedureOut):
    """One procedure, with what a caller needs to write to it."""

    version: int = Field(description="第几版；登记进展时放进 If-Match")
    moves: list[str] = Field(description="现在能办的步骤（代码）")


class TaskOut(Shape):
    """A department's part of a sheet that was handed over."""

    tenant: str = Field(description="哪个机制（网址名）")
    number: str = Field(description="任务键")
    sheet: str = Field(description="交办单号")
    title: str = Field(description="任务")
    project: str = Field(description="项目编号，不属于项目为空")
    department: str = Field(description="责任单位（部门代码）")
    leads: bool = Field(description="牵头")
    standing: str = Field(
        description="done 按期、late 逾期办结、overdue 逾期未办、open 在办、cancelled 已撤销"
    )
    handed_over_on: date = Field(description="交办日期")
    due_on: date = Field(description="期限")
    reported_on: date | None = Field(description="反馈办结")
    closed_on: date | None = Field(description="销号")
    written_at: datetime = Field(description="这一行什么时候写的")


class ProjectPage(Shape):
    items: list[ProjectOut]
    next: str | None = Field(description="下一页；没有了为空")


class ProcedurePage(Shape):
    items: list[ProcedureOut]
    next: str | None = Field(description="下一页；没有了为空")


class TaskPage(Shape):
    items: list[TaskOut]
    next: str | None = Field(description="下一页；没有了为空")


class LineOut(Shape):
    """One line of a procedure's clock ledger."""

    id: int = Field(description="记录编号")
    kind: str = Field(description="事项（代码）")
    label: str = Field(description="事项")
    on: date = Field(description="发生日期")
    at: time | None = Field(description="发生时刻")
    recorded_at: datetime = Field(description="记录时间")
    reason: str = Field(description="停表的法定事由")
    document: str = Field(description="文号")
    days: int = Field(description="延长天数")
    text: str = Field(description="说明")
    items: list[str] = Field(description="要求补正的材料")
    by: str = Field(description="经办")
    corrects: int | None = Field(description="更正哪一条")


class Lines(Shape):
    items: list[LineOut]


MOVE_NAMES = list(dict.fromkeys(move.name for move in MOVES))
MoveName = Annotated[str, *_one_of(MOVE_NAMES, "步骤")]
Reason = Annotated[str, *_one_of(["", *REASON_OF], "法定事由")]


class EventIn(Shape):
    """What a department did, as its paper says."""

    model_config = ConfigDict(extra="forbid")

    move: MoveName = Field(
        description="办了什么：" + "、".join(dict.fromkeys(f"{m.name} {m.label}" for m in MOVES))
    )
    on: Day = Field(description="发生日期；不得晚于今天")
    at: Time | None = Field(
        None,
        description="发生时刻，当地时间；收件、补正收讫时可填，窗口截止时刻之后算次日",
    )
    document: Text = Field("", max_length=80, description="文号")
    reason: Reason = Field(
        "",
        description="停表、恢复的法定事由："
        + "、".join(f"{k} {r.label}" for k, r in REASON_OF.items()),
    )
    commissioned: Commissioned | Literal[""] = Field("", description="停表所等的第三方由谁委托")
    days: int = Field(0, ge=0, le=400, description="延长天数")
    level: Level | Literal[""] = Field("", description="延长由谁批准")
    approver: Text = Field("", max_length=60, description="批准延长的负责人")
    items: list[Annotated[Text, Field(min_length=1, max_length=120)]] = Field(
        [], max_length=60, description="一次性告知要求补正的材料，一件一项"
    )
    ground: Ground | Literal[""] = Field("", description="再次告知新材料的理由")
    text: Text = Field("", max_length=500, description="说明")


class EventOut(Shape):
    """Where the procedure stands after it."""

    number: str = Field(description="办件号")
    move: str = Field(description="办了什么")
    state: ProcedureState = Field(description="现在的状态")
    version: int = Field(description="第几版")
    statutory_due_on: date | None = Field(description="法定期限；停表时为空")
    promised_due_on: date | None = Field(description="承诺期限；停表时为空")
    expected_on: date | None = Field(description="预计完成")
    decided_on: date | None = Field(description="实际办结")


class MatterOut(Shape):
    """A matter of the catalogue in force."""

    code: str = Field(description="事项编码")
    name: str = Field(description="事项名称")
    department: str = Field(description="牵头单位（部门代码）")
    stage: int = Field(description="阶段")


class Matters(Shape):
    items: list[MatterOut]


class Me(Shape):
    """Who the key is."""

    system: str = Field(description="系统名称")
    tenant: str = Field(description="哪个机制（网址名）")
    department: str = Field(description="所属单位；为空表示不限单位")
    scopes: list[str] = Field(description="接口权限")
    key_expires_on: date = Field(description="密钥有效期至")
