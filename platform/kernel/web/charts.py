"""Charts (图表): figures drawn on the server as SVG, always handed over with their table.

Horizontal places are percentages and vertical ones pixels, so a chart takes the width it is given and
its words stay the size they are, on a phone, on paper and on a wall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.clock.meter import Party
from kernel.web.lamps import Lamp
from kernel.web.parts import HATCHED, Chart, joined

Number = int | float | Decimal
NARROWEST = (
    300  # px a chart is drawn at on the smallest phone; decides whether a figure fits its bar
)
ROW = 46
LAMPS = {lamp.value: lamp.word for lamp in Lamp}
PARTIES = {party.value: party.label for party in Party}
HATCH = SafeString(
    '<defs><pattern id="part-hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<path class="c-stripe" d="M-2 2 2 -2M0 8 8 0M6 10 10 6"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: a label and a figure for each series."""

    label: str
    values: Mapping[str, Number] = field(default_factory=dict)
    url: str = ""

    @property
    def total(self) -> Number:
        return sum(self.values.values(), 0)


def stacked_bars(
    rows: Sequence[Row], *, title: str, series: Mapping[str, str], of: str = "单位", unit: str = ""
) -> Chart:
    """Horizontal bars in parts, such as lamps by tenant (``series=LAMPS``).

    ``series`` maps a key of ``Row.values`` to its word, in drawing order; a key is also the colour:
    a lamp's or a party's name, or series-1 to series-4. Series without a figure anywhere are left out.
    """
    shown = {key: word for key, word in series.items() if any(r.values.get(key) for r in rows)}
    most = max((row.total for row in rows), default=0) or 1
    svg = _svg(
        title,
        "；".join(_sentence(row, shown, unit) for row in rows),
        height=ROW * len(rows),
        inside=_hatch(shown)
        + joined(_stacked(row, shown, most, ROW * place, unit) for place, row in enumerate(rows)),
    )
    return Chart(
        title,
        svg,
        columns=[of, *shown.values(), "合计"],
        rows=[[r.label, *(r.values.get(key, 0) for key in shown), r.total] for r in rows],
        legend=list(shown.items()),
    )


def bars(
    figures: Sequence[tuple[str, Number]],
    *,
    title: str,
    measure: str,
    of: str = "单位",
    unit: str = "",
    whole: Number | None = None,
) -> Chart:
    """One bar a figure. ``measure`` heads the column of figures, ``of`` the column of labels.

    A full bar is ``whole`` (100 for shares), or the greatest figure.
    """
    rows = [Row(label, {"series-1": value}) for label, value in figures]
    most = whole or max((row.total for row in rows), default=0) or 1
    svg = _svg(
        title,
        "；".join(f"{row.label} {_told(row.total, unit)}" for row in rows),
        height=ROW * len(rows),
        inside=joined(
            _stacked(row, {"series-1": ""}, most, ROW * place, unit, numbered=False)
            for place, row in enumerate(rows)
        ),
    )
    return Chart(title, svg, columns=[of, measure], rows=[list(figure) for figure in figures])


def trend(
    points: Sequence[tuple[str, Number]],
    *,
    title: str,
    measure: str,
    unit: str = "",
    target: Number | None = None,
    of: str = "时间",
    plan: Sequence[Number] = (),
) -> Chart:
    """A line over time, oldest first, with the target as a dashed line; or with the ``plan`` of each point as
    a dashed line of its own."""
    values = [float(value) for _, value in points]
    reach = [*values, float(target)] if target is not None else values
    reach = [*reach, *map(float, plan)]
    low, high = min(reach, default=0.0), max(reach, default=1.0)
    least = low
    if high == low:
        low, high = low - 1, high + 1
    else:
        low -= (high - low) / 3  # a line may leave zero out; a bar never does
    low = max(low, 0.0) if least >= 0 else low  # nothing lies on the axis
    top, bottom = 24.0, 124.0

    def height_of(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    def left_of(place: int) -> float:
        return round(3 + 82 * place / max(len(points) - 1, 1), 3)

    spots = [(left_of(place), height_of(value)) for place, value in enumerate(values)]
    parts = [format_html('<line class="c-axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>', bottom)]
    if target is not None:
        line = '<line class="c-target" x1="0" x2="85%" y1="{0}" y2="{0}"/>'
        words = '<text class="c-muted" x="0" y="{}">目标 {}</text>'
        level = height_of(float(target))
        parts += [format_html(line, level), format_html(words, level - 6, _told(target, unit))]
    if plan:
        stations = [(left_of(place), height_of(float(value))) for place, value in enumerate(plan)]
        dashes = '<line class="c-target" x1="{}%" y1="{}" x2="{}%" y2="{}"/>'
        parts += [format_html(dashes, *a, *b) for a, b in pairwise(stations)]
        at, level = stations[-1]
        # Clear of the figure of the line itself.
        level += (-9 if level < spots[-1][1] else 17) if abs(level - spots[-1][1]) < 16 else 4
        if level > bottom - 5:  # nor on the axis
            level = bottom - 5 if spots[-1][1] < bottom - 25 else spots[-1][1] - 14
        words = '<text class="c-muted" x="{}%" dx="8" y="{}">计划 {}</text>'
        parts.append(format_html(words, at, max(level, 11), _told(plan[-1], unit)))
    parts.append(
        format_html_join(
            "",
            '<line class="c-line" x1="{}%" y1="{}" x2="{}%" y2="{}"/>',
            ((*a, *b) for a, b in pairwise(spots)),
        )
    )
    parts.append(
        format_html_join(
            "",
            '<circle class="c-point{}" cx="{}%" cy="{}" r="3"><title>{} {}</title></circle>',
            (
                (
                    " c-last" if place == len(spots) - 1 else "",
                    *spot,
                    points[place][0],
                    _told(points[place][1], unit),
                )
                for place, spot in enumerate(spots)
            ),
        )
    )
    if points:
        (first, _), (last, value), (x, y) = points[0], points[-1], spots[-1]
        parts.append(
            format_html('<text class="c-muted" x="0" y="{}">{}</text>', bottom + 18, first)
        )
        if len(points) > 1:
            words = '<text class="c-muted c-mid" x="{}%" y="{}">{}</text>'
            parts.append(format_html(words, x, bottom + 18, last))
        parts += [
            format_html(
                '<text class="c-total" x="{}%" dx="8" y="{}">{}</text>',
                x,
                min(y + 4, bottom - 4),  # clear of the axis
                _told(value, unit),
            ),
        ]
    svg = _svg(
        title,
        "；".join(f"{label} {_told(value, unit)}" for label, value in points),
        height=bottom + 26,
        inside=joined(parts),
    )
    if plan:
        rows = [[*point, planned] for point, planned in zip(points, plan, strict=True)]
        return Chart(title, svg, columns=[of, measure, "计划"], rows=rows)
    return Chart(title, svg, columns=[of, measure], rows=[list(point) for point in points])


@dataclass(frozen=True, slots=True)
class Run:
    """A run of days of one series, both ends included; ``note`` says why."""

    series: str
    first_on: date
    last_on: date
    note: str = ""

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1


def day_strip(
    runs: Sequence[Run],
    *,
    title: str,
    series: Mapping[str, str],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> Chart:
    """Days from left to right in parts that follow one another, such as whose each day was.

    ``runs`` are in order and leave no gap; ``columns`` and ``rows`` are the table beneath.
    """
    shown = {key: word for key, word in series.items() if any(run.series == key for run in runs)}
    total = sum(run.days for run in runs) or 1
    parts, done = [_hatch(shown)], 0
    for run in runs:
        left, width = round(100 * done / total, 3), round(100 * run.days / total, 3)
        word = series[run.series]
        parts.append(
            format_html(
                '<rect class="c-run c-{}" x="{}%" y="18" width="{}%" height="28"><title>{}</title></rect>',
                run.series,
                left,
                width,
                f"{word} {_days(run)}\n{run.note}".rstrip(),
            )
        )
        parts.append(_hatched(run.series, left, 18, width, 28))
        text = next(
            (t for t in (f"{word} {run.days}", str(run.days)) if _fits(t, width)),
            "",
        )
        if text and run.series not in HATCHED:
            parts.append(
                format_html(
                    '<text class="c-on c-mid c-on-{}" x="{}%" y="37">{}</text>',
                    run.series,
                    round(left + width / 2, 3),
                    text,
                )
            )
        done += run.days
    if runs:
        first, last = runs[0].first_on, runs[-1].last_on
        parts += [
            format_html('<text class="c-muted" x="0" y="12">{}</text>', _day(first)),
            format_html('<text class="c-muted c-end" x="100%" y="12">{}</text>', _day(last)),
            _months((first, total), 46),
        ]
    svg = _svg(
        title,
        "；".join(f"{series[run.series]} {_days(run)}" for run in runs),
        height=66,
        inside=joined(parts),
    )
    return Chart(title, svg, columns=columns, rows=rows, legend=list(shown.items()))


def sparkline(values: Sequence[Number], *, title: str) -> SafeString:
    """A word-sized line, 96 by 24 px, for a table cell that prints the last figure beside it."""
    levels = [float(value) for value in values]
    low, high = min(levels, default=0.0), max(levels, default=0.0)
    span = (high - low) or 1.0
    spots = [
        (
            round(3 + 90 * place / max(len(values) - 1, 1), 1),
            round(21 - (level - low) / span * 18, 1),
        )
        for place, level in enumerate(levels)
    ]
    line = " ".join(f"{x},{y}" for x, y in spots)
    dot = format_html('<circle cx="{}" cy="{}" r="2.5"/>', *spots[-1]) if spots else ""
    return format_html(
        '<svg class="spark" role="img" viewBox="0 0 96 24" width="96" height="24">'
        '<title>{}：{}</title><polyline points="{}"/>{}</svg>',
        title,
        "、".join(str(v) for v in values),
        line,
        dot,
    )


def _stacked(
    row: Row,
    series: Mapping[str, str],
    most: Number,
    top: int,
    unit: str,
    *,
    numbered: bool = True,
) -> SafeString:
    room = NARROWEST - 1.1 * _wide(_told(row.total, unit)) - 12
    label = format_html('<text x="0" y="{}">{}</text>', top + 14, _cut(row.label, room))
    if row.url:
        label = format_html('<a href="{}">{}</a>', row.url, label)
    parts = [
        label,
        format_html(
            '<text class="c-total c-end" x="100%" y="{}">{}</text>',
            top + 14,
            _told(row.total, unit),
        ),
        format_html(
            '<rect class="c-track" x="0" y="{}" width="100%" height="16" rx="3"/>', top + 21
        ),
    ]
    left = 0.0
    for key, word in series.items():
        value = row.values.get(key, 0)
        if not value:
            continue
        width = round(100 * float(value) / float(most), 3)
        parts.append(
            format_html(
                '<rect class="c-{}" x="{}%" y="{}" width="{}%" height="16"><title>{} {} {}</title></rect>',
                key,
                round(left, 3),
                top + 21,
                width,
                row.label,
                word,
                _told(value, unit),
            )
        )
        parts.append(_hatched(key, round(left, 3), top + 21, width, 16))
        if numbered and key not in HATCHED and width / 100 * NARROWEST >= 9 * len(str(value)) + 6:
            parts.append(
                format_html(
                    '<text class="c-on c-mid c-on-{}" x="{}%" y="{}">{}</text>',
                    key,
                    round(left + width / 2, 3),
                    top + 33,
                    value,
                )
            )
        left += width
    return joined(parts)


def _hatched(key: str, left: float, top: float, width: float, height: int) -> SafeString:
    """Stripes over a part, so that it is told from its neighbour without colour."""
    if key not in HATCHED:
        return SafeString("")
    return format_html(
        '<rect x="{}%" y="{}" width="{}%" height="{}" fill="url(#part-hatch)" pointer-events="none"/>',
        left,
        top,
        width,
        height,
    )


def _hatch(series: Mapping[str, str]) -> SafeString:
    return HATCH if HATCHED & set(series) else SafeString("")


def _months(axis: tuple[date, int], top: int) -> SafeString:
    """Where months begin, with their words where there is room."""
    begin_on, days = axis
    ticks, taken = [SafeString("")], 0.0
    for month in range(begin_on.year * 12 + begin_on.month, begin_on.year * 12 + 600):
        day = date(month // 12, month % 12 + 1, 1)
        place = 100 * (day - begin_on).days / days
        if place >= 100:
            break
        word = f"{day.year}年{day.month}月" if day.month == 1 else f"{day.month}月"
        width = _wide(word) + 4
        left = place / 100 * NARROWEST
        tick = '<line class="c-axis" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
        ticks.append(format_html(tick, round(place, 3), top, top + 6))
        if left >= taken and left + width <= NARROWEST:
            words = '<text class="c-muted" x="{}%" dx="3" y="{}">{}</text>'
            ticks.append(format_html(words, round(place, 3), top + 14, word))
            taken = left + width
    return joined(ticks)


def _told(value: Number, unit: str) -> str:
    """39 项, but 92%: only a sign stands close."""
    return f"{value}{'' if unit in ('', '%') else ' '}{unit}"


def _sentence(row: Row, series: Mapping[str, str], unit: str) -> str:
    figures = "、".join(
        f"{word} {_told(row.values[key], unit)}"
        for key, word in series.items()
        if row.values.get(key)
    )
    return f"{row.label}：{figures or '无'}"


def _fits(text: str, width: float) -> bool:
    """Whether 12 px words fit a part of ``width`` percent on the smallest phone."""
    return _wide(text) + 6 <= width / 100 * NARROWEST


def _cut(text: str, room: float) -> str:
    """``text`` at 13 px, cut where the figure at the far end begins; the table has it whole."""
    while 1.1 * _wide(text) > room and len(text) > 2:
        text = f"{text.rstrip('…')[:-1]}…"
    return text


def _wide(text: str) -> int:
    """About how many pixels ``text`` takes at 12 px."""
    return sum(13 if ord(letter) > 0x2E7F else 8 for letter in text)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _days(run: Run) -> str:
    return f"{_day(run.first_on)}至{_day(run.last_on)} {run.days} 天"


def _svg(title: str, desc: str, *, height: float, inside: SafeString) -> SafeString:
    return format_html(
        '<svg role="img" width="100%" height="{}"><title>{}</title><desc>{}</desc>{}</svg>',
        height,
        title,
        desc,
        inside,
    )
