"""Rows of many projects (整批的行): read into columns, compared with what is stored, written back.

Every ledger line, procedure and edge is a row of a column; nothing here knows what they mean.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kernel.clock import Kind, StopReason, Unit
from kernel.clock.columns import Entries
from kernel.clock.days import NONE, DayColumns, Days, Flags
from kernel.plan.columns import STRENGTH_CODES, Edges
from tenants.rollup import writing as rollup
from tenants.rollup.models import ProcedureRow, ProjectRow
from workflows.procedures import hooks
from workflows.procedures.copying import (
    Column,
    code,
    date_of,
    day_number,
    fetch,
    send,
    word,
)
from workflows.procedures.lifecycle import VOID, Ball, Level, State
from workflows.procedures.picture import PROCEDURE_ROWS, PROJECT_ROWS
from workflows.procedures.terms import NOTICE_DAYS
from workflows.projects.models import Project

Columns = Mapping[str, Column]
#: Chains of conflicts by the place of their project.
Chains = Mapping[int, list[dict[str, Any]]]

#: A slack may be negative, so that none is a number no slack can be.
NO_SLACK = -(2**31)
_STATES, _BALLS = [state.value for state in State], [ball.value for ball in Ball]
_LEVELS = [level.value for level in Level]
_VOID = len(Kind)

_PROJECT = {
    "id": "id",
    "confirmed_on": day_number("confirmed_on"),
    "target_on": day_number("target_on"),
    "feasible": "feasible::int",
    "short_by_days": "short_by_days",
    "expected_on": day_number("expected_on"),
    "done_on": day_number("done_on"),
    "chained": "(conflict <> '[]'::jsonb)::int",
}
#: Every derived column but the words: how it is read, and how a sent one is made again.
_DATES = (
    "planned_start_on",
    "planned_due_on",
    "statutory_due_on",
    "promised_due_on",
    "expected_on",
    "received_on",
    "accepted_on",
    "decided_on",
    "delivered_on",
    "yellow_on",
    "red_on",
)
_DERIVED = {
    "state": code("p.state", _STATES),
    "ball": code("p.ball", _BALLS),
    **{name: day_number(f"p.{name}") for name in _DATES},
    "slack_days": f"coalesce(p.slack_days, {NO_SLACK})",
    "critical": "p.critical::int",
    "provisional": "p.provisional::int",
}
MADE_AGAIN = {
    "state": word("v.state", _STATES),
    "ball": word("v.ball", _BALLS),
    **{name: date_of(f"v.{name}") for name in _DATES},
    "slack_days": f"nullif(v.slack_days, {NO_SLACK})",
    "critical": "v.critical = 1",
    "provisional": "v.provisional = 1",
}
#: What the clock and the plan need of a `Terms`; one JSON document a row is opened once.
_TERMS = {
    "working": f"(t.unit = '{Unit.WORKING.value}')::int",
    "limit_days": "coalesce(t.limit_days, -1)",
    "promised_days": "coalesce(t.promised_days, -1)",
    "allowance_days": "coalesce(t.allowance_days, 0)",
    "from_receipt": "coalesce(t.starts = 'receive', false)::int",
    "notice_days": f"coalesce(t.notice_days, {NOTICE_DAYS})",
    "extension_days": "coalesce(t.extension_days, 0)",
    # A level nobody can grant at is none of the codes an entry has.
    "level": "CASE coalesce(t.extension_approver, '') WHEN '' THEN -1"
    f" ELSE coalesce(nullif({code('t.extension_approver', _LEVELS)}, -1), {len(_LEVELS)}) END",
    "cut_off": "coalesce(extract(epoch FROM nullif(t.cut_off, '')::time)::int, -1)",
    "preparation_days": "coalesce(t.preparation_days, 0)",
    "public_notice_days": "coalesce(t.public_notice_days, 0)",
    "public_notice_working": f"coalesce(t.public_notice_unit = '{Unit.WORKING.value}', false)::int",
}
_TERMS_ROW = (
    "jsonb_to_record(p.terms) AS t(unit text, limit_days int, promised_days int,"
    " allowance_days int, starts text, notice_days int, extension_days int,"
    " extension_approver text, cut_off text, preparation_days int, public_notice_days int,"
    " public_notice_unit text)"
)
_ENTRY = {
    "id": "e.id",
    "procedure": "e.procedure_id",
    "corrects": "coalesce(e.corrects_id, -1)",
    "kind": code("e.kind", [*(kind.value for kind in Kind), VOID]),
    "on_day": day_number('e."on"'),
    "at": "coalesce(extract(epoch FROM e.at)::int, -1)",
    "reason": code("e.reason", [reason.value for reason in StopReason]),
    "documented": "(btrim(e.document, %(blanks)s) <> '')::int",
    "days": "e.days",
    "level": code("e.level", _LEVELS),
}
_BLANKS = "".join(filter(str.isspace, map(chr, range(1, 0x3001))))
_EDGE = {
    "before": "e.before_id",
    "after": "e.after_id",
    "strength": code("e.strength", [strength.value for strength in STRENGTH_CODES]),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Projects and their procedures as stored, in the order a `Book` has them; ``project`` is the
    place of each procedure's project, ``ledger`` the lines that stand, as they were written."""

    projects: Columns
    stored: Columns
    project: Days
    ledger: Entries
    edges: Edges


def read(ids: Sequence[int]) -> Batch:
    asked: dict[str, Any] = {"ids": list(ids), "blanks": _BLANKS}
    projects = fetch(_PROJECT, "FROM projects_project WHERE id = ANY(%(ids)s) ORDER BY id", asked)
    stored = fetch(
        {"id": "p.id", "project": "p.project_id", **_DERIVED, **_TERMS},
        f"FROM procedures_procedure p, {_TERMS_ROW}"
        ' WHERE p.project_id = ANY(%(ids)s) ORDER BY p.project_id, p."order", p.id',
        asked,
    )
    low, high = (stored["id"].min(), stored["id"].max()) if stored["id"].size else (0, 0)
    # The span of ids leads to an index; without it each batch would read the whole table.
    asked |= {"low": int(low), "high": int(high)}
    lines = fetch(
        _ENTRY,
        "FROM procedures_clockentry e JOIN procedures_procedure p ON p.id = e.procedure_id"
        " WHERE p.project_id = ANY(%(ids)s) AND e.procedure_id BETWEEN %(low)s AND %(high)s",
        asked,
    )
    edges = fetch(
        _EDGE,
        "FROM procedures_edge e JOIN procedures_procedure p ON p.id = e.after_id"
        " WHERE p.project_id = ANY(%(ids)s) AND e.after_id BETWEEN %(low)s AND %(high)s",
        asked,
    )
    place = _Places(stored["id"])
    return Batch(
        projects,
        stored,
        np.searchsorted(projects["id"], stored["project"]).astype(np.int32),
        _standing(lines, place),
        Edges(
            place.of(edges["before"]), place.of(edges["after"]), edges["strength"].astype(np.int8)
        ),
    )


class _Places:
    """Where a row of this id stands."""

    def __init__(self, ids: Column) -> None:
        self._order = np.argsort(ids)
        self._ids = ids[self._order]

    def of(self, ids: Column) -> NDArray[np.intp]:
        return self._order[np.searchsorted(self._ids, ids)]


def _standing(lines: Columns, place: _Places) -> Entries:
    """`clocks.standing`: by procedure, in the order of the first writing."""
    owner = place.of(lines["procedure"])
    order = np.lexsort((lines["id"], owner))
    kind = lines["kind"][order]
    corrects = lines["corrects"][order]
    rows = np.arange(order.size)
    corrections = np.flatnonzero(corrects != NONE)
    if corrections.size:
        stands = rows.copy()
        corrected = _Places(lines["id"][order]).of(corrects[corrections])
        for line, of in zip(corrections.tolist(), corrected.tolist(), strict=True):
            stands[line] = stands[of]
        last = np.full(order.size, NONE)
        last[stands] = rows
        rows = last[last != NONE]
        rows = rows[kind[rows] != _VOID]
    order = order[rows]
    return Entries(
        owner=owner[order].astype(np.int32),
        kind=lines["kind"][order].astype(np.int8),
        on=lines["on_day"][order].astype(np.int32),
        reason=lines["reason"][order].astype(np.int8),
        documented=lines["documented"][order].astype(np.bool_),
        days=lines["days"][order].astype(np.int32),
        level=lines["level"][order].astype(np.int8),
        at=lines["at"][order].astype(np.int32),
    )


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from the ledgers of a batch: columns of its procedures and of its projects, and
    the chains of conflicts by the place of their project."""

    batch: Batch
    procedures: Columns
    projects: Columns
    chains: Chains

    def differing(self) -> tuple[Flags, Flags]:
        """The procedures that are stored otherwise; and the projects that are, or whose are."""
        batch = self.batch
        changed = np.zeros(batch.project.size, np.bool_)
        for name, column in self.procedures.items():
            changed |= column != batch.stored[name]
        touched = _chains_changed(batch, self.chains)
        for name, column in self.projects.items():
            touched |= column != batch.projects[name]
        touched[batch.project[changed]] = True
        return changed, touched


def write(derived: Derived, days: DayColumns) -> int:
    """Write what differs and publish it; returns how many procedures did."""
    changed, touched = derived.differing()
    if touched.any():
        _write_projects(derived, touched, days)
        _write_procedures(derived, changed)
        _publish(derived.batch.projects["id"][touched].tolist(), procedures=bool(changed.any()))
    return int(changed.sum())


def _chains_changed(batch: Batch, chains: Chains) -> Flags:
    """The projects whose stored chain is another."""
    changed = np.zeros(batch.projects["id"].size, np.bool_)
    asked = {int(batch.projects["id"][place]): place for place in chains}
    asked |= {
        int(batch.projects["id"][place]): place
        for place in np.flatnonzero(batch.projects["chained"]).tolist()
    }
    for pk, conflict in (
        Project.objects.filter(pk__in=asked).order_by("pk").values_list("pk", "conflict")
    ):
        changed[asked[pk]] = conflict != chains.get(asked[pk], [])
    return changed


def _write_projects(derived: Derived, touched: Flags, days: DayColumns) -> None:
    """Write what `planning.refresh` sets on the projects touched, and leave them in a table for
    the picture."""
    rows, whole, chains = np.flatnonzero(touched), derived.projects, derived.chains
    expected_on = whole["expected_on"][rows].astype(np.int32)
    open_ = (expected_on != NONE) & (whole["done_on"][rows] == NONE)
    estimated = np.zeros(rows.size, np.int64)
    estimated[open_] = days.is_provisional(expected_on[open_])
    ids = derived.batch.projects["id"][rows]
    send(
        "bulk_projects",
        {"id": ids, "estimated": estimated, **{name: whole[name][rows] for name in whole}},
    )
    conflicts = [json.dumps(chains.get(place, []), ensure_ascii=False) for place in rows.tolist()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE projects_project AS p SET feasible = v.feasible = 1,"  # noqa: S608 -- our own names
            f" short_by_days = v.short_by_days, expected_on = {date_of('v.expected_on')},"
            f" done_on = {date_of('v.done_on')}, conflict = c.conflict"
            " FROM pg_temp.bulk_projects v"
            " JOIN unnest(%s::bigint[], %s::jsonb[]) AS c(id, conflict) USING (id)"
            " WHERE p.id = v.id",
            [ids.tolist(), conflicts],
        )


def _write_procedures(derived: Derived, changed: Flags) -> None:
    """Write the derived columns of what changed and count its revision on."""
    rows = np.flatnonzero(changed)
    if not rows.size:
        return
    columns = {name: column[rows] for name, column in derived.procedures.items()}
    send("bulk_procedures", {"id": derived.batch.stored["id"][rows], **columns})
    sets = ", ".join(f"{name} = {sql}" for name, sql in MADE_AGAIN.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE procedures_procedure AS p SET {sets}, revision = p.revision + 1"  # noqa: S608 -- our own names
            " FROM pg_temp.bulk_procedures v WHERE p.id = v.id"
        )


def _publish(ids: Sequence[int], *, procedures: bool) -> None:
    """Put what was written into the city's picture."""
    rollup.put_selected(ProjectRow, PROJECT_ROWS)
    if procedures:
        rollup.put_selected(ProcedureRow, PROCEDURE_ROWS)
    hooks.published(ids)
