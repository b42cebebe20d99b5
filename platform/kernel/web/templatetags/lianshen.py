"""The design system's tags and filters (页面标签). They are builtins: no page loads them."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.clock import CalendarOutOfRange, WorkCalendar
from kernel.web.lamps import Lamp
from kernel.web.parts import Chart, Event, Fact, Step, Tile

register = template.Library()


# Words for figures, days and moments


@register.filter
def thousands(value: int | float | Decimal | None) -> str:
    """12,345; an empty figure is a dash."""
    return "—" if value is None or value == "" else f"{value:,}"


@register.filter
def wan(value: int | float | Decimal | None) -> str:
    """An investment in 万元 in the words offices use: 468000 -> 46.8 亿元, 8500 -> 8,500 万元."""
    if value is None or value == "":
        return "—"
    amount = Decimal(str(value))
    unit, amount = ("亿元", amount / 10000) if abs(amount) >= 10000 else ("万元", amount)
    figure = f"{amount.quantize(Decimal('0.01')):,f}"
    return f"{figure.rstrip('0').rstrip('.')} {unit}"


@register.filter
def cn_day(value: date | None) -> str:
    """1月16日, or 2027年1月16日 when the year is not the current one; empty is a dash."""
    if not value:
        return "—"
    day = _local(value)
    short = f"{day.month}月{day.day}日"
    return short if day.year == timezone.localdate().year else f"{day.year}年{short}"


@register.filter
def full_day(value: date | None) -> str:
    """2026年1月16日, for papers and anything kept."""
    if not value:
        return "—"
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日"


_KEPT_DAY = re.compile(r"(?<![\d-])(20\d\d)-(\d\d)-(\d\d)(?![\d-])")


@register.filter
def as_told(text: Any) -> str:
    """A refusal or a trail's sentence as people say it: 2026-01-16 becomes 2026年1月16日. Markup stays."""
    if isinstance(text, SafeString):
        return text
    return _KEPT_DAY.sub(lambda d: f"{d[1]}年{int(d[2])}月{int(d[3])}日", str(text))


@register.filter
def weekday(value: date) -> str:
    """周一 to 周日."""
    return "周" + "一二三四五六日"[_local(value).weekday()]


@register.filter
def moment(value: datetime | date | None) -> str:
    """1月14日 09:20 in local time; a date without a time shows the date alone."""
    if not isinstance(value, datetime):
        return cn_day(value)
    return f"{cn_day(value)} {_local(value):%H:%M}"


@register.filter
def unit_label(unit: str) -> str:
    """工作日 or 自然日."""
    return {"working": "工作日", "calendar": "自然日"}[str(unit)]


@register.filter
def in_unit(count: int | None, unit: str) -> str:
    """A limit with its unit: 20 个工作日, 60 个自然日; no limit is a dash."""
    return "—" if count is None else f"{count} 个{unit_label(unit)}"


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and value.tzinfo else value


# Small marks inside a line. Drawn here and not in templates: a ledger shows them by the thousand.


def _shape(drawing: str) -> SafeString:
    return SafeString(
        f'<svg viewBox="0 0 12 12" aria-hidden="true" fill="currentColor">{drawing}</svg>'
    )


_SHAPES = {
    Lamp.GREEN: _shape('<circle cx="6" cy="6" r="5"/>'),
    Lamp.YELLOW: _shape('<path d="M6 .8 11.6 11H.4z"/>'),
    Lamp.RED: _shape('<path d="M6 0l6 6-6 6-6-6z"/>'),
    Lamp.DONE: _shape(
        '<path d="M1.5 6.5 4.7 9.7 10.5 2.6" fill="none" stroke="currentColor" stroke-width="2"/>'
    ),
    Lamp.PAUSED: _shape('<path d="M2.5 1h2.6v10H2.5zM6.9 1h2.6v10H6.9z"/>'),
    Lamp.NONE: _shape('<path d="M1.5 5h9v2h-9z"/>'),
}


@register.simple_tag
def lamp(state: str, text: str = "", url: str = "") -> SafeString:
    """Colour, shape and word. ``text`` says why; ``url`` opens cause, owner and next date."""
    of = Lamp(state or "none")
    words = f"{of.word} · {text}" if text else of.word
    tag, href = ("a", format_html(' href="{}"', url)) if url else ("span", "")
    return format_html(
        '<{} class="lamp lamp-{}"{}>{}{}</{}>', tag, of.value, href, _SHAPES[of], words, tag
    )


@register.simple_tag
def day(value: date | None, provisional: bool | WorkCalendar = False, url: str = "") -> SafeString:
    """A date that is never naked: 推定 where no notice covers it, a link to how it was computed.

    ``provisional`` says so, or is the calendar to ask (on console pages ``shell.calendar``).
    """
    if not value:
        return SafeString('<span class="day-none" title="尚无日期">—</span>')
    if isinstance(provisional, WorkCalendar):
        provisional = _estimated(_local(value), provisional)
    kind = " day-provisional" if provisional else ""
    mark = SafeString('<span class="day-mark">推定</span>') if provisional else ""
    if url:
        line = '<a class="day{}" href="{}" title="这个日期怎么算的">{}</a>{}'
        return format_html(line, kind, url, cn_day(value), mark)
    line = '<time class="day{}" datetime="{}">{}</time>{}'
    return format_html(line, kind, _local(value).strftime("%Y-%m-%d"), cn_day(value), mark)


def _estimated(on: date, calendar: WorkCalendar) -> bool:
    try:
        return calendar.is_provisional(on)
    except CalendarOutOfRange:  # a day no calendar reaches must not cost the whole list
        return True


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """A small boxed word; ``tone`` is "", green, yellow, red or blue."""
    return format_html('<span class="badge{}">{}</span>', f" badge-{tone}" if tone else "", text)


@register.simple_tag
def source_mark(verified: bool, source: str = "") -> SafeString:
    """未核实 beside a fact nobody has confirmed yet; nothing beside a confirmed one."""
    if verified:
        return SafeString("")
    return format_html(
        '<span class="badge badge-unverified" title="{}">未核实</span>',
        f"来源：{source}，尚未由责任部门核实" if source else "尚未由责任部门核实",
    )


# Blocks


@register.simple_tag
def once() -> SafeString:
    """In a form whose view stands under `kernel.once`: sent twice, it is dealt with once."""
    return format_html('<input type="hidden" name="once" value="{}">', get_random_string(22))


@register.inclusion_tag("components/facts.html")
def facts(facts: Iterable[Fact]) -> dict[str, Any]:
    return {"facts": facts}


@register.inclusion_tag("components/tiles.html")
def tiles(tiles: Iterable[Tile]) -> dict[str, Any]:
    return {"tiles": tiles}


@register.inclusion_tag("components/steps.html")
def steps(steps: Iterable[Step]) -> dict[str, Any]:
    return {"steps": steps}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    return {"events": events}


@register.inclusion_tag("components/terms.html")
def terms(terms: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A definition list from (label, value) pairs."""
    return {"terms": terms}


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart, folded: bool = False) -> dict[str, Any]:
    """A picture with its table beneath; ``folded`` opens the table on demand, for a panel."""
    return {"chart": chart, "folded": folded}


@register.inclusion_tag("components/gantt_legend.html")
def gantt_legend() -> dict[str, Any]:
    return {}


@register.inclusion_tag("components/empty.html")
def empty(title: str, why: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """What is (not) here, why, and the one thing to do next."""
    return {"title": title, "why": why, "url": url, "action": action}


@register.inclusion_tag("components/progress.html")
def progress(
    label: str,
    done: int,
    total: int,
    *,
    poll_url: str = "",
    finished: bool = False,
    failed: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """A bar that asks ``poll_url`` for itself each second until ``finished`` or ``failed``."""
    return {
        "label": label,
        "done": done,
        "total": total,
        "percent": 100 * done // total if total else 0,
        "poll_url": poll_url,
        "finished": finished or failed,
        "failed": failed,
        "note": note,
    }


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(context: template.Context, form: Any) -> dict[str, Any]:
    """A GET form over a list; the address keeps the answer."""
    return {"form": form, "request": context.get("request")}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Pages of a list, keeping every other part of the address; ``name`` is its own part there."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "numbers": numbers, "name": name, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, number: int) -> str:
    query = context["request"].GET.copy()
    query[context.get("name", "page")] = str(number)
    return f"?{query.urlencode()}"
