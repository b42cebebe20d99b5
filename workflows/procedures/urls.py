"""Addresses of the procedures room."""

from django.urls import path

from workflows.procedures.views import detail, lamp_rules, ledger, plan

app_name = "procedures"
urlpatterns = [
    path("", ledger.ledger, name="list"),
    path("export/", ledger.export, name="export"),
    path("lamps/", lamp_rules.listing, name="lamp_rules"),
    path("lamps/new/", lamp_rules.new, name="lamp_rule"),
    path("plan/<str:number>/", plan.plan, name="plan"),
    path("plan/<str:number>.json", plan.plan_json, name="plan_json"),
    path("plan/<str:number>/export/", plan.plan_export, name="plan_export"),
    path("plan/<str:number>/rebaseline/", plan.rebaseline, name="rebaseline"),
    path("plan/<str:number>/bundle/", plan.bundle, name="bundle"),
    path("plan/<str:number>/bundle/<int:pk>/dissolve/", plan.unbundle, name="unbundle"),
    path("<str:number>/", detail.detail, name="detail"),
    path("<str:number>/dates/", detail.dates, name="dates"),
    path("<str:number>/dates.json", detail.dates_json, name="dates_json"),
    path("<str:number>/move/<slug:name>/", detail.move, name="move"),
    path("<str:number>/correct/<int:entry>/", detail.correct_entry, name="correct"),
]
