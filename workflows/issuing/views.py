"""The register of issued papers as pages: list, paper, its files, voiding, letterheads."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.authority.permissions import Permission
from kernel.papers.attaching import attached, keep
from kernel.papers.docx import docx_bytes
from kernel.papers.paper import Paper, Para
from kernel.papers.pdf import pdf_bytes
from kernel.refusal import Refused
from kernel.trail import record
from kernel.trail.queries import events, of
from kernel.web.downloads import attachment, workbook
from kernel.web.http import SignedInRequest, actor_of, refuse, requires
from kernel.web.xlsx import Column
from workflows.catalogue.queries import departments
from workflows.issuing import actions, queries
from workflows.issuing.composing import compose_under
from workflows.issuing.forms import AttachForm, LetterheadForm, RegisterFilter, VoidForm
from workflows.issuing.kinds import Kind
from workflows.issuing.models import Issued
from workflows.issuing.queries import Head

PAGE = 50
VOIDED = "作废"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COLUMNS = (
    Column("文号", 28), Column("文种", 16), Column("年度", 8), Column("顺序号", 8),
    Column("标题", 50), Column("主送", 34), Column("成文日期", 13), Column("登记时间", 18),
    Column("经办", 14), Column("作废时间", 18), Column("作废人", 14), Column("作废理由", 34),
    Column("摘要值", 70),
)  # fmt: skip


@require_safe
@requires(Permission.PAPERS_VIEW)
def register(request: SignedInRequest) -> HttpResponse:
    form = RegisterFilter(request.GET or None, years=queries.years())
    issued = queries.narrowed(queries.register(), form.chosen())
    if request.GET.get("export"):
        cells = map(_exported, issued.iterator(chunk_size=1000))
        return workbook("发文登记", COLUMNS, cells, as_of=timezone.localdate())
    return render(
        request,
        "issuing/list.html",
        {
            "title": "发文登记",
            "form": form,
            "page": Paginator(issued, PAGE).get_page(request.GET.get("page")),
            "filtered": bool(request.GET),
            "now": timezone.now(),
        },
    )


# One paper ---------------------------------------------------------------------------------------


@require_safe
@requires(Permission.DESK_VIEW)
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _issued(request, pk), VoidForm(), AttachForm())


@require_safe
@requires(Permission.DESK_VIEW)
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    issued = _issued(request, pk)
    content = pdf_bytes(issued.as_paper, stamp=_stamp(issued))
    return attachment(content, _file_name(issued, "pdf"), "application/pdf")


@require_safe
@requires(Permission.DESK_VIEW)
def docx(request: SignedInRequest, pk: int) -> HttpResponse:
    issued = _issued(request, pk)
    content = docx_bytes(issued.as_paper, stamp=_stamp(issued))
    return attachment(content, _file_name(issued, "docx"), DOCX)


@require_POST
@requires(Permission.PAPERS_ISSUE)
def void(request: SignedInRequest, pk: int) -> HttpResponse:
    issued = _issued(request, pk)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, issued, form, AttachForm(), status=422)
    try:
        actions.void(
            pk=pk, why=form.cleaned_data["why"], actor=actor_of(request), at=timezone.now()
        )
    except Refused as refusal:
        refuse(request, refusal, action="issuing.void", subject=issued.number)
    else:
        messages.success(request, f"{issued.number}已作废，文号不再使用。")
    return redirect("issuing:paper", pk)


@require_POST
@requires(Permission.PAPERS_ISSUE)
def attach(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep scans of the sealed copy (用印件) beside the paper."""
    issued = _issued(request, pk)
    form = AttachForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, issued, VoidForm(), form, status=422)
    uploads = form.cleaned_data["uploads"]
    with transaction.atomic():
        for upload in uploads:
            keep(upload, room="issuing", key=str(pk), at=timezone.now(), actor=actor_of(request))
        record(
            actor=actor_of(request),
            action="issuing.attach",
            subject=issued.number,
            summary=f"存入用印件 {len(uploads)} 个：{'、'.join(upload.name for upload in uploads)}"[
                :500
            ],
        )
    messages.success(request, f"已存入 {len(uploads)} 个文件。")
    return redirect("issuing:paper", pk)


# Letterheads -------------------------------------------------------------------------------------


@require_safe
@requires(Permission.PAPERS_VIEW)
def letterheads(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    head = queries.head_on(today)
    versions = list(queries.letterheads())
    current = next((version for version in versions if version.effective_from <= today), None)
    return render(
        request,
        "issuing/letterheads.html",
        {
            "title": "发文机关",
            "crumbs": [("发文登记", reverse("issuing:list")), ("发文机关", "")],
            "head": head,
            "current": current,
            "versions": versions,
            "specimen": _specimen(head, today),
            "numbers": queries.next_numbers(head.word, today.year),
            "may_change": Permission.PAPERS_ISSUE in request.permissions,
            "today": today,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PAPERS_ISSUE)
def new_letterhead(request: SignedInRequest) -> HttpResponse:
    """A new version: first how it looks, then its registration."""
    today = timezone.localdate()
    head = queries.head_on(today)
    begin = {"mark": head.mark, "signer": head.signer, "sealer": head.sealer, "word": head.word}
    form = LetterheadForm(request.POST or None, initial={**begin, "effective_from": today})
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        begins = form.cleaned_data["effective_from"]
        if "save" in request.POST:
            try:
                actions.set_letterhead(
                    head=form.head,
                    effective_from=begins,
                    document=form.cleaned_data["document"],
                    on=today,
                    actor=actor_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                refuse(request, refusal, action="issuing.set_letterhead", subject="发文机关")
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"新的发文机关自{begins}起使用。")
                return redirect("issuing:letterheads")
        shown = {
            "specimen": _specimen(form.head, begins),
            "numbers": queries.next_numbers(form.head.word, begins.year),
        }
    return render(
        request,
        "issuing/new_letterhead.html",
        {
            "title": "登记新的发文机关",
            "crumbs": [
                ("发文登记", reverse("issuing:list")),
                ("发文机关", reverse("issuing:letterheads")),
                ("登记", ""),
            ],
            "form": form,
            **shown,
        },
        status=422 if form.errors else 200,
    )


# Inside ------------------------------------------------------------------------------------------


def _issued(request: SignedInRequest, pk: int) -> Issued:
    """A paper the member may read; others are not told that it is there."""
    issued = get_object_or_404(Issued, pk=pk)
    if not queries.may_read(request, issued):
        raise Http404
    return issued


def _page(
    request: SignedInRequest,
    issued: Issued,
    void_form: VoidForm,
    attach_form: AttachForm,
    status: int = 200,
) -> HttpResponse:
    units = departments()
    in_register = Permission.PAPERS_VIEW in request.permissions
    crumbs = [("发文登记", reverse("issuing:list"))] if in_register else []
    return render(
        request,
        "issuing/paper.html",
        {
            "title": issued.title,
            "crumbs": [*crumbs, (issued.number, "")],
            "issued": issued,
            "paper": issued.as_paper,
            "stamp": _stamp(issued),
            "holds": queries.holds(issued),
            "receivers": [
                units[code].name if code in units else code for code in issued.department_codes
            ],
            "files": attached("issuing", str(issued.pk)),
            "history": events(of(issued.number)) if in_register else [],
            "may_issue": Permission.PAPERS_ISSUE in request.permissions,
            "void_form": void_form,
            "attach_form": attach_form,
        },
        status=status,
    )


def _stamp(issued: Issued) -> str:
    return VOIDED if issued.voided_at else ""


def _file_name(issued: Issued, extension: str) -> str:
    voided = f"（{VOIDED}）" if issued.voided_at else ""
    return f"{issued.number} {issued.title[:60]}{voided}.{extension}".replace("/", "／")


def _specimen(head: Head, on: date) -> Paper:
    """A sheet that shows the head and the signature, and nothing else."""
    kind = Kind.ASSIGNMENT
    number = dict(queries.next_numbers(head.word, on.year))[kind]
    body = [Para("这里是正文。")]
    return compose_under(
        head, kind, title="样张", body=body, on=on, addressee="各成员单位", number=number
    )


def _exported(issued: Issued) -> list[str | int | date]:
    def said(moment: object) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""  # type: ignore[arg-type]

    return [
        issued.number, issued.get_kind_display(), issued.year, issued.serial, issued.title,
        issued.addressee, issued.issued_on, said(issued.issued_at), issued.by_name,
        said(issued.voided_at), issued.voided_by, issued.voided_why, issued.digest,
    ]  # fmt: skip
