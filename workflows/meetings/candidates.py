"""What is stuck (上会候选): each room may offer its own; the same thing offered twice is one with both reasons."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q

from kernel.calendars.queries import work_calendar
from kernel.papers.paper import cn_date
from kernel.web.lamps import Lamp
from workflows.assignments.lifecycle import SheetState
from workflows.assignments.models import Part, Sheet
from workflows.catalogue.queries import departments
from workflows.deficiency.lifecycle import State as PaperState
from workflows.deficiency.queries import awaited
from workflows.meetings.lifecycle import HELD
from workflows.meetings.lifecycle import State as MeetingState
from workflows.meetings.models import Item, Resolution
from workflows.procedures.lifecycle import FINISHED, PAUSED
from workflows.procedures.models import Procedure
from workflows.procedures.queries import entries_for, ledger, under_lamp
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Opinion, Project
from workflows.projects.queries import standings

#: Working days a clock may stand before it is worth a meeting: this product's proposal.
LONG_STOP = 15
MOST = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to put on an agenda. The heaviest come first; ``key`` names it for good."""

    key: str
    title: str
    why: str
    weight: int
    project_id: int | None = None
    procedure_id: int | None = None
    matter_code: str = ""
    departments: tuple[str, ...] = ()


Provider = Callable[[date], Iterable[Candidate]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add a room's candidates; called from its ``AppConfig.ready``."""
    if _providers.setdefault(room, provider) is not provider:
        raise ValueError(f"candidates registered twice: {room}")


def candidates(on: date) -> list[Candidate]:
    """Everything stuck on day ``on``, heaviest first, at most a few hundred."""
    found: dict[str, Candidate] = {}
    for room in sorted(_providers):
        for each in _providers[room](on):
            known = found.get(each.key)
            found[each.key] = (
                replace(known, why=f"{known.why}；{each.why}", weight=known.weight + each.weight)
                if known
                else each
            )
    return sorted(found.values(), key=lambda each: (-each.weight, each.key))[:MOST]


def _day(on: date | None) -> str:
    return cn_date(on) if on else "—"


def _of(procedure: Procedure, why: str, weight: int) -> Candidate:
    return Candidate(
        f"procedure:{procedure.number}",
        f"{procedure.project.name}：{procedure.name}",
        why,
        weight,
        procedure.project_id,
        procedure.pk,
        procedure.matter_code,
        (procedure.department_code,),
    )


def stuck_procedures(on: date) -> Iterable[Candidate]:
    """Red lamps, passed statutory days, and clocks that have stood for long."""
    late = Q(statutory_due_on__lt=on) & ~Q(state__in=FINISHED)
    for procedure in ledger().filter(late).order_by("statutory_due_on", "pk")[:MOST]:
        yield _of(procedure, f"超过法定期限（{_day(procedure.statutory_due_on)}）", 50)
    for procedure in ledger().filter(under_lamp(Lamp.RED, on)).order_by("red_on", "pk")[:MOST]:
        yield _of(procedure, f"{_day(procedure.red_on)}亮红灯", 30)
    calendar = work_calendar()
    stopped = list(ledger().filter(state__in=PAUSED).order_by("pk")[:MOST])
    lines = entries_for(stopped)
    for procedure in stopped:
        begun = max(
            (line.on for line in lines.get(procedure.number, ()) if line.kind == "stop"), default=on
        )
        days = calendar.between(begun, on)
        if days > LONG_STOP:
            yield _of(procedure, f"停表 {days} 个工作日", 20)


def infeasible_projects(on: date) -> Iterable[Candidate]:
    """Projects whose plan can't meet the target."""
    rows = Project.objects.filter(state=ProjectState.CONFIRMED, feasible=False, done_on=None)
    for project in rows.order_by("number")[:MOST]:
        yield Candidate(
            f"project:{project.number}",
            project.name,
            f"倒排计划差 {project.short_by_days} 个工作日",
            40,
            project.pk,
        )


def overdue_sheets(on: date) -> Iterable[Candidate]:
    """Sheets with a part that is late; the departments are those that are."""
    late = Part.objects.all().late(on).select_related("sheet").order_by("due_on", "pk")[:MOST]
    sheets: dict[int, list[Part]] = {}
    for part in late:
        sheets.setdefault(part.sheet_id, []).append(part)
    names = departments()
    for pk, parts in sheets.items():
        sheet, codes = parts[0].sheet, tuple(part.department_code for part in parts)
        units = "、".join(names[code].short_name if code in names else code for code in codes)
        yield Candidate(
            f"sheet:{pk}",
            f"{sheet.title}（{sheet.number}）",
            f"任务逾期：{units}，期限{cn_date(parts[0].due_on)}",
            25,
            sheet.project_id,
            sheet.procedure_id,
            departments=codes,
        )


def broken_promises(on: date) -> Iterable[Candidate]:
    rows = awaited().filter(state=PaperState.OPEN, due_on__lt=on)
    for row in rows.select_related("procedure__project").order_by("due_on", "pk")[:MOST]:
        yield _of(row.procedure, f"容缺材料“{row.material}”逾期未补", 20)


def objections(on: date) -> Iterable[Candidate]:
    """Projects on whose listing a department objects and the office has not answered (意见未处理)."""
    disputed = Project.objects.filter(
        state=ProjectState.COMMENTING, comments__opinion=Opinion.OBJECT
    )
    projects = {project.pk: project for project in disputed.order_by("number")}
    names = departments()
    for pk, standing in standings(projects.values()).items():
        if objecting := standing.unhandled:
            project, codes = projects[pk], tuple(each.department_code for each in objecting)
            units = "、".join(names[code].short_name if code in names else code for code in codes)
            yield Candidate(
                f"project:{project.number}",
                project.name,
                f"{units}不同意列入清单，意见尚未处理：{objecting[0].text}",
                35,
                pk,
                departments=codes,
            )


def left_over(on: date) -> Iterable[Candidate]:
    """What the last meeting it came to discussed and did not settle, or did not reach, each once; not what
    was decided since, nor what was settled by resolutions that are done."""
    held = Item.objects.filter(meeting__state__in=HELD)
    last = held.order_by("key", "-meeting__on", "-meeting__at", "-pk").distinct("key")
    resolved = Resolution.objects.filter(item=OuterRef("pk"))
    undone = resolved.filter(Q(closed_on=None) | ~Q(dropped_why=""))
    rows = (
        held.filter(
            ~Exists(resolved) | Exists(undone),
            pk__in=last.values("pk"),
            settled=False,
            meeting__state__in=[MeetingState.MINUTED, MeetingState.CLOSED],
        )
        .exclude(procedure__state__in=FINISHED)
        .exclude(project__done_on__isnull=False)
    )
    found = rows.select_related("meeting", "procedure").order_by("-meeting__on", "pk")[:MOST]
    sheets = {item.key for item in found if item.key.startswith("sheet:")}
    over = _no_longer_open(sheets) if sheets else set()
    for item in found:
        if item.key in over:
            continue
        yield Candidate(
            item.key,
            item.title,
            f"{cn_date(item.meeting.on)}的会议没有解决",
            10,
            item.project_id,
            item.procedure_id,
            item.matter_code,
            (item.procedure.department_code,) if item.procedure else (),
        )


def _no_longer_open(keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` ("sheet:12") whose sheet is closed or was taken back."""
    ids = [int(key.partition(":")[2]) for key in keys]
    ended = Sheet.objects.filter(pk__in=ids).exclude(state=SheetState.HANDED_OVER).order_by()
    return {f"sheet:{pk}" for pk in ended.values_list("pk", flat=True)}
