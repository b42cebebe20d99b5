"""Pages of policies improved: classes of problems, changes on file, and their effect."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.once.sending import once
from kernel.refusal import Refused
from kernel.web.charts import Row, stacked_bars, trend
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires, whole_number
from kernel.web.parts import Chart
from kernel.web.xlsx import Column
from workflows.catalogue.queries import short_names
from workflows.meetings.models import Item
from workflows.meetings.queries import seen
from workflows.policies import actions, queries
from workflows.policies.forms import PolicyForm
from workflows.policies.models import Policy

PAGE = 30
COLUMNS = (
    Column("政策措施", 40), Column("针对事项", 28, "针对"), Column("原因", 26, "针对"),
    Column("责任单位", 16), Column("文号", 24), Column("施行日期", 12),
    Column("收件", 10, "施行前一年"), Column("其中上会", 10, "施行前一年"),
    Column("收件", 10, "施行以来"), Column("其中上会", 10, "施行以来"), Column("结论", 20, "效果"),
)  # fmt: skip


@require_safe
@requires(Permission.MEETINGS_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today, called = timezone.localdate(), short_names()
    matters = queries.matter_names(today)
    if request.GET.get("export"):
        found = list(queries.policies())
        return workbook(
            "政策完善事项",
            COLUMNS,
            (
                (
                    p.title,
                    matters.get(p.matter_code, p.matter_code),
                    p.get_cause_display(),
                    called.get(p.department_code, p.department_code),
                    p.document,
                    p.effective_on,
                    e.before.procedures,
                    len(e.before.came),
                    e.since.procedures,
                    len(e.since.came),
                    e.words,
                )
                for p, e in zip(found, queries.effects_of(found, today), strict=True)
            ),
            as_of=today,
        )
    page = Paginator(queries.policies(), PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    classes = queries.classes(today)
    chart = stacked_bars(
        [
            Row(f"{c.matter} · {c.cause_label}", {"green": c.settled, "red": c.items - c.settled})
            for c in classes[:12]
        ],
        title="上会最多的问题类别",
        series={"green": "已解决", "red": "未解决"},
        of="问题类别",
        unit="次",
    )
    return render(
        request,
        "policies/list.html",
        {
            "title": "政策完善",
            "rows": [
                (p, e, matters.get(p.matter_code, p.matter_code), called.get(p.department_code, ""))
                for p, e in zip(shown, queries.effects_of(shown, today), strict=True)
            ],
            "page": page,
            "classes": classes,
            "chart": chart,
            "may_change": Permission.MEETINGS_CHANGE in request.permissions,
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.MEETINGS_VIEW)
def policy(request: SignedInRequest, pk: int) -> HttpResponse:
    """The change, its effect, and every row the figures are counted from."""
    found = get_object_or_404(queries.policies(), pk=pk)
    today = timezone.localdate()
    effect = queries.effect_of(found, today)
    meetings = [row.meeting_id for row in effect.rows]
    may_see = seen(request, [*meetings, *([found.item.meeting_id] if found.item else [])])
    rows = [row for row in effect.rows if row.meeting_id in may_see]
    named = {row.procedure_id: row for row in rows if row.procedure_id in effect.came}
    page = Paginator(queries.received(found, effect), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "policies/policy.html",
        {
            "title": found.title,
            "crumbs": [("政策完善", reverse("policies:list")), (found.document, "")],
            "policy": found,
            "matter": queries.matter_names(today).get(found.matter_code, found.matter_code),
            "department": short_names().get(found.department_code, found.department_code),
            "effect": effect,
            "rows": rows,
            "hidden": len(effect.rows) - len(rows),
            "page": page,
            "received": [(each, named.get(each.pk)) for each in page],
            "unnamed": len(effect.came - named.keys()),
            "chart": _by_month(found, effect),
            "seen": may_see,
        },
    )


def _by_month(policy: Policy, effect: queries.Effect) -> Chart:
    """Items of the class by month; the month of the change is marked."""
    begun = policy.effective_on.replace(day=1)
    points = [
        (f"{month.year}年{month.month}月{'（施行）' if month == begun else ''}", count)
        for month, count in queries.by_month(policy, effect)
    ]
    return trend(points, title="每月上会的这一类议题", measure="议题", unit="个", of="月份")


@require_http_methods(["GET", "POST"])
@requires(Permission.MEETINGS_CHANGE)
@once
def new(request: SignedInRequest) -> HttpResponse:
    item = None
    if asked := request.GET.get("item", ""):
        item = get_object_or_404(Item.objects.select_related("meeting"), pk=whole_number(asked))
    matters = queries.matter_names(timezone.localdate())
    initial: dict[str, Any] = (
        {"matter_code": item.matter_code, "cause": item.cause} if item else request.GET.dict()
    )
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        matters=matters.items(),
        departments=short_names().items(),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.adopt(
                **form.cleaned_data, item=item, at=timezone.now(), actor=actor_of(request)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            refuse(request, refusal, action="policies.adopt", subject="政策完善")
        else:
            messages.success(request, "已登记，效果从施行之日起逐件计算。")
            return redirect("policies:policy", made.pk)
    return render(
        request,
        "policies/new.html",
        {
            "title": "登记政策完善事项",
            "crumbs": [("政策完善", reverse("policies:list")), ("登记", "")],
            "form": form,
            "item": item,
        },
        status=422 if form.errors else 200,
    )
