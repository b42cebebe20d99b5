"""The register of issued papers, a paper's page and files, and the letterhead."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.trail.queries import events, of
from kernel.web.downloads import paper_file, workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column
from tenants.registry.freezing import digest_of
from workflows.issuing import actions, queries
from workflows.issuing.forms import LetterheadForm, RegisterFilter, VoidForm
from workflows.issuing.models import Issued, Letterhead

PAGE = 50
COLUMNS = (
    Column("文号", 28), Column("文种", 16), Column("标题", 50), Column("主送", 36),
    Column("成文日期", 14), Column("经办", 14), Column("作废理由", 30), Column("摘要值", 68),
)  # fmt: skip


@require_safe
@requires(Permission.DESK_VIEW)
def register(request: SignedInRequest) -> HttpResponse:
    """Everything that was issued; a department sees what it received."""
    everything = Permission.PAPERS_VIEW in request.permissions
    form = RegisterFilter(request.GET or None)
    own = None if everything else request.membership.department_code or "-"
    papers = queries.register(form.chosen(), own)
    if request.GET.get("export"):
        return workbook(
            "发文登记",
            COLUMNS,
            (
                (
                    p.number,
                    p.get_kind_display(),
                    p.title,
                    p.addressee,
                    p.issued_on,
                    p.by_name,
                    p.voided_why,
                    p.digest,
                )
                for p in papers.iterator(2000)
            ),
            as_of=timezone.localdate(),
        )
    return render(
        request,
        "issuing/register.html",
        {
            "title": "发文登记" if everything else "收到的公文",
            "form": form,
            "page": Paginator(papers, PAGE).get_page(request.GET.get("page")),
            "may_issue": Permission.PAPERS_ISSUE in request.permissions,
            "filtered": any(form.chosen().values()),
            "now": timezone.now(),
        },
    )


@require_safe
@requires(Permission.DESK_VIEW)
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    return _paper(request, pk, VoidForm())


def _paper(request: SignedInRequest, pk: int, form: VoidForm) -> HttpResponse:
    issued = _readable(request, pk)
    return render(
        request,
        "issuing/paper.html",
        {
            "title": issued.number,
            "crumbs": [("发文登记", reverse("issuing:register")), (issued.number, "")],
            "issued": issued,
            "paper": issued.as_paper,
            "holds": digest_of(issued.paper) == issued.digest,
            "may_void": Permission.PAPERS_ISSUE in request.permissions and not issued.voided_at,
            "form": form,
            "history": events(of(issued.number)[:20]),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.DESK_VIEW)
def paper_as(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """The paper as .pdf or .docx, made from its record."""
    issued = _readable(request, pk)
    voided = bool(issued.voided_at)
    return paper_file(issued.as_paper, form, f"{issued.number}{issued.title}"[:120], voided=voided)


@require_POST
@requires(Permission.PAPERS_ISSUE)
def void(request: SignedInRequest, pk: int) -> HttpResponse:
    issued = _readable(request, pk)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _paper(request, pk, form)
    try:
        actions.void(
            pk=pk, why=form.cleaned_data["why"], at=timezone.now(), actor=actor_of(request)
        )
    except actions.IssuingRefused as refusal:
        refuse(request, refusal, action="issuing.void", subject=issued.number)
    else:
        messages.success(request, f"{issued.number}已作废，登记簿里注明。")
    return redirect("issuing:paper", pk=pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.PAPERS_ISSUE)
def letterhead(request: SignedInRequest) -> HttpResponse:
    """Under which name, seal and word the office issues, today and from a day on."""
    today = timezone.localdate()
    head = queries.head_on(today)
    form = LetterheadForm(
        request.POST if request.method == "POST" else None, head=head, today=today
    )
    if request.method == "POST" and form.is_valid():
        actions.adopt_letterhead(**form.cleaned_data, at=timezone.now(), actor=actor_of(request))
        messages.success(request, "发文机关已更新，自生效日期起用于新印发的公文。")
        return redirect("issuing:letterhead")
    return render(
        request,
        "issuing/letterhead.html",
        {
            "title": "发文机关",
            "crumbs": [("发文登记", reverse("issuing:register")), ("发文机关", "")],
            "head": head,
            "form": form,
            "versions": Letterhead.objects.order_by("-effective_from", "-pk"),
            "next": queries.next_numbers_of(today),
            "today": today,
        },
        status=422 if form.errors else 200,
    )


def _readable(request: SignedInRequest, pk: int) -> Issued:
    issued = get_object_or_404(Issued, pk=pk)
    if not queries.readable(request, issued):
        raise Http404
    return issued
