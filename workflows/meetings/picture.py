"""What the consolidated picture shows of what meetings resolved (汇总行): derived, never edited."""

from collections.abc import Iterable

from django.db.models import QuerySet

from tenants.rollup.ledgers import Ledger, Page, Shown
from tenants.rollup.models import ResolutionRow
from tenants.rollup.queries import resolution_rows
from workflows.meetings.lifecycle import Kind
from workflows.meetings.models import Resolution

STATES = {
    "open": "在办",
    "unsheeted": "交办单已撤销，待重新交办",
    "closed": "已办结",
    "dropped": "不再办理",
}


def rows_of(resolutions: Iterable[int]) -> list[ResolutionRow]:
    """Of these resolutions; one query."""
    return _rows(Resolution.objects.filter(pk__in=list(resolutions)))


def all_rows() -> list[ResolutionRow]:
    """Of every meeting whose minutes were issued: what the roll-up should have of this tenant."""
    return _rows(Resolution.objects.filter(sheet__isnull=False))


def _rows(resolutions: QuerySet[Resolution]) -> list[ResolutionRow]:
    found = resolutions.select_related("item__meeting", "item__project", "sheet").order_by("pk")
    return [
        ResolutionRow(
            number=str(each.pk),
            version=each.version,
            demand=each.demand,
            meeting=each.item.meeting.title,
            meeting_kind=each.item.meeting.kind,
            held_on=each.item.meeting.on,
            project_number=each.item.project.number if each.item.project else "",
            department_code=each.lead_code,
            supports=len(each.support_codes),
            sheet_number=each.sheet.number if each.sheet else "",
            state=each.standing,
            due_on=each.due_on,
            closed_on=each.closed_on,
        )
        for each in found
    ]


LEDGER = Ledger(
    "议定事项",
    ResolutionRow,
    all_rows,
    Page(
        "resolutions",
        "各地会商会、专题协调会议定的事项，纪要印发即列入，交办单销号才算办结。",
        columns=(
            Shown("议定内容", "demand", wide=44),
            Shown("会议", "meeting", wide=28, beneath=True),
            Shown("类别", "meeting_kind", dict(Kind.choices), book=True),
            Shown("会议日期", "held_on"),
            Shown("项目", "project_number", wide=18, beneath=True),
            Shown("牵头单位", "department_code"),
            Shown("配合单位数", "supports", book=True),
            Shown("交办单号", "sheet_number", wide=28, beneath=True),
            Shown("办结期限", "due_on"),
            Shown("办结", "closed_on"),
            Shown("情况", "state", STATES, wide=24),
        ),
        search=("demand", "meeting", "sheet_number"),
        year_of="held_on",
        due="due_on",
        on=resolution_rows,
        empty="各地印发会议纪要之后，议定事项会自动出现在这里。",
        unit="项",
        order=36,
    ),
)
