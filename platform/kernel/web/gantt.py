"""The backward plan as a picture (甘特图): drawn on the server, prints as it is, needs no script.

Labels are a list on the left that stays while the plot scrolls on a phone. In the plot horizontal
places are percentages and vertical ones pixels, so words keep their size at any width; what might
collide is placed for the narrowest plot, ``NARROWEST`` px, and only has more room on a wider one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.web.parts import joined

Span = tuple[date, date]  # both ends included

NARROWEST = 640
HEAD = 44
ROW = 26
LINE = 16


class State(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    PAUSED = "paused"
    LATE = "late"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {
    State.PLANNED: "未开始",
    State.RUNNING: "在办",
    State.DONE: "已办结",
    State.PAUSED: "停表",
    State.LATE: "逾期",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One procedure. ``actual`` is from its start to its decision, or to the day it is expected.

    Where both spans are known the actual one is the bar and the planned one a thin line under it.
    """

    label: str
    state: State
    planned: Span | None = None
    actual: Span | None = None
    stops: Sequence[Span] = ()
    critical: bool = False
    provisional: bool = False
    url: str = ""
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """A holiday (节假日) drawn as a band, with its name."""

    name: str
    begin_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class _Axis:
    begin_on: date
    until_on: date

    @property
    def days(self) -> int:
        return max((self.until_on - self.begin_on).days + 1, 1)

    def at(self, day: date) -> float:
        """Where ``day`` begins, in percent of the plot, kept inside it."""
        share = 100 * (day - self.begin_on).days / self.days
        return round(min(max(share, 0.0), 100.0), 3)

    def span(self, span: Span) -> tuple[float, float]:
        """Left edge and width in percent, both days included, kept inside the plot."""
        left, right = self.at(span[0]), self.at(span[1] + timedelta(days=1))
        return left, round(max(right - left, 0.0), 3)


def gantt(
    bars: Sequence[Bar],
    *,
    begin_on: date,
    until_on: date,
    today: date,
    target_on: date | None = None,
    rests: Iterable[Rest] = (),
    label: str = "倒排计划",
) -> SafeString:
    """The plan from ``begin_on`` to ``until_on``, both included, one row a bar in the given order.

    Bars that follow one another in the same non-empty ``group`` stand under its name.
    """
    axis = _Axis(begin_on, until_on)
    rows = _rows(bars)
    foot = HEAD + ROW * len(rows)
    lines, lines_height = _lines(axis, today, target_on, foot)
    height = foot + lines_height
    pieces = [
        SafeString(
            '<defs><pattern id="stop-hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<rect class="g-stop" width="8" height="8"/>'
            '<path class="g-stripe" d="M-2 2 2 -2M0 8 8 0M6 10 10 6"/></pattern></defs>'
        ),
        *(
            format_html(
                '<rect class="g-group" x="0" y="{}" width="100%" height="{}"/>',
                HEAD + ROW * place,
                ROW,
            )
            for place, row in enumerate(rows)
            if isinstance(row, str)
        ),
        _rests(axis, list(rests), foot),
        _months(axis, foot),
        *(
            _bar(axis, row, HEAD + ROW * place)
            for place, row in enumerate(rows)
            if isinstance(row, Bar)
        ),
        lines,
    ]
    plot = format_html(
        '<svg class="gantt-plot" role="group" aria-label="{}" width="100%" height="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        label,
        height,
        label,
        _describe(bars, axis, today, target_on),
        joined(pieces),
    )
    return format_html(
        '<div class="gantt"><ol class="gantt-labels">{}</ol>'
        '<div class="gantt-scroll" tabindex="0" role="region" aria-label="{}，可左右滚动">{}</div></div>',
        joined(_label(row) for row in rows),
        label,
        plot,
    )


def _rows(bars: Sequence[Bar]) -> list[Bar | str]:
    rows: list[Bar | str] = []
    for name, members in groupby(bars, key=lambda bar: bar.group):
        rows += [*([name] if name else []), *members]
    return rows


def _label(row: Bar | str) -> SafeString:
    if isinstance(row, str):
        return format_html('<li class="gantt-group">{}</li>', row)
    text = format_html('<a href="{}">{}</a>', row.url, row.label) if row.url else row.label
    kind = SafeString(' class="gantt-critical"') if row.critical else ""
    return format_html('<li{} title="{}">{}</li>', kind, row.label, text)


def _bar(axis: _Axis, bar: Bar, top: int) -> SafeString:
    main = bar.actual or bar.planned
    if main is None:
        return SafeString("")
    left, width = axis.span(main)
    if not width:
        return _outside(axis, bar, main, top)
    edges = "".join(f" g-{name}" for name in ("provisional", "critical") if getattr(bar, name))
    parts = [
        format_html("<title>{}</title>", _tooltip(bar)),
        format_html(
            '<rect class="g-{}{}" x="{}%" y="{}" width="{}%" height="14" rx="3"/>',
            bar.state.value,
            edges,
            left,
            top + 4,
            width,
        ),
        format_html_join(
            "",
            '<rect x="{}%" y="{}" width="{}%" height="12" fill="url(#stop-hatch)"/>',
            ((x, top + 5, w) for x, w in map(axis.span, bar.stops) if w),
        ),
    ]
    if bar.actual and bar.planned:
        x, w = axis.span(bar.planned)
        parts.append(
            format_html(
                '<rect class="g-baseline" x="{}%" y="{}" width="{}%" height="3"/>', x, top + 20, w
            )
        )
    parts.append(_end(bar, main, left, width, top))
    drawn = format_html('<g class="g-bar">{}</g>', joined(parts))
    return format_html('<a href="{}">{}</a>', bar.url, drawn) if bar.url else drawn


def _end(bar: Bar, main: Span, left: float, width: float, top: int) -> SafeString:
    """The last day beside the bar, to its left where the right has no room."""
    text = _short(main[1])
    if bar.state in (State.LATE, State.PAUSED):
        text = f"{text} {'◆ ' if bar.state is State.LATE else ''}{bar.state.word}"
    kind = " g-red" if bar.state is State.LATE else ""
    room = _wide(text) + 10
    if (left + width) / 100 * NARROWEST + room <= NARROWEST:
        place = '<text class="g-halo{}" x="{}%" dx="6" y="{}">{}</text>'
        return format_html(place, kind, round(left + width, 3), top + 15, text)
    if left / 100 * NARROWEST >= room:
        place = '<text class="g-halo g-end{}" x="{}%" dx="-6" y="{}">{}</text>'
        return format_html(place, kind, left, top + 15, text)
    return SafeString("")


def _outside(axis: _Axis, bar: Bar, main: Span, top: int) -> SafeString:
    """A bar wholly before or after the picture is named at its edge, not dropped in silence."""
    if main[1] < axis.begin_on:
        x, kind, text = 0, "", f"◂ {_short(main[1])}"
    else:
        x, kind, text = 100, " g-end", f"{_short(main[0])} ▸"
    return format_html(
        '<g class="g-bar"><title>{}</title><text class="g-halo{}" x="{}%" y="{}">{}</text></g>',
        _tooltip(bar),
        kind,
        x,
        top + 15,
        text,
    )


def _months(axis: _Axis, foot: int) -> SafeString:
    starts = _month_starts(axis)
    per_month = NARROWEST * 30.4 / axis.days
    step = next((n for n in (1, 2, 3, 6) if n * per_month >= 64), 12)
    labelled = [d for d in starts if (d.month - 1) % step == 0]
    if axis.begin_on.day != 1 and (
        not labelled
        or axis.at(labelled[0]) / 100 * NARROWEST > _wide(_month(axis.begin_on, True)) + 8
    ):
        labelled.insert(0, axis.begin_on)
    lines = format_html_join(
        "",
        '<line class="g-month" x1="{0}%" x2="{0}%" y1="22" y2="{1}"/>',
        ((axis.at(day), foot) for day in starts),
    )
    texts = []
    for place, day in enumerate(labelled):
        text = _month(day, with_year=place == 0 or day.year != labelled[place - 1].year)
        if axis.at(day) / 100 * NARROWEST + _wide(text) <= NARROWEST:
            texts.append((axis.at(day), text))
    return lines + format_html_join("", '<text x="{}%" dx="3" y="15">{}</text>', texts)


def _rests(axis: _Axis, rests: list[Rest], foot: int) -> SafeString:
    drawn, taken = [SafeString("")], 0.0
    for rest in sorted(rests, key=lambda r: r.begin_on):
        left, width = axis.span((rest.begin_on, rest.until_on))
        if not width:
            continue
        dates = f"{_short(rest.begin_on)}–{_short(rest.until_on)}"
        drawn.append(
            format_html(
                '<rect class="g-rest" x="{}%" y="22" width="{}%" height="{}"><title>{} {}</title></rect>',
                left,
                width,
                foot - 22,
                rest.name,
                dates,
            )
        )
        start = left / 100 * NARROWEST
        for text in (f"{rest.name} {dates}", rest.name):
            # Near the right edge the words end with the band instead of beginning with it.
            back = start + _wide(text) + 3 > NARROWEST
            begin = (left + width) / 100 * NARROWEST - _wide(text) if back else start
            if begin >= taken:
                place = '<text class="g-halo{}" x="{}%" dx="3" y="37">{}</text>'
                x = round(left + width, 3) if back else left
                drawn.append(format_html(place, " g-end" if back else "", x, text))
                taken = begin + _wide(text) + 8
                break
    return joined(drawn)


def _lines(axis: _Axis, today: date, target_on: date | None, foot: int) -> tuple[SafeString, int]:
    """Today and the target as lines with words at the foot, and the height the words take."""
    marks = [("today", axis.at(today), f"今天 {_long(today)}")] if _inside(axis, today) else []
    if target_on is not None and _inside(axis, target_on):
        end = axis.at(target_on + timedelta(days=1))  # the target day itself may be used up
        marks.append(("target", end, f"目标 {_long(target_on)}"))
    placed = _beside_each_other([(x, _wide(text)) for _, x, text in marks])
    drawn = [
        format_html(
            '<line class="g-{0}" x1="{1}%" x2="{1}%" y1="22" y2="{2}"/>'
            '<text class="g-{0}-text{3}" x="{1}%" dx="{4}" y="{5}">{6}</text>',
            name,
            x,
            foot + LINE * line + 12,
            " g-end" if backwards else "",
            -5 if backwards else 5,
            foot + LINE * line + 12,
            text,
        )
        for (name, x, text), (backwards, line) in zip(marks, placed, strict=True)
    ]
    return joined(drawn), LINE * (1 + max((line for _, line in placed), default=0)) + 8


def _beside_each_other(marks: list[tuple[float, float]]) -> list[tuple[bool, int]]:
    """For each (percent, width): whether its words run leftwards, and on which line they stand.

    Words keep inside the plot and off each other; where one line can't hold both, the second takes
    the next line.
    """

    def reach(mark: tuple[float, float], backwards: bool) -> tuple[float, float]:
        x = mark[0] / 100 * NARROWEST
        return (x - mark[1] - 10, x) if backwards else (x, x + mark[1] + 10)

    def fits(mark: tuple[float, float], backwards: bool) -> bool:
        begin, end = reach(mark, backwards)
        return begin >= 0 and end <= NARROWEST

    sides = [[side for side in (False, True) if fits(mark, side)] or [False] for mark in marks]
    if len(marks) == 2:
        for first in sides[0]:
            for second in sides[1]:
                a, b = reach(marks[0], first), reach(marks[1], second)
                if a[1] <= b[0] or b[1] <= a[0]:
                    return [(first, 0), (second, 0)]
    return [(options[0], line) for line, options in enumerate(sides)]


def _tooltip(bar: Bar) -> str:
    lines = [f"{bar.label}（{bar.state.word}{'，关键线路' if bar.critical else ''}）"]
    if bar.planned:
        lines.append(f"计划 {_full(bar.planned)}")
    if bar.actual:
        done = bar.state is State.DONE
        lines.append(f"{'实际' if done else '预计'} {_full(bar.actual)}")
    lines += [f"停表 {_full(stop)}" for stop in bar.stops]
    if bar.provisional:
        lines.append("含推定日期，放假通知公布后重算")
    if bar.note:
        lines.append(bar.note)
    return "\n".join(lines)


def _describe(bars: Sequence[Bar], axis: _Axis, today: date, target_on: date | None) -> str:
    counts = [(s.word, sum(bar.state is s for bar in bars)) for s in State]
    words = "、".join(f"{word} {count} 项" for word, count in counts if count)
    target = f"，目标 {_long(target_on)}" if target_on else ""
    return f"{_full((axis.begin_on, axis.until_on))}，今天 {_long(today)}{target}；{words or '没有事项'}"


def _month_starts(axis: _Axis) -> list[date]:
    months = range(
        axis.begin_on.year * 12 + axis.begin_on.month - 1,
        axis.until_on.year * 12 + axis.until_on.month,
    )
    starts = (date(month // 12, month % 12 + 1, 1) for month in months)
    return [day for day in starts if day >= axis.begin_on]


def _inside(axis: _Axis, day: date) -> bool:
    return axis.begin_on <= day <= axis.until_on


def _wide(text: str) -> float:
    """About how many pixels ``text`` takes at 12 px."""
    return sum(12.5 if ord(letter) > 0x2E7F else 7.5 for letter in text)


def _month(day: date, with_year: bool) -> str:
    return f"{day.year}年{day.month}月" if with_year else f"{day.month}月"


def _short(day: date) -> str:
    return f"{day.month}.{day.day}"


def _long(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _full(span: Span) -> str:
    begin, end = span
    return f"{begin.year}年{_long(begin)} 至 {end.year}年{_long(end)}"
