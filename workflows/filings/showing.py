"""What other pages show of filings: the desk, the navigation, and the files of drafts."""

from collections.abc import Iterator
from datetime import date
from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from kernel.authority.permissions import Permission
from kernel.papers.models import Attachment
from kernel.web.http import SignedInRequest, calendar_of
from kernel.web.waiting import Item
from tenants.registry.models import FilingState
from workflows.filings import duties, queries
from workflows.filings.models import Draft

#: Rows of one kind the desk shows at most.
MOST = 8


def may_read(request: SignedInRequest, attachment: Attachment) -> bool:
    """Files of a draft: the office that writes, or the department whose measure it is."""
    draft = Draft.objects.filter(pk=int(attachment.key.partition(":")[2])).first()
    if draft is None:
        return False
    if draft.unit_code:
        mine = request.membership.department_code == draft.unit_code
        return mine and Permission.FILINGS_MEASURES in request.permissions
    return Permission.FILINGS_SEND in request.permissions


def waiting(request: SignedInRequest, on: date) -> Iterator[Item]:
    """What is to be answered, what came back, and what is due soon or late; one query."""
    may, name, calendar = request.permissions, request.tenant.schema_name, calendar_of(request)
    if not may & {Permission.FILINGS_RECEIVE, Permission.FILINGS_SEND, Permission.FILINGS_MEASURES}:
        return
    found = queries.in_hand(request)
    to_answer = [f for f in found if f.receiver == name and f.state == FilingState.SENT]
    for line in queries.with_deadlines(to_answer[:MOST], on, calendar):
        yield Item(
            f"{line.filing.title}报备",
            line.filing.number,
            "办理",
            reverse("filings:detail", args=[line.filing.pk]),
            "答复期限",
            line.answer_by,
            note="已超过答复期限" if line.late else "",
        )
    mine = [filing for filing in found if filing.sender == name]
    for filing in [f for f in mine if f.state == FilingState.RETURNED][:MOST]:
        yield Item(
            f"{filing.title}报备被退回",
            f"{filing.number}：{filing.return_reason}",
            "修改后重新报送",
            queries.again_url(filing),
        )
    if Permission.FILINGS_SEND in may:
        for duty in duties.near(request.tenant, on, calendar, duties.by_key(mine))[:MOST]:
            if duty.filing is None:  # what came back waits above
                yield Item(
                    f"{duty.words}报备",
                    "还没有报",
                    "去报备",
                    f"{reverse('filings:new', args=[duty.kind])}?{duty.term.query}",
                    "报备期限",
                    duty.due_on,
                    duty.lamp.value,
                    note=f"已超过 {duty.late_days} 个工作日" if duty.late_days else "",
                )


def returned(request: HttpRequest) -> int:
    """For the navigation: what came back."""
    return _counts(request)[0]


def received(request: HttpRequest) -> int:
    """For the navigation: what waits for an answer."""
    return _counts(request)[1]


def _counts(request: HttpRequest) -> tuple[int, int]:
    """Both at once, asked for once a request."""
    if not hasattr(request, "filing_counts"):
        request.filing_counts = queries.counts(cast("SignedInRequest", request))  # type: ignore[attr-defined]
    counted: tuple[int, int] = request.filing_counts  # type: ignore[attr-defined]
    return counted
