"""The sweep (督办巡检): reads every source, opens and raises cases, issues letters, closes what is done.

What the sources say is compared in memory with the open cases, so that a sweep with nothing to write
asks as many questions for ten deadlines as for sixty thousand. Whatever it writes it locks first and
looks at again: what an officer did meanwhile stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse

from kernel.calendars.queries import work_calendar
from kernel.clock import WorkCalendar
from kernel.notices.telling import Message, tell
from kernel.papers.paper import cn_date
from kernel.papers.refusals import PaperRefused
from kernel.trail import SYSTEM, record, record_refusal
from workflows.supervision.duties import Duty, Source, sources
from workflows.supervision.letters import ROOM, urge
from workflows.supervision.lifecycle import DONE, DROPPED, MOVED, ORDER, Stage, State
from workflows.supervision.models import Case, Step
from workflows.supervision.queries import rule_on
from workflows.supervision.rules import ChaseRule, StageRule

LOT = 2000
_LOCK = 0x64756261  # one sweep of a tenant at a time
#: What a case copies of its duty, with the room it has for it, and keeps current while it is open.
_COPIED = ("number", "title", "department_code", "project_name", "url")
_LENGTHS = (60, 200, 10, 200, 200)


@transaction.atomic
def sweep(*, on: date, at: datetime) -> int:
    """Raise every stage that is due on ``on`` and close what is done; how many stages were raised.

    On a rest day nothing is raised; the next working day catches up, each deadline with its hardest
    stage alone. Each stage of a deadline is raised once, however often and by how many this runs.
    One transaction, so that a letter and the stages it is about are written together.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_LOCK])
    run = _Run(on, at, work_calendar(), rule_on(on))
    for source in sources():
        run.take(source)
    run.write_letters()
    run.tell()
    run.record()
    return len(run.raised)


# Inside ------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What a sweep has to know of an open case."""

    pk: int
    key: str
    due_on: date
    state: str
    stage: str
    paused_until: date | None
    copied: tuple[str, ...]


class _Raised(NamedTuple):
    """A stage that was raised just now, and the rule that raised it."""

    rule: StageRule
    case: Case
    step: Step


@dataclass
class _Run:
    on: date
    at: datetime
    calendar: WorkCalendar
    rule: ChaseRule
    raised: list[_Raised] = field(default_factory=list)
    closed: int = 0

    def take(self, source: Source) -> None:
        """Everything that is due of one source."""
        rule = self.rule.for_source(source.key)
        known = {(row.key, row.due_on): row for row in _open_cases(source.key)}
        # A case opened under a rule that looked farther ahead is still looked at.
        last = max([self.calendar.add(self.on, rule.lead_days), *(day for _, day in known)])
        quiet = not self.calendar.is_working(self.on)
        stages: dict[date, StageRule | None] = {}
        new: list[tuple[Duty, StageRule]] = []
        grown: list[tuple[int, StageRule | None]] = []
        renamed: list[tuple[int, tuple[str, ...]]] = []
        for duty in source.open_until(last):
            row = known.pop((duty.key, duty.due_on), None)
            if row and row.copied != _copied(duty):
                renamed.append((row.pk, _copied(duty)))
            if quiet:
                continue
            if duty.due_on not in stages:
                stages[duty.due_on] = rule.due(duty.due_on, self.on, self.calendar)
            due = stages[duty.due_on]
            if row is None:
                if due:
                    new.append((duty, due))
                if len(new) == LOT:
                    self._open(source, new)
                    new = []
            elif row.state != State.PAUSED or _over(row.paused_until, self.on):
                harder = due if due and _rank(due.stage) > _rank(row.stage) else None
                if harder or row.state == State.PAUSED:
                    grown.append((row.pk, harder))
        for names in _lots(renamed):
            _rename(dict(names))
        self._open(source, new)
        for wanted in _lots(grown):
            self._raise(dict(wanted))
        for gone in _lots(known.values()):
            self._close(source, gone)

    def _open(self, source: Source, duties: Sequence[tuple[Duty, StageRule]]) -> None:
        """Cases for duties that have none open; one that was closed for the same day is taken up again."""
        if not duties:
            return
        closed = {
            (case.key, case.due_on): case
            for case in Case.objects.select_for_update(of=("self",))
            .filter(source=source.key, key__in=[duty.key for duty, _ in duties])
            .filter(state=State.CLOSED)
            .order_by("pk")
        }
        moved: list[tuple[Case, StageRule, int]] = []
        fresh, again = [], []
        for duty, due in duties:
            case, before = closed.get((duty.key, duty.due_on)), -1
            if case is None:
                case = Case(
                    source=source.key,
                    key=duty.key,
                    due_on=duty.due_on,
                    stage=due.stage,
                    opened_on=self.on,
                )
                fresh.append(case)
            else:
                before = _rank(case.stage)
                case.stage = max(case.stage, due.stage.value, key=_rank)
                case.state, case.closed_on, case.closed_why = State.CHASING, None, ""
                case.version += 1
                again.append(case)
            for name, value in zip(_COPIED, _copied(duty), strict=True):
                setattr(case, name, value)
            if _rank(due.stage) > before:
                moved.append((case, due, before))
        Case.objects.bulk_create(fresh)
        Case.objects.bulk_update(
            again, ["stage", "state", "closed_on", "closed_why", "version", *_COPIED]
        )
        self._note(again, "期限仍在，尚未办结，重新督办")
        self._step(moved)

    def _raise(self, wanted: dict[int, StageRule | None]) -> None:
        """Raise open cases to the stage that is due; None only ends a pause."""
        changed: list[Case] = []
        resumed: list[Case] = []
        moved: list[tuple[Case, StageRule, int]] = []
        for case in (
            Case.objects.select_for_update(of=("self",))
            .filter(pk__in=wanted)
            .exclude(state=State.CLOSED)
            .order_by("pk")
        ):
            due, before = wanted[case.pk], _rank(case.stage)
            paused = case.state == State.PAUSED
            harder = due is not None and _rank(due.stage) > before
            if (paused and not _over(case.paused_until, self.on)) or not (paused or harder):
                continue
            if paused:
                resumed.append(case)
            case.state, case.paused_until = State.CHASING, None
            if due and harder:
                case.stage = due.stage
                moved.append((case, due, before))
            changed.append(case)
        _write(changed, "stage", "state", "paused_until")
        self._note(resumed, "暂缓的日子已过，恢复督办")
        self._step(moved)

    def _step(self, moved: Sequence[tuple[Case, StageRule, int]]) -> None:
        """The step of each case's stage, and of those between it and the one before as passed over."""
        steps = []
        for case, due, before in moved:
            steps += [
                self._line(case, Step.Kind.SKIPPED, stage=stage)
                for stage in Stage
                if before < ORDER[stage] < ORDER[due.stage]
            ]
            step = self._line(case, Step.Kind.STAGE, stage=due.stage)
            steps.append(step)
            self.raised.append(_Raised(due, case, step))
        Step.objects.bulk_create(steps, batch_size=LOT)

    def _close(self, source: Source, gone: Sequence[_Known]) -> None:
        """Close what is done, and what has another deadline by now; on the day it was done, where the
        room knows it."""
        keys = {row.key for row in gone}
        still = source.still_open(keys)
        over = keys - still
        done = source.done_on(over) if source.done_on else dict.fromkeys(over, self.on)
        cases = list(
            Case.objects.select_for_update(of=("self",))
            .filter(pk__in=[row.pk for row in gone])
            .exclude(state=State.CLOSED)
            .order_by("pk")
        )
        for case in cases:
            case.closed_on = min(done.get(case.key, self.on), self.on)
            case.closed_why = MOVED if case.key in still else DONE if case.key in done else DROPPED
            case.state, case.paused_until = State.CLOSED, None
        _write(cases, "closed_why", "state", "closed_on", "paused_until")
        self.closed += len(cases)

    def _note(self, cases: Sequence[Case], text: str) -> None:
        Step.objects.bulk_create(
            (self._line(case, Step.Kind.NOTE, text=text) for case in cases), batch_size=LOT
        )

    def _line(self, case: Case, kind: str, *, stage: str = "", text: str = "") -> Step:
        return Step(
            case=case,
            kind=kind,
            stage=stage,
            on=self.on,
            text=text,
            at=self.at,
            by_name=SYSTEM.name,
        )

    def write_letters(self) -> None:
        """One letter for each department with all its deadlines that came to a stage of letters."""
        by_unit: dict[str, list[_Raised]] = defaultdict(list)
        for one in self.raised:
            if one.rule.letter:
                by_unit[one.case.department_code].append(one)
        for code, found in sorted(by_unit.items()):
            try:
                letter = urge([one.case for one in found], code=code, on=self.on, actor=SYSTEM)
            except PaperRefused as refusal:  # an odd character must not keep everybody waiting
                record_refusal(
                    actor=SYSTEM, action="supervision.letter", subject=code, summary=str(refusal)
                )
                continue
            Step.objects.filter(pk__in=[one.step.pk for one in found]).update(letter=letter)

    def tell(self) -> None:
        """Each department once a stage, and whom the stage tells besides."""
        groups: dict[tuple[Stage, str, str], list[Case]] = defaultdict(list)
        for rule, case, _ in self.raised:
            groups[rule.stage, "", case.department_code].append(case)
            for role in rule.tells:
                groups[rule.stage, role, ""].append(case)
        tell(
            (_message(stage, role, code, cases) for (stage, role, code), cases in groups.items()),
            at=self.at,
        )

    def record(self) -> None:
        count = dict.fromkeys(Stage, 0)
        for rule, _, _ in self.raised:
            count[rule.stage] += 1
        said = [f"{stage.label} {n} 件" for stage, n in count.items() if n]
        said += [f"了结 {self.closed} 件"] * bool(self.closed)
        if said:
            record(
                actor=SYSTEM,
                action="supervision.sweep",
                subject="督导台账",
                summary=f"巡检：{'，'.join(said)}",
            )


def _message(stage: Stage, role: str, code: str, cases: Sequence[Case]) -> Message:
    first = min(cases, key=lambda case: (case.due_on, case.pk))
    more = f"等 {len(cases)} 项" if len(cases) > 1 else ""
    url = reverse("supervision:case", args=[first.pk])
    return Message(
        key=f"{ROOM}:{stage}:{role or code}:{first.pk}:{first.version}",
        room=ROOM,
        text=f"{stage.label}：{first.title}（{first.number}）{more}，期限{cn_date(first.due_on)}。",
        url=url if len(cases) == 1 else f"{reverse('supervision:list')}?stage={stage}",
        role=role,
        department_code=code,
    )


def _open_cases(source: str) -> Iterator[_Known]:
    rows: Iterable[tuple[Any, ...]] = (
        Case.objects.filter(source=source)
        .exclude(state=State.CLOSED)
        .order_by()
        .values_list("pk", "key", "due_on", "state", "stage", "paused_until", *_COPIED)
        .iterator(chunk_size=LOT)
    )
    for pk, key, due_on, state, stage, paused_until, *copied in rows:
        yield _Known(pk, key, due_on, state, stage, paused_until, tuple(copied))


def _copied(duty: Duty) -> tuple[str, ...]:
    return tuple(getattr(duty, name)[:most] for name, most in zip(_COPIED, _LENGTHS, strict=True))


def _rename(names: dict[int, tuple[str, ...]]) -> None:
    """Keep what a duty is called, and who answers for it, current."""
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=names).order_by("pk"))
    for case in cases:
        for name, value in zip(_COPIED, names[case.pk], strict=True):
            setattr(case, name, value)
    Case.objects.bulk_update(cases, _COPIED, batch_size=500)


def _write(cases: Iterable[Case], *names: str) -> None:
    """Store the named fields of locked cases, each a version on: one statement for all that end alike."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for case in cases:
        case.version += 1
        alike[tuple(getattr(case, name) for name in names)].append(case.pk)
    for values, pks in alike.items():
        changed = dict(zip(names, values, strict=True))
        Case.objects.filter(pk__in=pks).update(version=F("version") + 1, **changed)


def _over(paused_until: date | None, on: date) -> bool:
    return paused_until is not None and paused_until < on


def _rank(stage: str) -> int:
    return ORDER[Stage(stage)]


def _lots(rows: Iterable[Any]) -> Iterator[list[Any]]:
    pending = iter(rows)
    while lot := list(islice(pending, LOT)):
        yield lot
