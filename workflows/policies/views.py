"""Pages of policies improved: classes of problems, changes on file, and their effect."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.refusal import Refused
from kernel.web.charts import Row, stacked_bars
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column
from workflows.meetings.models import Item
from workflows.meetings.queries import names, seen
from workflows.policies import actions, queries
from workflows.policies.forms import PolicyForm

COLUMNS = (
    Column("政策措施", 40), Column("针对事项", 28, "针对"), Column("原因", 26, "针对"),
    Column("责任单位", 16), Column("文号", 24), Column("施行日期", 12),
    Column("前一年上会", 12, "效果"), Column("前一年办件", 12, "效果"), Column("施行后上会", 12, "效果"),
    Column("施行后办件", 12, "效果"), Column("结论", 20, "效果"),
)  # fmt: skip


@require_safe
@requires(Permission.MEETINGS_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today, called = timezone.localdate(), names()
    matters = queries.matter_names(today)
    rows = [(policy, queries.effect_of(policy, today)) for policy in queries.policies()[:200]]
    if request.GET.get("export"):
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
                    e.before.items,
                    e.before.procedures,
                    e.since.items,
                    e.since.procedures,
                    e.words,
                )
                for p, e in rows
            ),
            as_of=today,
        )
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
                for p, e in rows
            ],
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
    return render(
        request,
        "policies/policy.html",
        {
            "title": found.title,
            "crumbs": [("政策完善", reverse("policies:list")), (found.document, "")],
            "policy": found,
            "matter": queries.matter_names(today).get(found.matter_code, found.matter_code),
            "department": names().get(found.department_code, found.department_code),
            "effect": effect,
            "rows": rows,
            "hidden": len(effect.rows) - len(rows),
            "seen": may_see,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MEETINGS_CHANGE)
def new(request: SignedInRequest) -> HttpResponse:
    item = None
    if asked := request.GET.get("item", ""):
        item = get_object_or_404(
            Item.objects.select_related("meeting"), pk=int(asked) if asked.isdecimal() else 0
        )
    matters = queries.matter_names(timezone.localdate())
    initial: dict[str, Any] = (
        {"matter_code": item.matter_code, "cause": item.cause} if item else request.GET.dict()
    )
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        matters=matters.items(),
        departments=names().items(),
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
