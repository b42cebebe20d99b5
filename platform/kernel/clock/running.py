"""走时：from the start to the due day; stops, extensions, the last day."""

from collections.abc import Sequence
from datetime import date

from kernel.clock.calendar import Unit, WorkCalendar
from kernel.clock.ledger import Entry, Kind, Limit
from kernel.clock.lines import DAY, REST_DAY_ARTICLE, STOP_ARTICLE, Line


class Running:
    """走时：a clock run once over ordered events; read its fields afterwards.

    Counting stands at `base`: `_left` days of the limit are still to come after that day. A stop
    takes what was used up to it and moves `base` to the resume, so overlapping stops count once.
    A stop or an extension dated after the due day comes too late and changes nothing. Between a
    last day on a rest day and the working day it moved to, `_left` may fall below zero: those
    days count only if an extension is granted just then.
    """

    def __init__(
        self,
        events: Sequence[Entry],
        *,
        started_on: date,
        limit: Limit,
        calendar: WorkCalendar,
        until: date,
        closed: bool,
    ) -> None:
        self.limit, self.calendar, self.until, self.closed = limit, calendar, until, closed
        self.base = started_on
        self._left = limit.days
        self._used = self.stopped = self.extended = self.overdue = 0
        self.stop: Entry | None = None
        self.due_on: date | None = None
        self.provisional = False
        self.lines: list[Line] = []

        self._set_due()
        ends = _resumed(events)
        for index, event in enumerate(events):
            if event.kind is Kind.STOP:
                self._stop(event, ends.get(index))
            elif event.kind is Kind.EXTEND and self._left is not None:
                self._extend(event)
        if not self.stop:
            self._finish()
        self._cite_notices(started_on)

    @property
    def left(self) -> int | None:
        return None if self._left is None else max(0, self._left)

    @property
    def used(self) -> int:
        return self._used if self._left is None else self._used + min(0, self._left)

    def _stop(self, event: Entry, resumed_on: date | None) -> None:
        if not is_lawful(event):
            flaw = "无书面告知文号" if event.reason else "未载明法定事由"
            self._void(f"{flaw}的停表，不停止计时", event, STOP_ARTICLE)
            return
        assert event.reason  # noqa: S101 -- told by is_lawful
        label, article = f"停表：{event.reason.label}", event.reason.article
        if self.stop or (resumed_on and resumed_on <= self.base):
            self._void(f"{label}（与其他停表重叠或在起算之前，不重复扣除）", event, article)
            return
        if self._too_late(event):
            self._void(f"{label}（期限已届满，不再停止计时）", event, article)
            return
        from_on = max(event.on, self.base)
        self._count_to(from_on)
        self.base = resumed_on or self.until
        days = self._days(from_on, self.base)
        self.stopped += days
        if not resumed_on and not self.closed:
            self.stop = event
        self._set_due()
        self.lines.append(
            Line(
                label,
                from_on + DAY,
                resumed_on,
                days,
                self.limit.unit,
                article,
                event.document,
                verified=event.reason.verified,
            )
        )

    def _extend(self, event: Entry) -> None:
        assert self._left is not None  # noqa: S101
        cap = self.limit.extension_days
        days = event.days if cap is None else min(event.days, cap - self.extended)
        article = self.limit.extension_article
        if self._too_late(event):
            self._void("期限届满后作出的延长，不计入", event, article)
            return
        if self.limit.extension_level and event.level != self.limit.extension_level:
            self._void("延长未经有权批准的负责人批准，不计入", event, article)
            return
        if days < event.days:
            self._void("延长超出上限的部分，不计入", event, article)
        if days <= 0:
            return
        self._left += days
        self.extended += days
        self._set_due()
        approver = f"（{event.approver}批准）" if event.approver else ""
        self.lines.append(
            Line(
                f"延长{approver}",
                event.on,
                None,
                days,
                self.limit.unit,
                article,
                event.document,
                verified=self.limit.verified,
            )
        )

    def _count_to(self, day: date) -> None:
        """Use up the limit from `base` to `day`, with a line."""
        days = self._days(self.base, day)
        if self._left is not None:
            self._left -= days
        self._used += days
        if day > self.base:
            self._counted("计时", day, days)

    def _finish(self) -> None:
        if self._left is None:
            self._used += self._days(self.base, self.until)
            self.provisional |= self.calendar.any_provisional(self.base, self.until)
            self.lines.append(Line("无法定时限", self.base, article=self.limit.article))
            return
        assert self.due_on  # noqa: S101
        left = max(0, self._left)
        last = self._last_day(left)
        if left or not self._used:
            self._counted("计时至期满" if left else "应当场办结", last, left)
        if last < self.due_on:
            self.lines.append(
                Line(
                    "末日为休息日，顺延至其后第一个工作日",
                    last,
                    self.due_on,
                    article=REST_DAY_ARTICLE,
                    provisional=self.calendar.is_provisional(self.due_on),
                    verified=False,
                )
            )
        self.provisional |= self.calendar.any_provisional(self.base, self.due_on)
        self.provisional |= self.calendar.is_provisional(self.due_on)
        days = min(self._days(self.base, self.until), left)
        self._used += days
        self._left -= days
        if self.until > self.due_on:
            self.overdue = self._days(self.due_on, self.until)
            self.lines.append(
                Line("超期", self.due_on + DAY, self.until, self.overdue, self.limit.unit)
            )

    def _cite_notices(self, started_on: date) -> None:
        end = self.due_on or self.until
        notices = self.calendar.notices_between(started_on, end)
        self.lines += [
            Line(
                f"工作日历：{notice.title}",
                max(notice.from_on, started_on + DAY),
                min(notice.until_on, end),
                document=notice.number,
                verified=notice.verified,
            )
            for notice in notices
        ]
        told = {notice.year for notice in notices}
        self.lines += [
            Line(
                f"工作日历：{year}年放假通知尚未公布，按周一至周五推定",
                max(date(year, 1, 1), started_on + DAY),
                min(date(year, 12, 31), end),
                provisional=True,
                verified=False,
            )
            for year in range((started_on + DAY).year, end.year + 1)
            if year not in told
        ]

    def _counted(self, label: str, until_on: date, days: int) -> None:
        provisional = self.calendar.any_provisional(self.base, until_on)
        self.provisional |= provisional
        self.lines.append(
            Line(
                label,
                min(self.base + DAY, until_on),
                until_on,
                days,
                self.limit.unit,
                self.limit.article,
                provisional=provisional,
                verified=self.limit.verified,
            )
        )

    def _void(self, label: str, event: Entry, article: str) -> None:
        self.lines.append(Line(label, event.on, None, 0, self.limit.unit, article, event.document))

    def _set_due(self) -> None:
        self.due_on = (
            None
            if self.stop or self._left is None
            else self.calendar.finish(self.base, max(0, self._left), self.limit.unit)
        )

    def _too_late(self, event: Entry) -> bool:
        return self.due_on is not None and event.on > self.due_on

    def _last_day(self, days: int) -> date:
        """The last day before the rule on rest days."""
        if self.limit.unit is Unit.WORKING:
            return self.calendar.add(self.base, days)
        return date.fromordinal(self.base.toordinal() + days)

    def _days(self, start: date, end: date) -> int:
        return self.calendar.days(start, end, self.limit.unit)


def is_lawful(stop: Entry) -> bool:
    """Article 45: a stop needs one of its reasons and a written notice to the applicant."""
    return bool(stop.reason and stop.document.strip())


def _resumed(events: Sequence[Entry]) -> dict[int, date]:
    """The day each lawful stop ends, by its position.

    A resume ends the open stops of its reason, or all when it names none; one begun on the same
    day is ended only when there is no older one (the other order would be stop after resume).
    """
    ends: dict[int, date] = {}
    running: dict[int, Entry] = {}
    for index, event in enumerate(events):
        if event.kind is Kind.STOP and is_lawful(event):
            running[index] = event
        elif event.kind is Kind.RESUME:
            meant = [i for i, s in running.items() if event.reason in (None, s.reason)]
            older = [i for i in meant if running[i].on < event.on]
            for i in older or meant:
                ends[i] = event.on
                del running[i]
    return ends
