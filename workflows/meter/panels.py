"""What this room puts on a project's page (面板): both counts, and whose each day was."""

from django.template.loader import render_to_string

from kernel.web.http import SignedInRequest
from workflows.meter import pieces, queries
from workflows.procedures.panels import live_on_page
from workflows.projects.models import Project


def days(request: SignedInRequest, project: Project) -> str:
    """Official and calendar count side by side, with the days as a strip; one query."""
    live = live_on_page(request, project)
    if live is None:
        return ""
    rule = queries.rule_in_force(live.on)
    count = queries.meter_of(live.book, on=live.on, rule=rule, calendar=live.calendar)
    names = {p.number: p for p in live.book.procedures}
    return render_to_string(
        "meter/panel.html",
        {
            "count": count,
            "project": project,
            "facts": pieces.facts(count)[:3],
            "strip": pieces.strip(count, names),
        },
        request,
    )
