"""News of the ledger (信息推送, A4.2): to the units that wait for a decision, at once, and to whoever outside is
subscribed. Everything is written in the transaction of the move itself."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from kernel.notices.telling import Message, tell
from kernel.outbox.emitting import Event, emit
from kernel.outbox.topics import Topic
from kernel.plan import Strength
from kernel.trail import Actor
from workflows.procedures.lifecycle import FINISHED, State
from workflows.procedures.models import ClockEntry, Procedure
from workflows.procedures.planning import Book
from workflows.projects.models import Project

MOVED = Topic(
    "procedure.moved",
    "办件进展",
    "一个办件收件、受理、停表、办结等，或者更正记录之后",
    {
        "number": "办件号",
        "project": "项目编号",
        "project_code": "项目代码，没有赋码为空",
        "matter": "事项编码",
        "name": "事项名称",
        "department": "责任单位（部门代码）",
        "move": "办了什么（代码，见接口说明）",
        "move_label": "办了什么",
        "on": "发生日期",
        "document": "文号",
        "state": "现在的状态",
        "version": "办件第几版",
        "statutory_due_on": "法定期限，停表时为空",
        "promised_due_on": "承诺期限，停表时为空",
        "decided_on": "办结日期",
    },
    {
        "number": "ZGE-2026-001-04",
        "project": "ZGE-2026-001",
        "project_code": "2601-150622-04-01-123456",
        "matter": "A08",
        "name": "建设项目用地预审与选址意见书",
        "department": "zrzy",
        "move": "decide",
        "move_label": "办结",
        "on": "2026-02-27",
        "document": "准自然资字〔2026〕12号",
        "state": "decided",
        "version": 4,
        "statutory_due_on": "2026-03-13",
        "promised_due_on": "2026-03-02",
        "decided_on": "2026-02-27",
    },
)
LISTED = Topic(
    "project.changed",
    "项目清单变动",
    "项目确认入列、入列后修改或者移出清单之后",
    {
        "number": "项目编号",
        "project_code": "项目代码，没有赋码为空",
        "name": "项目名称",
        "year": "年度",
        "state": "现在的状态",
        "state_label": "现在的状态",
        "target_on": "办齐目标日",
        "version": "清单第几版",
    },
    {
        "number": "ZGE-2026-001",
        "project_code": "2601-150622-04-01-123456",
        "name": "煤制烯烃项目（示例）",
        "year": 2026,
        "state": "confirmed",
        "state_label": "已入列",
        "target_on": "2026-03-31",
        "version": 3,
    },
)
TOPICS = (MOVED, LISTED)


def moved(
    book: Book, procedure: Procedure, line: ClockEntry, *, name: str, before: str, actor: Actor
) -> None:
    """A line was written: tell outside; and tell those who wait when it decided, or took a decision back."""
    at = line.recorded_at
    url = reverse("procedures:detail", args=[procedure.number])
    data = {
        "number": procedure.number,
        "project": book.project.number,
        "project_code": book.project.project_code,
        "matter": procedure.matter_code,
        "name": procedure.name,
        "department": procedure.department_code,
        "move": name,
        "move_label": line.label,
        "on": line.on,
        "document": line.document,
        "state": procedure.state,
        "version": procedure.version,
        "statutory_due_on": procedure.statutory_due_on,
        "promised_due_on": procedure.promised_due_on,
        "decided_on": procedure.decided_on,
    }
    waiting = _waiting(book, procedure)
    concerned = frozenset({procedure.department_code, *(p.department_code for p in waiting)})
    words = f"{procedure.name}：{line.label}（{book.project.name}）"
    emit(MOVED, [Event(f"line:{line.pk}", words, url, data, concerned)], at=at)
    if (procedure.state in FINISHED) != (before in FINISHED):
        tell(_news(book, procedure, line, waiting), at=at)


def _waiting(book: Book, procedure: Procedure) -> list[Procedure]:
    """What may not be accepted or decided before ``procedure`` is, and has not been decided itself."""
    binding = (Strength.HARD, Strength.DEFICIENT)
    return [
        later
        for later in book.procedures
        if later.state not in FINISHED and procedure in book.before(later, *binding)
    ]


def _news(
    book: Book, procedure: Procedure, line: ClockEntry, waiting: list[Procedure]
) -> list[Message]:
    """One message a unit that waits: what was decided, and what still stands before its own."""
    done = procedure.state in FINISHED
    told = []
    for code in sorted({p.department_code for p in waiting}):
        theirs = [p for p in waiting if p.department_code == code]
        what = "、".join(_standing(book, each, done=done) for each in theirs)
        happened = (
            f"{procedure.name}已办结{f'（{line.document}）' if line.document else ''}"
            if done
            else f"{procedure.name}的办结已撤回，须重新办理"
        )
        told.append(
            Message(
                key=f"news:{line.pk}:{code}",
                room="exchange",
                text=f"{book.project.name}：{happened}。等它的{what}",
                url=reverse("procedures:detail", args=[theirs[0].number]),
                department_code=code,
            )
        )
    return told


def _standing(book: Book, procedure: Procedure, *, done: bool) -> str:
    """What of others the procedure waits for now."""
    left = [
        p.short_name
        for p in book.before(procedure, Strength.HARD, Strength.DEFICIENT)
        if p.state not in FINISHED
    ]
    if left:
        return f"{procedure.short_name}还等{'、'.join(left)}"
    ready = procedure.state in (State.PLANNED, State.WITHDRAWN, State.REFUSED)
    return f"{procedure.short_name}{'可以收件了' if ready else '可以往下办了'}"


def listed(project: Project, *, on: date, actor: Actor) -> None:
    """A project came onto the list, changed on it or left it."""
    at: datetime = timezone.now()
    data: dict[str, Any] = {
        "number": project.number,
        "project_code": project.project_code,
        "name": project.name,
        "year": project.year,
        "state": project.state,
        "state_label": project.get_state_display(),
        "target_on": project.target_on,
        "version": project.version,
    }
    words = f"{project.name}：{project.get_state_display()}"
    url = reverse("projects:project", args=[project.number])
    emit(LISTED, [Event(f"project:{project.number}:{project.version}", words, url, data)], at=at)
