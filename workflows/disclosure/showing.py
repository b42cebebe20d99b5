"""How the public reads it (公开页面): one released payload as the parts of a page.

The portal and the console's preview draw the same parts, so what was checked is what is read. Pure:
the day and the calendar come in; no table is asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.clock import Unit, WorkCalendar
from kernel.clock.calendar import CalendarOutOfRange
from kernel.clock.lines import NOTICE_ARTICLE, START_ARTICLE
from kernel.web.parts import Fact, Step
from kernel.web.templatetags import lianshen as tags
from tenants.registry.models import DisclosureKind
from workflows.disclosure.comparing import limit

NOTICE_DAYS = 5  # 行政许可法第三十二条
NAMED_BESIDE = 6

_BODIES = {
    DisclosureKind.MATTER: "disclosure/public/matter.html",
    DisclosureKind.PROJECT: "disclosure/public/project.html",
    DisclosureKind.MECHANISM: "disclosure/public/mechanism.html",
}

#: The address of another matter's guide by its code; None when it has not been released.
UrlOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Imprint:
    """The foot of a public page (公开信息): who released what, when, under which digest."""

    owner_name: str
    version: int
    digest: str
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day if the application is accepted today, and how it was counted."""

    accepted_on: date
    due_on: date
    days: int
    unit: Unit
    promised: bool
    provisional: bool
    holidays: tuple[str, ...]
    notices: tuple[str, ...]


def shown(
    kind: str,
    payload: Mapping[str, Any],
    *,
    on: date,
    calendar: WorkCalendar,
    url_of: UrlOf,
) -> dict[str, Any]:
    """What the template of ``kind`` needs; ``body`` names that template."""
    build = {
        DisclosureKind.MATTER: lambda: _matter(payload, on, calendar, url_of),
        DisclosureKind.PROJECT: lambda: _project(payload, url_of),
        DisclosureKind.MECHANISM: lambda: _mechanism(payload),
    }[DisclosureKind(kind)]
    return {
        "body": _BODIES[DisclosureKind(kind)],
        "content": payload,
        "read_on": date.fromisoformat(payload["as_of"]),
        **build(),
    }


# A matter's guide --------------------------------------------------------------------------------


def last_day(payload: Mapping[str, Any], *, on: date, calendar: WorkCalendar) -> LastDay | None:
    """By when a case accepted on ``on`` is decided: as promised, else as the law says, else None.

    On a rest day the window is closed, so the next working day counts as the day of acceptance,
    which itself is not counted.
    """
    terms = payload["promised"] or payload["statutory"]
    days = 0 if terms["unit"] == "instant" else terms["days"]
    if days is None:
        return None
    unit = Unit.CALENDAR if terms["unit"] == "calendar" else Unit.WORKING
    try:
        accepted = calendar.on_or_after(on)
        due = calendar.finish(accepted, days, unit)
    except CalendarOutOfRange:
        return None
    return LastDay(
        accepted_on=accepted,
        due_on=due,
        days=days,
        unit=unit,
        promised=bool(payload["promised"]),
        provisional=calendar.any_provisional(accepted, due),
        holidays=tuple(
            f"{rest.name}（{_span(rest.from_on, rest.until_on)}）"
            for rest in calendar.holidays_between(accepted, due)
        ),
        notices=tuple(notice.number for notice in calendar.notices_between(accepted, due)),
    )


def _matter(
    payload: Mapping[str, Any], on: date, calendar: WorkCalendar, url_of: UrlOf
) -> dict[str, Any]:
    last = last_day(payload, on=on, calendar=calendar)
    later = sum(material["later"] for material in payload["materials"])
    return {
        "lead": _lead(payload),
        "facts": [*_limits(payload), _taken(payload), _today(last, on)],
        "last": last,
        "counting": _counting(payload, last) if last else [],
        "steps": _steps(payload, url_of),
        "later": later,
        "unverified": [
            label
            for fact, label in (("limit", "法定时限"), ("basis", "法律依据"))
            if not payload["verified"][fact]
        ],
    }


def _lead(payload: Mapping[str, Any]) -> str:
    where = payload["window"] or "一站式服务中心窗口"
    return f"{payload['stage_name']}阶段办理。{payload['departments'][0]}办理，{where}受理。"


def _limits(payload: Mapping[str, Any]) -> list[Fact]:
    statutory = payload["statutory"]
    return [
        Fact("承诺办结", limit(payload["promised"]) or "暂未承诺"),
        Fact(
            "法定时限",
            limit(statutory),
            tags.source_mark(payload["verified"]["limit"]),
        ),
    ]


def _taken(payload: Mapping[str, Any]) -> Fact:
    taken = payload["taken"]
    if not taken:
        return Fact("本地近一年实际", "暂无统计", "办结满 5 件起公布")
    unit = tags.unit_label(taken["unit"])
    return Fact(
        "本地近一年实际",
        f"{taken['median']} 个{unit}",
        f"九成在 {taken['nine_tenths']} 个{unit}内 · {taken['cases']} 件",
    )


def _today(last: LastDay | None, on: date) -> Fact:
    if not last:
        return Fact("今天受理，最迟", "—", "没有规定天数，以窗口答复为准")
    word = "今天" if last.accepted_on == on else tags.cn_day(last.accepted_on)
    return Fact(
        f"{word}受理，最迟",
        tags.day(last.due_on, last.provisional),
        tags.weekday(last.due_on) if last.promised else f"{tags.weekday(last.due_on)} · 按法定时限",
    )


def _counting(payload: Mapping[str, Any], last: LastDay) -> list[tuple[str, str]]:
    """The fourth figure line by line."""
    days = f"{last.days} 个{last.unit.label}" if last.days else "当日办结"
    lines = [
        ("受理", f"{tags.full_day(last.accepted_on)}，当天不计入，{START_ARTICLE}"),
        ("天数", f"{'承诺' if last.promised else '法定'} {days}"),
        ("其间放假", "、".join(last.holidays) or "没有法定节假日"),
        ("放假通知", "、".join(last.notices) or "所在年度的放假通知尚未发布"),
        ("最后一日", f"{tags.full_day(last.due_on)}，{tags.weekday(last.due_on)}"),
    ]
    excluded = payload["statutory"]["excluded"]
    stops = f"{'、'.join(excluded)}所需时间不计入，" if excluded else "依法停表的时间不计入，"
    lines.append(("不计入", f"{stops}停表须书面告知"))
    if extended := payload["statutory"]["extension_days"]:
        approver = payload["statutory"]["extension_approver"]
        lines.append(("延长", f"经{approver}批准可延长 {extended} 日，须书面告知理由"))
    if last.provisional:
        lines.append(("推定", "放假通知尚未发布的日子按周一至周五推定，通知发布后重算"))
    return lines


def _steps(payload: Mapping[str, Any], url_of: UrlOf) -> list[Step]:
    instant = payload["statutory"]["unit"] == "instant"
    steps = [Step("1", "先办妥", _first(payload["before"], url_of))]
    if beside := payload["parallel"]:
        names = "、".join(each["name"] for each in beside[:NAMED_BESIDE])
        more = f"等 {len(beside)} 项" if len(beside) > NAMED_BESIDE else ""
        steps.append(Step("并", "可以同时办", f"{names}{more}，不必等本事项", "parallel"))
    notice_days = payload["notice_days"] or NOTICE_DAYS
    window = f"在{payload['window']}。" if payload["window"] else ""
    accepting = (
        "材料齐全当场受理、当场办结"
        if instant
        else f"缺什么，当场或 {notice_days} 个工作日内一次告知；逾期不告知的，"
        f"自收到材料之日起即为受理（{NOTICE_ARTICLE}）"
    )
    steps.append(Step(str(len(steps) + 1), "窗口一次受理", window + accepting))
    path = "、".join(payload["steps"])
    given = f"出件：{payload['result']}。" if payload["result"] else ""
    delivered = "" if instant else "作出决定后 10 日内送达，可委托帮办代办员领取。"
    steps.append(
        Step(
            str(len(steps) + 1),
            "审查、办结、出件",
            "".join(filter(None, (path and f"{path}。", given, delivered))),
        )
    )
    return steps


def _first(before: Iterable[Mapping[str, Any]], url_of: UrlOf) -> SafeString | str:
    """What must come first, what is wiser first, what may follow before the decision."""
    parts = []
    for strength, sentence in (
        ("hard", "{}（只办您的项目需要办的）"),
        ("deficient", "{} 可以先受理，决定前补齐"),
        ("soft", "宜先办 {}，没有也不影响受理"),
    ):
        links = [_link(each, url_of) for each in before if each["strength"] == strength]
        if links:
            parts.append(format_html(sentence, format_html_join("、", "{}", ((a,) for a in links))))
    if not parts:
        return "没有必须先办的事项，材料备齐即可申请"
    return format_html_join("；", "{}", ((part,) for part in parts))


def _link(matter: Mapping[str, Any], url_of: UrlOf) -> SafeString | str:
    url = url_of(matter["code"])
    return format_html('<a href="{}">{}</a>', url, matter["name"]) if url else str(matter["name"])


def _span(first: date, last: date) -> str:
    return tags.cn_day(first) if first == last else f"{tags.cn_day(first)}至{tags.cn_day(last)}"


# A project's progress ----------------------------------------------------------------------------


def _project(payload: Mapping[str, Any], url_of: UrlOf) -> dict[str, Any]:
    stages = [
        {
            **stage,
            "waiting": stage["total"] - stage["done"] - stage["running"],
            "procedures": [
                {
                    **each,
                    "planned_due_on": _day(each["planned_due_on"]),
                    "decided_on": _day(each["decided_on"]),
                    "url": url_of(each["code"]),
                }
                for each in stage["procedures"]
            ],
        }
        for stage in payload["stages"]
    ]
    total = sum(stage["total"] for stage in stages)
    done = sum(stage["done"] for stage in stages)
    running = sum(stage["running"] for stage in stages)
    return {
        "lead": f"{payload['owner']} · {payload['region']} · {payload['industry'] or '行业未填'}",
        "stages": stages,
        "facts": [
            Fact("审批事项", f"{total} 项", f"{len(stages)} 个阶段"),
            Fact("已办结", f"{done} 项", f"占 {100 * done // total}%" if total else ""),
            Fact("在办", f"{running} 项", f"未开始 {total - done - running} 项"),
            Fact(
                "目标日（全部办结）",
                tags.day(_day(payload["target_on"])),
                f"计划开工 {tags.cn_day(_day(payload['planned_start_on']))}",
            ),
        ],
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# The mechanism -----------------------------------------------------------------------------------


def _mechanism(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "lead": f"{payload['place']}重点项目联审联批由谁负责、找谁办、打什么电话。",
        "office_lines": office_lines(payload),
        "groups": [
            (label, people)
            for label, people in (
                ("联络员", payload["liaisons"]),
                ("专项工作组", payload["task_force"]),
                ("国家、自治区审批事项跟进组", payload["follow_up"]),
            )
            if people
        ],
    }


def office_lines(payload: Mapping[str, Any]) -> list[str]:
    """Telephones of the mechanism's office, as released."""
    return [each["office_phone"] for each in payload["office"]["directors"] if each["office_phone"]]
