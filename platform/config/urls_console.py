"""Addresses of a tenant's console."""

from django.urls import include, path

urlpatterns = [
    path("", include("workflows.desk.urls")),
    path("", include("workflows.desk.search_urls")),
    path("", include("kernel.accounts.urls")),
    path("mechanism/", include("workflows.mechanism.urls")),
    path("catalogue/", include("workflows.catalogue.urls")),
    path("promises/", include("workflows.promises.urls")),
    path("projects/", include("workflows.projects.urls")),
    path("annual/", include("workflows.annual.urls")),
    path("procedures/", include("workflows.procedures.urls")),
    path("watches/", include("workflows.watches.urls")),
    path("meter/", include("workflows.meter.urls")),
    path("whatif/", include("workflows.whatif.urls")),
    path("meetings/", include("workflows.meetings.urls")),
    path("policies/", include("workflows.policies.urls")),
    path("dispatch/", include("workflows.dispatch.urls")),
    path("orders/", include("workflows.orders.urls")),
    path("taskforce/", include("workflows.taskforce.urls")),
    path("deficiency/", include("workflows.deficiency.urls")),
    path("notices/", include("kernel.notices.urls")),
    path("outbox/", include("kernel.outbox.urls")),
    path("supervision/", include("workflows.supervision.urls")),
    path("papers/", include("kernel.papers.urls")),
    path("issuing/", include("workflows.issuing.urls")),
    path("assignments/", include("workflows.assignments.urls")),
    path("letters/", include("workflows.letters.urls")),
    path("filings/", include("workflows.filings.urls")),
    path("effects/", include("workflows.effects.urls")),
    path("interchange/", include("workflows.interchange.urls")),
    path("overview/", include("workflows.overview.urls")),
    path("holidays/", include("workflows.holidays.urls")),
    path("disclosure/", include("workflows.disclosure.urls")),
    path("exchange/", include("workflows.exchange.urls")),
    path("api/v1/", include("workflows.exchange.api.urls")),
    path("trail/", include("kernel.trail.urls")),
]

handler403 = "kernel.web.errors.forbidden"
handler404 = "kernel.web.errors.not_found"
