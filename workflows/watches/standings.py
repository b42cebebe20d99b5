"""Indicators as pages show them (监测结果): a line for each unit, and the picture of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html

from kernel.shares import percent
from kernel.web import charts
from kernel.web.parts import Chart
from workflows.watches.measures import Measure, Period, Tallies, Tally, conspicuous

ALL = "全部单位"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of one unit; ``chance`` is set where the unit stands out. No code is all of them."""

    measure: Measure
    code: str
    department: str
    tally: Tally
    period: Period
    chance: float | None = None

    @property
    def url(self) -> str:
        """The cases behind the figure."""
        asked = {"first": self.period.first_on, "last": self.period.last_on}
        if self.code:
            asked["department"] = self.code  # type: ignore[assignment]
        return f"{reverse('watches:indicator', args=[self.measure.name])}?{urlencode(asked)}"

    @property
    def note(self) -> str:
        """What else the figure needs: 平均停表 8.5 个工作日；明显高于其他单位."""
        notes = []
        if self.tally.average_days is not None and self.tally.days:
            notes.append(f"停过表的平均 {self.tally.average_days:.1f} 个工作日")
        notes += [f"{ground} {count} 件" for ground, count in self.tally.grounds.most_common()]
        if self.chance is not None:
            notes.append(f"明显高于其他单位，出于偶然的可能{chance_words(self.chance)}")
        return "；".join(notes)


def chance_words(chance: float) -> str:
    """为 1.3%；不到 0.1%."""
    return f"为 {percent(chance)}" if chance >= 0.001 else "不到 0.1%"


def lines_of(
    measure: Measure, tallies: Tallies, names: Mapping[str, str], period: Period
) -> list[Line]:
    """A line for each unit with a case, in the catalogue's order, and one for all together."""
    chances = conspicuous(measure, tallies)
    place = {code: order for order, code in enumerate(names)}
    lines = [
        Line(measure, code, names.get(code, code), tallies[code], period, chances.get(code))
        for code in sorted(tallies, key=lambda code: (place.get(code, len(place)), code))
    ]
    total = Tally()
    for tally in tallies.values():
        total.share += tally.share
        total.days += tally.days
        total.grounds.update(tally.grounds)
    return [*lines, Line(measure, "", ALL, total, period)]


def chart_of(measure: Measure, lines: list[Line]) -> Chart:
    """Shares as bars, where they are judged; the table beneath holds every unit."""
    figures = [
        (
            f"{line.department}（{line.tally.share.hits}/{line.tally.share.of}）",
            round(100 * rate, 1),
        )
        for line in lines
        if (rate := line.tally.share.rate) is not None
    ]
    drawn = charts.bars(figures, title=measure.label, measure="占比（%）", unit="%", whole=100)
    return replace(
        drawn,
        columns=[
            "责任单位", f"{measure.counted}（件）", f"{measure.flagged}（件）", "占比", "区间（95%）", "说明",
        ],
        rows=[
            [
                format_html('<a href="{}">{}</a>', line.url, line.department),
                line.tally.share.of,
                line.tally.share.hits,
                line.tally.share.words,
                line.tally.share.interval_words or "—",
                line.note or "—",
            ]
            for line in lines
        ],
    )  # fmt: skip
