"""亮灯规则: the rule in force, its versions, a new one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kernel.authority.permissions import Permission
from kernel.web.http import SignedInRequest, actor_of, requires
from workflows.procedures import queries
from workflows.procedures.forms import LampRuleForm
from workflows.procedures.lamp_rules import revise
from workflows.procedures.lamps import DAY_NAMES, SITUATIONS, LampRule
from workflows.procedures.lifecycle import MoveRefused
from workflows.procedures.models import LampRuleVersion
from workflows.procedures.tasks import sweep_tenant


@require_safe
@requires(Permission.PROCEDURES_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    rules = queries.lamp_rules()
    papers = {row.number: row for row in LampRuleVersion.objects.order_by("number")}
    return render(
        request,
        "procedures/lamp_rules.html",
        {
            "title": "亮灯规则",
            "current": rules.on(today),
            "versions": [
                (rule, _words(rule), papers.get(rule.number)) for rule in reversed(rules.versions)
            ],
            "may_change": Permission.MECHANISM_CHANGE in request.permissions,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MECHANISM_CHANGE)
def new(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    newest = queries.lamp_rules().versions[-1]
    form = LampRuleForm(
        request.POST if request.method == "POST" else None, newest=newest, today=today
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = revise(
                rule=form.rule,
                effective_from=form.cleaned_data["effective_from"],
                why=form.cleaned_data["why"],
                document=form.cleaned_data["document"],
                seen=form.cleaned_data["seen"],
                on=today,
                actor=actor_of(request),
            )
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if made.effective_from == today:
                sweep_tenant.delay()
            messages.success(request, f"亮灯规则第 {made.number} 版已写入，台账的灯随之更新。")
            return redirect("procedures:lamp_rules")
    return render(
        request,
        "procedures/lamp_rule.html",
        {
            "title": "修订亮灯规则",
            "crumbs": [("亮灯规则", reverse("procedures:lamp_rules")), ("修订", "")],
            "form": form,
            "newest": newest,
        },
        status=422 if form.errors else 200,
    )


def _words(rule: LampRule) -> list[tuple[str, str, str, str]]:
    """(situation, measured against, yellow, red) a line."""
    return [
        (
            SITUATIONS[name][0],
            "、".join(DAY_NAMES[day] for day in watch.against)
            + (
                "三者最早" if len(watch.against) > 2 else "较早者" if len(watch.against) > 1 else ""
            ),
            f"提前 {watch.lead_days} 个工作日",
            f"过后 {watch.grace_days} 个工作日的次日" if watch.grace_days else "次日",
        )
        for name, watch in rule.watches.items()
    ]
