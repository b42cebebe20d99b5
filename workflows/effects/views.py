"""Pages of the follow-up on effect: one row a measure, with what the figures can't say."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.authority.permissions import Permission
from kernel.web.downloads import workbook
from kernel.web.http import SignedInRequest, requires
from kernel.web.xlsx import Column
from workflows.catalogue.queries import short_names, standard_in_force
from workflows.effects import queries
from workflows.effects.forms import EffectFilter

PAGE = 20
NOTES = (
    "前后两段一样长，从施行日起算，最长一年；按办结的日子归段，还没有办结的不在其中。",
    "按期率：在承诺期限和法定期限中较早的一个以内办结的，占有期限的；用时：从受理到办结的自然日，含停表，取中位数。",
    "少于 5 件的不评价；区间是 95% 可信区间，前后不重叠才说有变化。",
    "这些数字只是前后对照：同期项目的多少和难易、季节、别的措施都可能变，不能说明变化就是这项措施带来的。",
)


@require_safe
@requires(Permission.PAPERS_VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    called = short_names()
    form = EffectFilter(request.GET or None, departments=list(called.items()))
    chosen = form.chosen()
    found = [
        measure
        for measure in queries.measures(request.tenant)
        if not chosen.get("department_code") or measure.department_code == chosen["department_code"]
    ]
    names = {fact.code: fact.name for fact in standard_in_force(today).matters}
    own_only = chosen.get("scope") == "own"

    def concerned(measure: queries.Measure) -> str:
        if not measure.codes:
            return f"{called.get(measure.department_code, measure.department_code)}的全部事项"
        return "、".join(names.get(code, code) for code in measure.codes)

    if request.GET.get("export"):
        effects = queries.effects(found, request.tenant, today, own_only=own_only)
        return workbook(
            "跟踪问效",
            [
                Column("措施", 40), Column("文号", 24), Column("责任单位", 16), Column("涉及事项", 30),
                Column("施行日期", 12), Column("时段", 26), Column("办结", 8), Column("按期", 8),
                Column("有期限", 8), Column("按期率", 16), Column("区间", 20), Column("用时中位数", 16),
                Column("区间", 16), Column("按期率结论", 18), Column("用时结论", 18),
            ],
            [
                [
                    each.measure.title, each.measure.document,
                    called.get(each.measure.department_code, each.measure.department_code),
                    concerned(each.measure), each.measure.effective_on, f"{period.first} 至 {period.last}",
                    period.decided, period.kept, period.limited, period.share.words,
                    period.share.interval_words, period.days_words, period.days_interval_words,
                    each.share_says, each.days_say,
                ]
                for each in effects
                if each.begun
                for period in (each.before, each.since)
            ],
            as_of=today,
            notes=NOTES,
        )  # fmt: skip
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = queries.effects(list(page), request.tenant, today, own_only=own_only)
    return render(
        request,
        "effects/list.html",
        {
            "title": "跟踪问效",
            "form": form,
            "page": page,
            "rows": [
                (
                    effect,
                    called.get(effect.measure.department_code, effect.measure.department_code),
                    concerned(effect.measure),
                    [("施行前", effect.before), ("施行后", effect.since)],
                )
                for effect in shown
            ],
            "notes": NOTES,
        },
    )
