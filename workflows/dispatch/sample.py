"""Reports of the last half-months, for demonstrations (示例数据): issued, copied, read in part. All invented."""

from datetime import date, datetime, timedelta

from django.db import transaction

from kernel.calendars.queries import work_calendar
from kernel.trail import Actor
from workflows.dispatch import actions, queries
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report
from workflows.mechanism.queries import units_in_force

_BACK = 3
_PROBLEMS = (
    "个别项目用地和草原手续衔接慢（示例）。",
    "接网方案尚未稳定，影响后续核准（示例）。",
    "部分项目用地和草原手续衔接慢（示例）。",
)
_STEPS = "下半月召开专题协调会，逐项明确期限（示例）。"
_READERS = 5


@transaction.atomic
def fill(*, today: date, at: datetime, clerk: Actor, reviewer: Actor) -> None:
    """The last three half-months, each compiled on its day; nothing where a report stands already.

    Lamps and dates are read as of that day; states are those of ``today``, for a sample has no past.
    """
    if Report.objects.exists():
        return
    periods = [Period.of(today).before]
    while len(periods) < _BACK:
        periods.insert(0, periods[0].before)
    calendar = work_calendar()
    for period, problems in zip(periods, _PROBLEMS, strict=True):
        on = min(queries.prepares_on(period, calendar), today)
        _report(period, problems, on, at - timedelta(days=(today - on).days), clerk, reviewer)


def _report(
    period: Period, problems: str, on: date, at: datetime, clerk: Actor, reviewer: Actor
) -> None:
    made = actions.compile_report(period=period, on=on, at=at, actor=clerk)
    actions.write(pk=made.pk, version=1, problems=problems, steps=_STEPS, actor=clerk)
    actions.submit(pk=made.pk, version=2, at=at, actor=clerk)
    actions.issue(pk=made.pk, version=3, on=on, at=at, actor=reviewer)
    made = actions.copy(pk=made.pk, version=4, on=on, at=at, actor=clerk)
    for place, unit in enumerate(units_in_force(on)[:_READERS], 1):
        actions.read(
            report=made,
            user_id=-place,
            name=f"经办{place}（示例）",
            department_code=unit.department_code,
            at=at,
        )
