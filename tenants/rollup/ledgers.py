"""What is rolled up (汇总台账): one declaration a ledger, made by the room that keeps it.

Writing, reconciliation, repair, the city's page with its filters, and the workbook follow from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from kernel.authority.permissions import Permission
from kernel.web import navigation
from kernel.web.navigation import NavItem
from tenants.rollup.models import RollupRow

Deriver = Callable[[], Iterable[RollupRow]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a ledger's page and workbook: its head, the field, and words for its codes.

    A date, a department's code and a project's number are told by their fields and shown as such. ``beneath`` puts
    it under the name of the row, ``book`` into the workbook alone.
    """

    label: str
    field: str
    words: Mapping[Any, str] | None = None
    wide: int = 14
    beneath: bool = False
    book: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The ledger as the city sees it. The first column names a row; ``search`` are the fields its words are
    looked for in, ``year_of`` the day that puts a row into a year, ``due`` the one it is ordered by.

    ``on`` gives the rows with a ``standing`` (`queries.STANDINGS`): done, late, overdue, open or cancelled.
    """

    slug: str
    lead: str
    columns: tuple[Shown, ...]
    search: tuple[str, ...]
    year_of: str
    due: str
    on: Callable[[date], QuerySet[Any]]
    empty: str
    unit: str = "件"
    order: int = 35


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger of every tenant in the shared picture. ``rows()`` gives, unsaved, what the current tenant's
    ledger should have there; ledgers read together share one such function. A ledger without ``page``
    has one of its own in the overview."""

    name: str
    model: type[RollupRow]
    rows: Deriver
    page: Page | None = None


_ledgers: dict[str, Ledger] = {}


def register(ledger: Ledger) -> None:
    """Called from a room's ``AppConfig.ready``. Raises ValueError where name or model is taken."""
    taken = [
        one for one in _ledgers.values() if one.name == ledger.name or one.model is ledger.model
    ]
    if taken and taken != [ledger]:
        raise ValueError(f"ledger registered twice: {ledger.name}")
    _ledgers[ledger.name] = ledger
    if page := ledger.page:
        may, words = Permission.OVERVIEW_VIEW, f"全市{ledger.name}"
        navigation.register(
            NavItem("汇总", words, "overview:ledger", may, page.order, args=(page.slug,))
        )


def ledgers() -> list[Ledger]:
    """All that are declared, in the order of their names."""
    return [_ledgers[name] for name in sorted(_ledgers)]


def paged() -> dict[str, Ledger]:
    """Those with a page here, by the name in its address."""
    return {ledger.page.slug: ledger for ledger in ledgers() if ledger.page}
