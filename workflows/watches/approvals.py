"""Approvals in force for a time (批文有效期), against the day work is planned to begin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kernel.clock import Standing, Validity, WorkCalendar, watch
from kernel.web.lamps import Lamp
from workflows.procedures.models import Procedure
from workflows.procedures.terms import Terms
from workflows.watches.kinds import LEAD_DAYS, Kind

_LAMPS = {
    Standing.OK: Lamp.GREEN,
    Standing.RENEW_SOON: Lamp.YELLOW,
    Standing.BEFORE_START: Lamp.RED,
    Standing.LAPSED: Lamp.RED,
}


@dataclass(frozen=True, slots=True)
class Approval:
    """A decided procedure whose approval lapses."""

    procedure: Procedure
    terms: Terms
    department: str
    validity: Validity
    on: date

    @property
    def lamp(self) -> Lamp:
        """Of what lapsed after the planned start nobody knows here whether work had begun."""
        if self.validity.standing is Standing.LAPSED and self.validity.covers_start:
            return Lamp.NONE
        return _LAMPS[self.validity.standing]

    @property
    def note(self) -> str:
        validity = self.validity
        begun = validity.planned_start_on is not None and validity.planned_start_on <= self.on
        if begun and validity.covers_start and validity.standing is not Standing.OK:
            return "计划开工日已到，届时仍未开工的须延续或者重新办理"
        return ""

    @property
    def margin(self) -> str:
        """余 40 天；差 12 天."""
        days = self.validity.margin_days
        if days is None:
            return ""
        return f"余 {days} 天" if days >= 0 else f"差 {-days} 天"

    @property
    def term(self) -> str:
        """5 年；3 个月."""
        months = self.terms.validity_months or 0
        return f"{months} 个月" if months % 12 else f"{months // 12} 年"

    @property
    def lead(self) -> str:
        days = self.terms.renewal_lead_days
        return f"提前 {days} 个工作日" if days else "届满前"

    @property
    def verified(self) -> bool:
        return self.terms.marks.get("validity") == "V"


def approvals_of(
    procedures: Iterable[Procedure],
    *,
    calendar: WorkCalendar,
    names: Mapping[str, str],
    on: date,
) -> list[Approval]:
    """Approvals of decided procedures as they stand on ``on``, the first to be renewed first."""
    found = []
    for procedure in procedures:
        terms = Terms.read(procedure.terms)
        if procedure.decided_on is None or not terms.validity_months:
            continue
        validity = watch(
            procedure.decided_on,
            months=terms.validity_months,
            lead_days=terms.renewal_lead_days,
            planned_start_on=procedure.project.planned_start_on,
            calendar=calendar,
            on=on,
            soon_days=LEAD_DAYS[Kind.RENEWAL_DUE],
        )
        name = names.get(procedure.department_code, procedure.department_code)
        found.append(Approval(procedure, terms, name, validity, on))
    return sorted(found, key=lambda row: (row.validity.renew_by, row.procedure.number))
