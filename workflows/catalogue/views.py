"""Pages of the standard catalogue (事项目录)."""

from dataclasses import dataclass

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.authority.permissions import Permission, Role
from kernel.refusal import Refused
from kernel.trail import record_refusal
from kernel.web.downloads import attachment
from kernel.web.http import SignedInRequest, actor_of, requires
from kernel.web.parts import Fact, Step, Tile
from kernel.web.templatetags.lianshen import full_day
from kernel.web.xlsx import Column, workbook_bytes
from workflows.catalogue import actions, combing, forms, queries, wording
from workflows.catalogue.models import MatterVersion
from workflows.catalogue.queries import Line
from workflows.promises.models import Promise
from workflows.promises.queries import promises

_NOTES = (
    "时限单位随事项，工作日与自然日不可混算。",
    "标注“未核实”的事项尚未由责任部门对照原文确认，仅供编排计划参考。",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list with this tenant's promise beside it, in words."""

    line: Line
    promised: str

    @property
    def limit(self) -> str:
        return wording.limit(self.line.fact)

    @property
    def stage(self) -> str:
        return wording.STAGES[self.line.fact.stage]

    @property
    def group(self) -> str:
        return wording.GROUPS.get(self.line.fact.group, "")

    @property
    def deficiency(self) -> str:
        return wording.DEFICIENCIES.get(self.line.fact.deficiency, "")

    @property
    def validity(self) -> str:
        months = self.line.fact.validity_months
        if months is None:
            return ""
        return f"{months // 12} 年" if months % 12 == 0 else f"{months} 个月"

    @property
    def basis(self) -> str:
        return "；".join(map(str, self.line.fact.basis))

    @property
    def mark(self) -> str:
        return combing.MARK_LABELS[self.line.fact.mark_of("limit")]


@dataclass(frozen=True, slots=True)
class Told:
    """One fact on the matter's page: how it is said, and who read it where."""

    label: str
    text: str
    mark: str
    verified: bool
    confirmation: dict[str, str] | None


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def matters(request: SignedInRequest) -> HttpResponse:
    form, found, rows, here = _rows(request)
    promised = sum(bool(_promised(line, here)) for line in found)
    edges = queries.all_edges(found)
    return render(
        request,
        "catalogue/matters.html",
        {
            "title": "事项目录",
            "tiles": [
                Tile("标准事项", len(found), "项"),
                Tile(
                    "未核实",
                    sum(not line.fact.verified for line in found),
                    "项",
                    note="法定时限尚未对照原文",
                    url="?verified=no",
                ),
                Tile(
                    "无法律依据的前置",
                    sum(edge.fact.no_basis for edge in edges),
                    "条",
                    note=f"共 {len(edges)} 条前置关系",
                    url=reverse("catalogue:no_basis"),
                ),
                Tile("本级已承诺", promised, "项", url=reverse("promises:listing")),
            ],
            "form": form,
            "page": Paginator(rows, 50).get_page(request.GET.get("page")),
            "query": request.GET.urlencode(),
        },
    )


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def export(request: SignedInRequest) -> HttpResponse:
    _, _, rows, _ = _rows(request)
    content = workbook_bytes(
        f"{request.tenant.name}重点项目审批事项目录",
        [
            Column("代码", 8),
            Column("事项", 34),
            Column("依据", 40),
            Column("责任单位", 16),
            Column("法定时限", 16),
            Column("本级承诺", 16),
            Column("阶段", 18),
            Column("前置事项", 10),
            Column("无依据前置", 10),
            Column("并行组", 8),
            Column("容缺", 18),
            Column("有效期", 10),
            Column("时限出处", 16),
            Column("版本", 8),
        ],
        (
            (
                row.line.fact.code,
                row.line.fact.name,
                row.basis,
                row.line.department,
                row.limit,
                row.promised,
                row.stage,
                len(row.line.fronts),
                row.line.without_basis,
                row.group,
                row.deficiency,
                row.validity,
                row.mark,
                row.line.version.number,
            )
            for row in rows
        ),
        as_of=timezone.localdate(),
        notes=_NOTES,
    )
    return _file(content, "审批事项目录")


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def no_basis(request: SignedInRequest) -> HttpResponse:
    edges = [
        edge
        for edge in queries.all_edges(queries.lines(timezone.localdate()))
        if edge.fact.no_basis
    ]
    if request.GET.get("as") == "xlsx":
        content = workbook_bytes(
            "无法律依据的前置事项清理建议",
            [
                Column("前置事项", 34),
                Column("后续事项", 34),
                Column("强度", 16),
                Column("说明", 50),
                Column("出处", 16),
            ],
            (
                (
                    f"{edge.before.code} {edge.before.name}",
                    f"{edge.after.code} {edge.after.name}",
                    wording.STRENGTHS[edge.fact.strength],
                    edge.fact.note,
                    combing.MARK_LABELS[edge.fact.mark],
                )
                for edge in edges
            ),
            as_of=timezone.localdate(),
            notes=("经法制审核后取消，或者补上法律依据。",),
        )
        return _file(content, "无法律依据的前置")
    return render(
        request,
        "catalogue/no_basis.html",
        {
            "title": "无法律依据的前置",
            "crumbs": [("事项目录", reverse("catalogue:matters")), ("无法律依据的前置", "")],
            "edges": [(edge, wording.STRENGTHS[edge.fact.strength]) for edge in edges],
        },
    )


@require_safe
@requires(Permission.CATALOGUE_VIEW)
def matter(request: SignedInRequest, code: str) -> HttpResponse:
    return _matter_page(request, code)


@require_POST
@requires(Permission.CATALOGUE_VERIFY)
def confirm(request: SignedInRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    form = forms.ConfirmForm(request.POST)
    if form.is_valid():
        try:
            version = actions.confirm(
                code=code,
                department_code=_department_of(request),
                unit=_unit_of(request),
                on=today,
                actor=actor_of(request),
                **form.cleaned_data,
            )
        except MatterVersion.DoesNotExist:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal))
            record_refusal(
                actor=actor_of(request),
                action=Permission.CATALOGUE_VERIFY,
                subject=f"事项 {code}",
                summary=str(refusal),
            )
        else:
            messages.success(request, f"已核实，发布第 {version.number} 版。在办的办件不受影响。")
            return redirect("catalogue:matter", code)
    return _matter_page(request, code, form)


# Parts --------------------------------------------------------------------------------------------


def _rows(
    request: SignedInRequest,
) -> tuple[forms.MatterFilter, list[Line], list[Row], dict[str, Promise]]:
    """The filter, every matter, the chosen ones, and this tenant's promises."""
    names = queries.departments()
    found = queries.lines(timezone.localdate(), names)
    form = forms.MatterFilter(request.GET or None, departments=names)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    here = promises()
    rows = [Row(line, _promised(line, here)) for line in queries.chosen(found, **asked)]
    return form, found, rows, here


def _promised(line: Line, here: dict[str, Promise]) -> str:
    promise = here.get(line.fact.code)
    return wording.promise(promise.promised_days) if promise else ""


def _matter_page(
    request: SignedInRequest, code: str, form: django_forms.Form | None = None
) -> HttpResponse:
    names = queries.departments()
    found = queries.lines(timezone.localdate(), names)
    line = next((line for line in found if line.fact.code == code), None)
    if line is None:
        raise Http404
    fact, version = line.fact, line.version
    before, after = queries.edges_around(found, code)
    promise = promises().get(code)
    may_confirm = Permission.CATALOGUE_VERIFY in request.permissions and (
        _department_of(request) in (None, *fact.departments)
    )
    return render(
        request,
        "catalogue/matter.html",
        {
            "title": fact.name,
            "crumbs": [
                ("事项目录", reverse("catalogue:matters")),
                (f"{code} {fact.short_name}", ""),
            ],
            "line": line,
            "fact": fact,
            "version": version,
            "strip": _strip(line, promise),
            "told": [_told(version, name) for name in wording.TOLD],
            "terms": _filled(
                ("责任单位", "、".join(names[c].short_name for c in fact.departments)),
                ("办理层级", wording.LEVELS[fact.level]),
                ("阶段", f"{fact.stage} {wording.STAGES[fact.stage]}"),
                ("并行", _beside(fact)),
                ("容缺", wording.DEFICIENCIES.get(fact.deficiency, "未定")),
                ("上报办理", "是" if fact.handed_up else ""),
                ("不对外公开", "是，办理情况不公开" if fact.secret else ""),
                ("办理结果", fact.result),
                ("说明", fact.note),
            ),
            "steps": [Step(str(n), text) for n, text in enumerate(fact.steps, 1)],
            "before": [(edge, wording.STRENGTHS[edge.fact.strength]) for edge in before],
            "after": [(edge, wording.STRENGTHS[edge.fact.strength]) for edge in after],
            "rules": wording.STRENGTH_RULES,
            "versions": queries.versions(code),
            "promise": promise,
            "promised": wording.promise(promise.promised_days) if promise else "",
            "may_promise": Permission.PROMISES_CHANGE in request.permissions,
            "may_confirm": may_confirm,
            "form": form
            or forms.ConfirmForm(
                initial={"seen": version.number, "read_on": timezone.localdate(), "fact": "limit"}
            ),
        },
        status=422 if form else 200,
    )


def _filled(*terms: tuple[str, str]) -> list[tuple[str, str]]:
    return [term for term in terms if term[1]]


def _strip(line: Line, promise: Promise | None) -> list[Fact]:
    fact = line.fact
    days = promise.promised_days if promise else None
    return [
        Fact("法定时限", wording.limit(fact), "" if fact.verified else "未核实"),
        Fact("本级承诺", wording.promise(days) or "还没有承诺"),
        Fact("前置事项", len(line.fronts), f"其中无依据 {line.without_basis} 条"),
        Fact("容缺", wording.DEFICIENCIES.get(fact.deficiency, "未定")),
        Fact("版本", f"第 {line.version.number} 版", f"{full_day(line.version.effective_from)}起"),
    ]


def _told(version: MatterVersion, name: str) -> Told:
    fact, told = version.fact, wording.TOLD[name]
    mark = fact.mark_of(name)  # a fact nobody marked counts as unread
    return Told(
        label=told.label,
        text=told.say(fact),
        mark=combing.MARK_LABELS[mark],
        verified=mark == "V",
        confirmation=version.confirmations.get(name),
    )


def _beside(fact: combing.MatterFact) -> str:
    said = [
        "所有事项" if other == "all" else wording.GROUPS.get(other, other)
        for other in fact.parallel_with
    ]
    group = wording.GROUPS.get(fact.group, "")
    return "；".join(
        filter(
            None, (f"属{group}" if group else "", f"可与{'、'.join(said)}同时办" if said else "")
        )
    )


def _department_of(request: SignedInRequest) -> str | None:
    """The member's department; None for the mechanism office, which may confirm any matter."""
    if request.membership.role == Role.OFFICE:
        return None
    return request.membership.department_code


def _unit_of(request: SignedInRequest) -> str:
    department = queries.departments().get(request.membership.department_code)
    return department.short_name if department else str(request.membership.role_label)


def _file(content: bytes, name: str) -> HttpResponse:
    return attachment(content, f"{name}{timezone.localdate():%Y%m%d}.xlsx")
