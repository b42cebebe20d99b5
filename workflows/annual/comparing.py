"""Two states of a list against each other (版本比较): added, removed, changed field by field. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.annual.freezing import FIELDS, Entry, investment_of
from workflows.projects.facts import Difference


@dataclass(frozen=True, slots=True)
class Changed:
    """A project on both lists that does not say the same."""

    before: Entry
    after: Entry
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """By project number. Totals are of both whole lists."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    count_before: int
    count_after: int
    wan_before: Decimal
    wan_after: Decimal

    @property
    def same(self) -> bool:
        return not (self.added or self.removed or self.changed)

    @property
    def wan_added(self) -> Decimal:
        return investment_of(self.added)

    @property
    def wan_removed(self) -> Decimal:
        return investment_of(self.removed)

    @property
    def wan_changed(self) -> Decimal:
        """What changed amounts alone make; with those added less those removed it is the difference."""
        return investment_of(c.after for c in self.changed) - investment_of(
            c.before for c in self.changed
        )

    @property
    def wan_difference(self) -> Decimal:
        return self.wan_after - self.wan_before


def compare(before: Sequence[Entry], after: Sequence[Entry]) -> Comparison:
    """What became of the list ``before``."""
    old = {entry["number"]: entry for entry in before}
    new = {entry["number"]: entry for entry in after}
    both = [(old[number], new[number]) for number in sorted(old.keys() & new.keys())]
    changed = ((a, b, tuple(_differences(a, b))) for a, b in both)
    return Comparison(
        added=tuple(new[number] for number in sorted(new.keys() - old.keys())),
        removed=tuple(old[number] for number in sorted(old.keys() - new.keys())),
        changed=tuple(Changed(a, b, found) for a, b, found in changed if found),
        count_before=len(old),
        count_after=len(new),
        wan_before=investment_of(old.values()),
        wan_after=investment_of(new.values()),
    )


def _differences(before: Entry, after: Entry) -> list[Difference]:
    return [
        Difference(name, before.get(name), after.get(name))
        for name in FIELDS
        if before.get(name) != after.get(name)
    ]
