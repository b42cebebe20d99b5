"""The organisation over time (沿革): the days on which it changed, and what is other between two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.mechanism.models import Holding, Seat, Unit
from workflows.mechanism.queries import Organisation, Place, standing

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one part of the organisation was and is, and the document that says so."""

    about: str
    before: str
    after: str
    document: str


class History:
    """Every row that was not voided, to be asked for any day; three queries."""

    def __init__(self) -> None:
        self._units = list(
            Unit.objects.filter(voided=False).order_by("order", "department_code", "pk")
        )
        self._seats = list(Seat.objects.filter(voided=False))
        self._holdings = list(Holding.objects.filter(voided=False).order_by("pk"))
        rows = [*self._units, *self._seats, *self._holdings]
        begun = {row.from_on for row in rows}
        #: The days on which something began or was no more, in order.
        self.days = sorted(begun | {row.until_on + _DAY for row in rows if row.until_on})

    def on(self, day: date) -> Organisation:
        return standing(day, self._units, self._seats, self._holdings)

    def day_before(self, day: date) -> date | None:
        """The last change before ``day``."""
        return max((d for d in self.days if d < day), default=None)

    def day_after(self, day: date) -> date | None:
        """The first change after ``day``."""
        return min((d for d in self.days if d > day), default=None)

    def changes(self, since: date, until: date) -> Iterator[tuple[date, list[Difference]]]:
        """What changed after ``since`` up to ``until``, day by day."""
        before = self.on(since)
        for day in self.days:
            if since < day <= until:
                after = self.on(day)
                if found := differences(before, after):
                    yield day, found
                before = after


def differences(before: Organisation, after: Organisation) -> list[Difference]:
    """What is other in ``after``: units, the office, seats and who holds them."""
    return [*_of_units(before, after), *_of_host(before, after), *_of_seats(before, after)]


def _of_units(before: Organisation, after: Organisation) -> Iterator[Difference]:
    was = {unit.department_code: unit for unit in before.units}
    now = {unit.department_code: unit for unit in after.units}
    for code in was | now:
        old, new = was.get(code), now.get(code)
        if new and not old:
            yield Difference(new.name, "不是成员单位", "成员单位", new.document)
        elif old and not new:
            yield Difference(old.name, "成员单位", "不再是成员单位", old.end_document)
        elif old and new and old.name != new.name:
            yield Difference("单位名称", old.name, new.name, new.document)


def _of_host(before: Organisation, after: Organisation) -> Iterator[Difference]:
    old, new = before.host, after.host
    if (old and old.department_code) != (new and new.department_code):
        document = new.document if new else ""
        yield Difference(
            "办公室所在单位", old.name if old else "没有", new.name if new else "没有", document
        )


def _of_seats(before: Organisation, after: Organisation) -> Iterator[Difference]:
    was, now = _by_place(before), _by_place(after)
    for key in was | now:
        old, new = was.get(key), now.get(key)
        if new and not old:
            yield Difference(_about(new), "没有这个席位", _filled(new), new.seat.document)
        elif old and not new:
            yield Difference(_about(old), _filled(old), "席位撤销", old.seat.end_document)
        elif old and new:
            if old.seat.post != new.seat.post:
                post = f"{_about(new)}的职务"
                yield Difference(post, old.seat.post, new.seat.post, new.seat.document)
            if _holder(old) != _holder(new):
                yield Difference(_about(new), _holder(old), _holder(new), _rests_on(old, new))


def _by_place(organisation: Organisation) -> dict[tuple[str, str, int], Place]:
    """A seat keeps its kind, unit and order when another post comes to fill it."""
    return {
        (place.seat.kind, place.seat.department_code, place.seat.order): place
        for place in organisation.places
    }


def _about(place: Place) -> str:
    return f"{place.unit_name}{place.kind.label}"


def _filled(place: Place) -> str:
    return f"{place.seat.post}，{_holder(place)}"


def _holder(place: Place) -> str:
    if place.holding is None:
        return "空缺"
    phone = place.holding.office_phone
    return f"{place.holder}（{phone}）" if phone else place.holder


def _rests_on(old: Place, new: Place) -> str:
    if new.holding:
        return new.holding.document
    return old.holding.end_document if old.holding else ""
