"""What goes out (公开内容): facts of this tenant as plain values, frozen when a draft is prepared.

Nothing internal leaves: no notes, no documents, no reasons; nothing of a matter that is secret
(国家安全事项); office lines only. ``as_of`` says on what day the facts were read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Any

from kernel.calendars.queries import work_calendar
from kernel.clock import Unit, WorkCalendar
from kernel.office_line import NotAnOfficeLine, office_line
from tenants.gateway import current_tenant
from workflows.catalogue import wording
from workflows.catalogue.combing import MatterFact, load_standard
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import departments, matters
from workflows.disclosure.fitness import NotForThePublic, fit_for_public
from workflows.mechanism.models import SeatKind
from workflows.mechanism.queries import Place, organisation
from workflows.procedures.lifecycle import FINISHED, RUNNING, State
from workflows.procedures.models import Procedure
from workflows.projects.codes import find_region
from workflows.projects.models import Project
from workflows.promises.models import Party, PartyRole, Promise
from workflows.promises.queries import promises

MECHANISM_KEY = "mechanism"
FEWEST_TO_COUNT = 5  # fewer cases say more of a person than of an office
YEAR = timedelta(days=365)

_PUBLIC_STATES = {
    State.PLANNED: "未开始",
    State.RECEIVED: "已收件",
    State.CORRECTING: "待补正",
    State.ACCEPTED: "办理中",
    State.STOPPED: "暂停计时",
    State.HANDED_UP: "已报上级",
    State.DECIDED: "已办结",
    State.DELIVERED: "已办结",
    State.WITHDRAWN: "未开始",
    State.REFUSED: "未开始",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What one draft would say; ``payload`` is None when ``refusal`` tells why it can't go out."""

    key: str
    title: str
    payload: dict[str, Any] | None
    refusal: str = ""


def secret_codes() -> frozenset[str]:
    """Matters that any version ever called secret."""
    rows = MatterVersion.objects.filter(facts__secret=True).order_by("matter_code")
    return frozenset(rows.values_list("matter_code", flat=True).distinct())


def _departments_of(codes: frozenset[str]) -> frozenset[str]:
    """Departments that lead these matters; people of those that lead secret ones stay unnamed."""
    rows = MatterVersion.objects.filter(matter_code__in=codes).order_by("department_code")
    return frozenset(rows.values_list("department_code", flat=True).distinct())


# Matters -----------------------------------------------------------------------------------------


def matter_contents(on: date) -> list[Content]:
    """The guide (办事指南) of every matter this tenant handles itself, by code; secret ones never."""
    hidden = secret_codes()
    versions = {
        row.matter_code: row
        for row in matters(on).prefetch_related("dependencies")
        if row.matter_code not in hidden
    }
    order = _Order(versions)
    names = {code: department.name for code, department in departments().items()}
    taken = _taken(on, versions)
    place = current_tenant().name
    contents = []
    for code, promise in promises().items():
        if code not in versions or not promise.handled_here:
            continue
        version = versions[code]
        try:
            payload = {
                **_matter(version, order, names),
                "place": place,
                "as_of": on.isoformat(),
                "promised": _promised(promise),
                "window": promise.window,
                "office_phone": office_line(promise.office_phone),
                "parties": [
                    {
                        "role": party.get_role_display(),
                        "name": party.name,
                        "post": party.post,
                        "office_phone": office_line(party.office_phone),
                    }
                    for party in sorted(promise.parties.all(), key=_rank)
                ],
                "taken": taken.get(code),
            }
            payload = fit_for_public(payload, place=f"{version.name} · 承诺")
        except (NotAnOfficeLine, NotForThePublic) as refusal:
            contents.append(Content(code, version.name, None, str(refusal)))
        else:
            contents.append(Content(code, version.name, payload))
    return contents


def _rank(party: Party) -> tuple[int, int]:
    return PartyRole.values.index(party.role), party.pk


def _promised(promise: Promise) -> dict[str, Any] | None:
    """Promises count in working days, whatever the statutory unit."""
    if promise.promised_days is None:
        return None
    return {"days": promise.promised_days, "unit": Unit.WORKING.value}


def _matter(version: MatterVersion, order: "_Order", names: Mapping[str, str]) -> dict[str, Any]:
    fact = version.fact
    return {
        "code": fact.code,
        "name": fact.name,
        "short_name": fact.short_name,
        "catalogue_version": version.number,
        "departments": [names.get(code, code) for code in fact.departments],
        "level": wording.LEVELS[fact.level],
        "stage": fact.stage,
        "stage_name": wording.STAGES[fact.stage],
        "applies": wording.applies(fact),
        "statutory": {
            "days": fact.limit_days,
            "unit": fact.unit,
            "starts": wording.STARTS[fact.starts],
            "excluded": list(fact.excluded),
            "extension_days": fact.extension_days,
            "extension_approver": wording.APPROVERS.get(fact.extension_approver, ""),
        },
        "notice_days": fact.accept_days,
        "basis": [str(basis) for basis in fact.basis],
        "materials": [{"name": m.name, "later": m.deficient} for m in fact.materials],
        "deficiency": wording.DEFICIENCIES.get(fact.deficiency, ""),
        "steps": list(fact.steps),
        "result": fact.result,
        "validity_months": fact.validity_months,
        "before": [
            {
                "code": edge.before,
                "name": order.versions[edge.before].name,
                "strength": edge.strength,
                "rule": wording.STRENGTHS[edge.strength],
                "basis": edge.basis,
                "verified": edge.verified,
            }
            for edge in version.edges
            if edge.before in order.versions
        ],
        "parallel": [
            {"code": code, "name": order.versions[code].short_name} for code in order.beside(fact)
        ],
        "verified": {name: fact.mark_of(name) == "V" for name in ("limit", "basis", "validity")},
    }


class _Order:
    """Which matters may run beside another (并行): those named, less whatever must come before or after."""

    def __init__(self, versions: Mapping[str, MatterVersion]) -> None:
        self.versions = versions
        self.before: dict[str, set[str]] = defaultdict(set)
        for version in versions.values():
            for edge in version.edges:
                if edge.strength != "soft":
                    self.before[edge.after].add(edge.before)

    def ahead(self, code: str) -> set[str]:
        """Every matter that has to come before ``code``, however far back."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            for before in self.before[waiting.pop()] - found:
                found.add(before)
                waiting.append(before)
        return found

    def beside(self, fact: MatterFact) -> list[str]:
        named = set(fact.parallel_with)
        ahead = self.ahead(fact.code)
        return [
            code
            for code, other in sorted(self.versions.items())
            if code != fact.code
            and ({code, other.group, "all"} & named)
            and other.fact.pre_construction
            and code not in ahead
            and fact.code not in self.ahead(code)
        ]


def _taken(on: date, versions: Mapping[str, MatterVersion]) -> dict[str, dict[str, Any]]:
    """How long cases really took here in the year up to ``on``, from acceptance to decision.

    Stops are not taken out: it is what an applicant waited. In the unit of the statutory limit.
    """
    calendar = work_calendar()
    days: dict[str, list[int]] = defaultdict(list)
    done = Procedure.objects.filter(
        accepted_on__isnull=False, decided_on__gt=on - YEAR, decided_on__lte=on
    ).order_by("pk")
    for code, accepted, decided in done.values_list("matter_code", "accepted_on", "decided_on"):
        if code in versions and accepted and decided:
            days[code].append(_elapsed(calendar, versions[code], accepted, decided))
    return {
        code: {
            "cases": len(all_days),
            "median": f"{median(all_days):g}",
            "nine_tenths": sorted(all_days)[ceil(len(all_days) * 0.9) - 1],
            "unit": _unit(versions[code]).value,
        }
        for code, all_days in days.items()
        if len(all_days) >= FEWEST_TO_COUNT
    }


def _unit(version: MatterVersion) -> Unit:
    return Unit.CALENDAR if version.unit == "calendar" else Unit.WORKING


def _elapsed(calendar: WorkCalendar, version: MatterVersion, start: date, end: date) -> int:
    return calendar.days(start, end, _unit(version))


# Projects ----------------------------------------------------------------------------------------


def project_contents(projects: Iterable[Project], on: date) -> list[Content]:
    """The public progress (项目进度) of each project; two queries beside the projects'."""
    projects = list(projects)
    hidden = secret_codes()
    names = {code: department.short_name for code, department in departments().items()}
    industries = {industry.code: industry.label for industry in load_standard().industries}
    calendar = work_calendar()
    ledger: dict[int, list[Procedure]] = defaultdict(list)
    for procedure in (
        Procedure.objects.filter(project__in=[p.pk for p in projects])
        .exclude(matter_code__in=hidden)
        .order_by("project", "order", "pk")
    ):
        ledger[procedure.project_id].append(procedure)
    contents = []
    for project in projects:
        region = find_region(project.region_code)
        payload = {
            "number": project.number,
            "name": project.name,
            "owner": project.owner_name,
            "region": region.name if region else "",
            "industry": industries.get(project.industry, project.industry),
            "year": project.year,
            "target_on": project.target_on.isoformat(),
            "planned_start_on": project.planned_start_on.isoformat(),
            "as_of": on.isoformat(),
            "stages": _stages(ledger[project.pk], names, calendar),
        }
        try:
            payload = fit_for_public(payload, place=project.name)
        except NotForThePublic as refusal:
            contents.append(Content(project.number, project.name, None, str(refusal)))
        else:
            contents.append(Content(project.number, project.name, payload))
    return contents


def _stages(
    procedures: Iterable[Procedure], names: Mapping[str, str], calendar: WorkCalendar
) -> list[dict[str, Any]]:
    by_stage: dict[int, list[Procedure]] = defaultdict(list)
    for procedure in procedures:
        by_stage[procedure.stage].append(procedure)
    return [
        {
            "name": wording.STAGES[stage],
            "done": sum(p.state in FINISHED for p in rows),
            "running": sum(p.state in RUNNING for p in rows),
            "total": len(rows),
            "procedures": [_procedure(p, names, calendar) for p in rows],
        }
        for stage, rows in sorted(by_stage.items())
    ]


def _procedure(
    procedure: Procedure, names: Mapping[str, str], calendar: WorkCalendar
) -> dict[str, Any]:
    planned = procedure.planned_due_on
    return {
        "code": procedure.matter_code,
        "name": procedure.name,
        "department": names.get(procedure.department_code, procedure.department_code),
        "state": _PUBLIC_STATES[State(procedure.state)],
        "done": procedure.state in FINISHED,
        "planned_due_on": _text(planned),
        "provisional": bool(planned and calendar.is_provisional(planned)),
        "decided_on": _text(procedure.decided_on),
    }


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


# The mechanism -----------------------------------------------------------------------------------


def mechanism_content(on: date) -> Content:
    """Who is in charge and whom to call (机构与人员). Conveners by their post, others by name too."""
    tenant = current_tenant()
    title = tenant.office_name
    found = organisation(on)
    hidden = secret_codes()
    silent = _departments_of(hidden)

    def people(kind: SeatKind) -> list[dict[str, str]]:
        return [_person(p) for p in found.of(kind) if p.seat.department_code not in silent]

    try:
        payload = {
            "name": title,
            "place": tenant.name,
            "as_of": on.isoformat(),
            "conveners": [_seat(p) for p in found.conveners],
            "deputies": [_seat(p) for p in found.deputies],
            "office": {
                "host": found.host.name if found.host else "",
                "directors": people(SeatKind.OFFICE_DIRECTOR),
            },
            "units": [unit.name for unit in found.units],
            "liaisons": people(SeatKind.LIAISON),
            "task_force": people(SeatKind.TASK_FORCE),
            "follow_up": people(SeatKind.FOLLOW_UP),
            "windows": _windows(hidden),
        }
        payload = fit_for_public(payload, place="组织机构")
    except (NotAnOfficeLine, NotForThePublic) as refusal:
        return Content(MECHANISM_KEY, title, None, str(refusal))
    return Content(MECHANISM_KEY, title, payload)


def _seat(place: Place) -> dict[str, str]:
    return {"post": place.seat.post}


def _person(place: Place) -> dict[str, str]:
    holding = place.holding
    return {
        "unit": place.unit_name,
        "post": place.seat.post,
        "name": place.holder,
        "office_phone": office_line(holding.office_phone) if holding else "",
    }


def _windows(hidden: frozenset[str]) -> list[dict[str, Any]]:
    """Windows of the matters handled here, each once, with its lines and how many matters."""
    lines: dict[str, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    for code, promise in promises().items():
        if promise.handled_here and promise.window and code not in hidden:
            counts[promise.window] += 1
            lines[promise.window] |= {office_line(promise.office_phone)} - {""}
    return [
        {"window": window, "office_phones": sorted(lines[window]), "matters": count}
        for window, count in sorted(counts.items())
    ]
