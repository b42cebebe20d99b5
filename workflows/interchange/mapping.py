"""From our ledgers to rows of the exchange tables (映射): a value is a recorded fact, or it is absent.

Nothing is defaulted. A row exists because something happened: a process that was set up, a project that was
confirmed, a procedure that was handed in, a line of its ledger, its decision, a file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from django.db.models import Min, Q

from kernel.clock import Kind
from kernel.clock.validity import valid_until
from kernel.papers.models import Attachment
from tenants.gateway import current_tenant
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import departments
from workflows.catalogue.wording import STAGES
from workflows.deficiency.models import Deficiency
from workflows.interchange.checking import Row
from workflows.interchange.models import Supplement
from workflows.interchange.states import GRANTED, GRANTED_SHORT, SPECIAL, WITH_OPINION, code_of
from workflows.interchange.tables import (
    CASE,
    DOCUMENT,
    FILE,
    ITEM,
    OFFICES,
    PROCESS,
    PROJECT,
    STAGE,
    STEP,
    UNIT,
    Home,
    Table,
)
from workflows.procedures.clocks import standing
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import ClockEntry, Procedure
from workflows.projects.lifecycle import State as ProjectState
from workflows.projects.models import Project

Given = Mapping[str, Any]
OFFICE = ""
SQUARE_METRES = 10_000  # in a hectare
ROOM_OF_FILES = "deficiency"


@dataclass
class Ledgers:
    """What the rows of one season are made from; ``owner`` narrows it to one department's, or the office's."""

    year: int
    owner: str | None = None
    region: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    supplements: dict[tuple[str, str], Given] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    procedures: list[Procedure] = field(default_factory=list)
    entries: dict[int, list[ClockEntry]] = field(default_factory=dict)
    matters: dict[tuple[str, int], MatterVersion] = field(default_factory=dict)
    missing_papers: dict[int, list[Deficiency]] = field(default_factory=dict)
    files: dict[int, list[Attachment]] = field(default_factory=dict)

    def given(self, home: Home, key: str, column: str) -> str | None:
        """What was recorded for a subject, or nothing."""
        found = self.supplements.get((home.value, key), {}).get(column)
        return str(found["value"]) if found else None

    def process_of(self, project: Project) -> str:
        return self.given(Home.PROJECT, project.number, "SPLCBM") or ""


def load(year: int, owner: str | None = None) -> Ledgers:
    """The facts of ``year``: of everybody, of the office (an empty code), or of one department."""
    found = Ledgers(year, owner, region=current_tenant().code[:6])
    found.names = {code: each.name for code, each in departments().items()}
    supplements = Supplement.objects.order_by("kind", "key")
    projects = Project.objects.filter(year=year, state=ProjectState.CONFIRMED).order_by("number")
    if owner:  # the office's fields carry the references of a department's rows
        supplements = supplements.filter(
            Q(department_code__in=[OFFICE, owner]) | Q(kind=Home.MATTER.value)
        )
    elif owner == OFFICE:
        supplements = supplements.filter(kind__in=[home.value for home in OFFICES])
    found.supplements = {(row.kind, row.key): row.given for row in supplements}
    found.projects = {
        row.pk: row for row in projects.annotate(first_received_on=Min("procedures__received_on"))
    }
    procedures = Procedure.objects.filter(project__in=list(found.projects))
    if owner:
        procedures = procedures.filter(department_code=owner)
    elif owner == OFFICE:  # of a case the office's rows only know that there is one
        procedures = procedures.only("project", "order", "stage")
    found.procedures = list(procedures.order_by("project__number", "order", "pk"))
    for procedure in found.procedures:
        procedure.project = found.projects[procedure.project_id]
    if owner != OFFICE:
        _load_cases(found)
    return found


def _load_cases(found: Ledgers) -> None:
    """The matters, the ledger lines, the papers that may follow and their files: what the office's rows have
    no use for."""
    versions = {(each.matter_code, each.matter_version) for each in found.procedures}
    rows = MatterVersion.objects.filter(matter_code__in={code for code, _ in versions})
    for version in rows.prefetch_related("dependencies"):
        if (version.matter_code, version.number) in versions:
            found.matters[version.matter_code, version.number] = version
    keys = [procedure.pk for procedure in found.procedures]
    for entry in ClockEntry.objects.filter(procedure__in=keys).order_by("pk"):
        found.entries.setdefault(entry.procedure_id, []).append(entry)
    owed = {}
    for paper in Deficiency.objects.filter(procedure__in=keys).order_by("pk"):
        found.missing_papers.setdefault(paper.procedure_id, []).append(paper)
        owed[f"deficiency:{paper.pk}"] = paper.procedure_id
    kept = Attachment.objects.filter(room=ROOM_OF_FILES, key__in=list(owed)).defer("content")
    for file in kept.order_by("pk"):
        found.files.setdefault(owed[file.key], []).append(file)


def rows(found: Ledgers) -> Iterator[Row]:
    """Table by table, parents first; narrowed to an owner only the tables that owner answers for."""
    if not found.owner:
        yield from _processes(found)
        yield from _stages(found)
    if found.owner != OFFICE:
        yield from _item_rows(found)
    if not found.owner:
        yield from _projects(found)
        yield from _units(found)
    if found.owner != OFFICE:
        started = [each for each in found.procedures if each.pk in found.entries]
        yield from _cases(found, started)
        yield from _steps(found, started)
        yield from _documents(found, started)
        yield from _files(found, started)


# The office's -----------------------------------------------------------------------------------------


def _processes(found: Ledgers) -> Iterator[Row]:
    for (kind, code), given in found.supplements.items():
        if kind == Home.PROCESS:
            yield _row(
                found,
                PROCESS,
                code,
                f"审批流程 {code}",
                {"SPLCBM": code, **_values(given)},
                subjects={Home.PROCESS: code},
            )


def _stages(found: Ledgers) -> Iterator[Row]:
    """The stages that the season's procedures stand in, of each process."""
    stages = sorted({procedure.stage for procedure in found.procedures})
    processes = [code for kind, code in found.supplements if kind == Home.PROCESS]
    for process, stage in product(processes, stages):
        key = f"{process}-{stage}"
        yield _row(
            found,
            STAGE,
            key,
            f"审批流程 {process} 第 {stage} 阶段",
            {
                "SPJDBM": key, "SPJDMC": STAGES[stage], "SPJDXH": stage, "DYBZSPJDXH": stage,
                "SPJDSX": found.given(Home.STAGE, key, "SPJDSX"),
                "LCBSXLX": found.given(Home.STAGE, key, "LCBSXLX"),
                **_process(found, process),
            },
            subjects={Home.STAGE: key},
            parents=((PROCESS.name, process),),
        )  # fmt: skip


def _projects(found: Ledgers) -> Iterator[Row]:
    for project in found.projects.values():
        process = found.process_of(project)
        first = getattr(project, "first_received_on", None)
        waived = {"SBSJ"} if first is None else set()
        if not project.done_on:
            waived.add("XMWQBJSJ")
        yield _row(
            found,
            PROJECT,
            project.number,
            _named(project),
            {
                **_values(found.supplements.get((Home.PROJECT.value, project.number), {})),
                **_process(found, process),
                "XMDM": project.project_code, "XMMC": project.name,
                "SPLCLX": found.given(Home.PROCESS, process, "SPLCLX"),
                "NKGSJ": project.planned_start_on,
                "XMSFWQBJ": 1 if project.done_on else 0, "XMWQBJSJ": project.done_on,
                "ZTZE": project.investment_wan, "JSDDXZQH": project.region_code,
                "JSDD": project.place, "JSGMJNR": project.content,
                "YDMJ": _square_metres(project.land_ha), "SBSJ": first,
            },
            subjects={Home.PROJECT: project.number, Home.PROJECT_LEDGER: project.number},
            waived=frozenset(waived),
            parents=((PROCESS.name, process),) if process else (),
        )  # fmt: skip


def _units(found: Ledgers) -> Iterator[Row]:
    """The project's own unit; the list knows no other."""
    for project in found.projects.values():
        yield _row(
            found,
            UNIT,
            f"{project.number}-1",
            f"{_named(project)}的项目单位",
            {
                "XMDM": project.project_code,
                "GCDM": found.given(Home.PROJECT, project.number, "GCDM"),
                "DWTYSHXYDM": project.credit_code,
                "DWMC": project.owner_name,
                "DWLX": 1,
            },
            subjects={Home.PROJECT_LEDGER: project.number},
            parents=((PROJECT.name, project.number),),
        )


# The departments' -------------------------------------------------------------------------------------


def _items(found: Ledgers) -> list[tuple[str, Procedure]]:
    """A process and one procedure for each matter it leads to; a matter that no process leads to yet stands
    with none, so that its facts are asked all the same."""
    led: dict[tuple[str, int, str], dict[str, Procedure]] = {}
    for procedure in found.procedures:
        matter = (procedure.matter_code, procedure.matter_version, procedure.department_code)
        led.setdefault(matter, {}).setdefault(found.process_of(procedure.project), procedure)
    return [
        (process, each)
        for _, by_process in sorted(led.items())
        for process, each in sorted(by_process.items())
        if process or len(by_process) == 1
    ]


def _item_rows(found: Ledgers) -> Iterator[Row]:
    for process, procedure in _items(found):
        code = procedure.matter_code
        matter = f"{code}-{procedure.matter_version}-{procedure.department_code}"
        version = found.matters.get((code, procedure.matter_version))
        fact = version.fact if version else None
        limit = fact.limit_days if fact else None
        stated = {"C": 1, "N": 0, "M": 0}.get(fact.deficiency) if fact else None
        yield _row(
            found,
            ITEM,
            f"{process}-{matter}",
            f"审批流程 {process or '未选定'} 的事项 {code} {procedure.name}",
            {
                **_values(found.supplements.get((Home.MATTER.value, code), {})),
                **_process(found, process),
                "SPJDXH": procedure.stage, "SPSXBM": code, "SPSXBBH": procedure.matter_version,
                "SPSXMC": procedure.name,
                "SFSXGZCNZ": stated if stated is not None
                else found.given(Home.MATTER, code, "SFSXGZCNZ"),
                "SPSXBLSX": 0 if fact and fact.unit == "instant" else limit,
                "QZSPSXBM": "、".join(
                    edge.before for edge in (version.edges if version else ())
                    if edge.strength == "hard"
                ),
                **_bureau(found, procedure),
            },
            subjects=_subjects(procedure),
            owner=procedure.department_code,
            waived=frozenset({"SPSXBLSX"} if fact and fact.unit == "none" else ()),
            parents=((PROCESS.name, process), (STAGE.name, f"{process}-{procedure.stage}")),
            counts_as=matter,
            held="" if process else "还没有项目为这一事项选定审批流程，本行不上报。",
        )  # fmt: skip


def _cases(found: Ledgers, started: Iterable[Procedure]) -> Iterator[Row]:
    for procedure in started:
        process, terms = found.process_of(procedure.project), procedure.terms
        promised, limit = terms.get("promised_days"), terms.get("limit_days")
        yield _row(
            found,
            CASE,
            procedure.number,
            _case(procedure),
            {
                "GCDM": found.given(Home.PROJECT, procedure.project.number, "GCDM"),
                "SPSXBM": procedure.matter_code, "SPSXBBH": procedure.matter_version,
                **_process(found, process),
                "SPSXSLBM": procedure.number,
                "SLFS": found.given(Home.PROCEDURE, procedure.number, "SLFS"),
                "GKFS": found.given(Home.MATTER, procedure.matter_code, "GKFS"),
                "BLSPSLBM": f"{procedure.project.number}-B{procedure.bundle_id}"
                if procedure.bundle_id else None,
                "SXBLSX": limit if promised is None else promised,
                **_bureau(found, procedure),
            },
            subjects=_subjects(procedure),
            owner=procedure.department_code,
            waived=frozenset({"SXBLSX"} if promised is None and limit is None else ()),
            parents=((PROJECT.name, procedure.project.number),),
        )  # fmt: skip


def _steps(found: Ledgers, started: Iterable[Procedure]) -> Iterator[Row]:
    for procedure in started:
        special = False  # a stop of article 45 is open
        for place, line in enumerate(_lines(found, procedure), 1):
            reason = line.reason
            if line.kind == Kind.STOP and reason in SPECIAL:
                special = True
            elif line.kind == Kind.RESUME and not reason and special:
                reason, special = SPECIAL[0], False
            code = code_of(line.kind, reason, short=_short(found, procedure, line.on))
            if not code:
                continue
            decided = code in (GRANTED, GRANTED_SHORT)
            subjects = dict(_subjects(procedure))
            if decided:
                opinion = line.text or found.given(Home.PROCEDURE, procedure.number, "BLYJ")
            else:  # its words belong to the line of the ledger
                opinion = "；".join(filter(None, [line.document, line.text, "、".join(line.items)]))
                subjects.pop(Home.PROCEDURE)
            yield _row(
                found,
                STEP,
                f"{procedure.number}-{line.pk}",
                f"{_case(procedure)}的第 {place} 步“{line.label}”",
                {
                    **_of_case(found, procedure),
                    "BLCS": found.given(Home.DEPARTMENT, procedure.department_code, "BLCS"),
                    "BLR": line.by_name, "BLZT": code, "BLYJ": opinion, "BLSJ": line.on,
                },
                subjects=subjects,
                owner=procedure.department_code,
                waived=frozenset(() if code in WITH_OPINION else {"BLYJ"}),
                parents=((CASE.name, procedure.number),),
                recurring=frozenset(() if decided else {"BLYJ"}),  # a notice has its set words
            )  # fmt: skip


def _documents(found: Ledgers, started: Iterable[Procedure]) -> Iterator[Row]:
    for procedure in started:
        if procedure.state not in FINISHED:
            continue
        lines = _lines(found, procedure)
        line = next((each for each in reversed(lines) if each.kind == Kind.DECIDE), None)
        if line is None:
            continue
        begun = procedure.accepted_on or procedure.received_on
        yield _row(
            found,
            DOCUMENT,
            f"{procedure.number}-{line.pk}",
            f"{_case(procedure)}的批复文件",
            {
                **_of_case(found, procedure),
                "PFRQ": line.on, "PFWH": line.document,
                "PFWJBT": found.given(Home.PROCEDURE, procedure.number, "PFWJBT"),
                "PFWJYXQX": found.given(Home.PROCEDURE, procedure.number, "PFWJYXQX")
                or _expiry(procedure, line.on),
            },
            subjects=_subjects(procedure),
            owner=procedure.department_code,
            since={"PFRQ": (begun, "受理日期" if procedure.accepted_on else "收件日期")}
            if begun else {},
            parents=((CASE.name, procedure.number),),
        )  # fmt: skip


def _files(found: Ledgers, started: Iterable[Procedure]) -> Iterator[Row]:
    """Papers that came later, as they were handed in; the room keeps no other file of a procedure."""
    for procedure in started:
        for file in found.files.get(procedure.pk, ()):
            yield _row(
                found,
                FILE,
                file.token,
                f"{_case(procedure)}的附件“{file.name}”",
                {
                    **_of_case(found, procedure),
                    "FJMC": file.name, "FJFL": 1, "FJLX": file.name.rpartition(".")[2].lower(),
                    "FJID": file.token,
                },
                subjects=_subjects(procedure),
                owner=procedure.department_code,
                parents=((CASE.name, procedure.number),),
            )  # fmt: skip


# Inside ---------------------------------------------------------------------------------------------


def _row(
    found: Ledgers,
    table: Table,
    key: str,
    name: str,
    values: Mapping[str, Any],
    *,
    subjects: Mapping[Home, str],
    owner: str = OFFICE,
    waived: frozenset[str] = frozenset(),
    since: Mapping[str, tuple[date, str]] | None = None,
    parents: tuple[tuple[str, str], ...] = (),
    recurring: frozenset[str] = frozenset(),
    counts_as: str = "",
    held: str = "",
) -> Row:
    """The row with what every table has. It holds: what left the list is not among the rows at all."""
    every = {"DFSJZJ": key, "XZQHDM": found.region, "SJYXBS": 1}
    return Row(
        table.name, key, name, {**values, **every}, subjects, owner, waived, since or {}, parents,
        recurring, counts_as, held,
    )  # fmt: skip


def _values(given: Given) -> dict[str, str]:
    return {column: each["value"] for column, each in given.items()}


def _process(found: Ledgers, process: str) -> dict[str, str | None]:
    return {
        "SPLCBM": process or None,
        "SPLCBBH": found.given(Home.PROCESS, process, "SPLCBBH"),
    }


def _bureau(found: Ledgers, procedure: Procedure) -> dict[str, str | None]:
    code = procedure.department_code
    return {
        "SPBMBM": found.given(Home.DEPARTMENT, code, "SPBMBM"),
        "SPBMMC": found.names.get(code),
    }


def _of_case(found: Ledgers, procedure: Procedure) -> dict[str, str | None]:
    return {
        "GCDM": found.given(Home.PROJECT, procedure.project.number, "GCDM"),
        "SPSXSLBM": procedure.number,
    }


def _subjects(procedure: Procedure) -> Mapping[Home, str]:
    return {
        Home.PROCEDURE: procedure.number,
        Home.PROCEDURE_LEDGER: procedure.number,
        Home.MATTER: procedure.matter_code,
        Home.DEPARTMENT: procedure.department_code,
    }


def _lines(found: Ledgers, procedure: Procedure) -> list[ClockEntry]:
    return list(standing(found.entries.get(procedure.pk, ())))  # type: ignore[arg-type]


def _short(found: Ledgers, procedure: Procedure, on: date) -> bool:
    """A paper that may come later was still missing at the close of ``on``."""
    return any(
        paper.granted_on <= on and (paper.ended_on is None or paper.ended_on > on)
        for paper in found.missing_papers.get(procedure.pk, ())
    )


def _expiry(procedure: Procedure, decided_on: date) -> date | None:
    """From the term of the matter, where somebody read it in the law; else nobody knows."""
    months = procedure.terms.get("validity_months")
    if not months or procedure.terms.get("marks", {}).get("validity") != "V":
        return None
    return valid_until(decided_on, months)


def _square_metres(hectares: Decimal | None) -> Decimal | None:
    return None if hectares is None else hectares * SQUARE_METRES


def _named(project: Project) -> str:
    return f"项目 {project.number} {project.name}"


def _case(procedure: Procedure) -> str:
    return f"办件 {procedure.number} {procedure.short_name}"
