"""Questions to this tenant's promises (承诺)."""

from dataclasses import dataclass
from datetime import date

from workflows.catalogue import queries as catalogue
from workflows.catalogue import wording
from workflows.catalogue.queries import Line
from workflows.promises.models import Party, PartyRole, Promise


def promises() -> dict[str, Promise]:
    """This tenant's promise for each matter by its code, with its people; two queries."""
    return {
        promise.matter_code: promise
        for promise in Promise.objects.order_by("matter_code").prefetch_related("parties")
    }


@dataclass(frozen=True, slots=True)
class Terms:
    """A matter and what this tenant promises for it, as the list shows it."""

    line: Line
    promise: Promise | None

    @property
    def limit(self) -> str:
        return wording.limit(self.line.fact)

    @property
    def promised(self) -> str:
        days = self.promise.promised_days if self.promise else None
        return wording.promise(days)

    @property
    def parties(self) -> list[Party]:
        return list(self.promise.parties.all()) if self.promise else []

    def people(self, role: PartyRole) -> str:
        return "、".join(party.name for party in self.parties if party.role == role)

    @property
    def approvers(self) -> str:
        return self.people(PartyRole.APPROVER)

    @property
    def representatives(self) -> str:
        return self.people(PartyRole.REPRESENTATIVE)

    @property
    def helpers(self) -> str:
        return self.people(PartyRole.HELPER)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the public cannot be told yet (A5.3); nothing for a matter not handled here."""
        if self.promise and not self.promise.handled_here:
            return ()
        found = (
            ("时限", self.promised),
            ("窗口", self.promise.window if self.promise else ""),
            ("电话", self.promise.office_phone if self.promise else ""),
            ("审批人员", self.approvers),
            ("帮办代办", self.helpers),
        )
        return tuple(label for label, value in found if not value)


def terms(on: date) -> list[Terms]:
    """Every matter in force on day ``on`` with this tenant's promise, by code; five queries."""
    here = promises()
    return [Terms(line, here.get(line.fact.code)) for line in catalogue.lines(on)]
