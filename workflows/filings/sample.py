"""Filings for the sample city: reports of half-months, and measures of departments. Run twice, nothing more."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from kernel.trail import Actor
from tenants.registry.models import Filing, FilingKind
from workflows.dispatch import queries as dispatch
from workflows.filings import actions
from workflows.filings.contents.base import Term
from workflows.filings.contents.half_month import term_of
from workflows.mechanism.queries import signing_name

#: By department: its word in a number, what its measure is about, and what it promises in figures.
MEASURES = {
    "zrzy": ("自然资", "用地要件联审提速措施", "用地预审与选址意见书 5 个工作日办结"),
    "sthj": ("环", "环评审批提速措施", "环评报告表 10 个工作日办结"),
}


def file_reports(*, on: date, actor: Actor) -> None:
    """The half-months with a report, all but the last, which waits to be filed."""
    for report in dispatch.in_force().defer("snapshot").order_by("first")[:2]:
        term = term_of(report.period)
        if not Filing.objects.filter(kind=FilingKind.HALF_MONTH, period=term.period).exists():
            actions.send(
                kind=FilingKind.HALF_MONTH,
                year=term.year,
                period=term.period,
                on=on,
                actor=actor,
            )


def file_measure(code: str, *, on: date) -> None:
    """The measure of department ``code`` of the tenant that is current, with its paper."""
    word, title, goals = MEASURES[code]
    actor = Actor(None, "经办（示例）", "审批部门")
    unit, dated = signing_name(code, on), on - timedelta(days=10)
    document = f"示例{word}发〔{dated.year}〕3号"
    if Filing.objects.filter(kind=FilingKind.MEASURE, unit_code=code).exists():
        return
    term = Term(dated.year, document)
    paper = Paper(form=Form.LETTER, mark=unit, title=title, body=(Para(f"{goals}（示例）。"),))
    actions.write(
        kind=FilingKind.MEASURE,
        term=term,
        unit_code=code,
        given={
            "title": title,
            "document": document,
            "dated_on": dated,
            "effective_on": on - timedelta(days=5),
            "tasks": "提前介入，开工前一次梳理要件。\n容缺受理，材料后补。",
            "goals": goals,
            "duties": "分管负责人牵头，业务科室逐项承办。",
        },
        files=[ContentFile(pdf_bytes(paper), name=f"{title}.pdf")],
        at=timezone.now(),
        actor=actor,
    )
    actions.send(
        kind=FilingKind.MEASURE,
        year=term.year,
        period=term.period,
        unit_code=code,
        on=on,
        actor=actor,
    )
