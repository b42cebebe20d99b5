"""A sheet is drawn up and handed over: one number, one paper, every department told."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kernel.notices.models import Notice
from kernel.trail import Actor
from tenants.models import Tenant
from workflows.assignments.actions import PartDraft, Source, draw_up, hand_over
from workflows.assignments.lifecycle import MoveRefused, SheetState, SourceKind
from workflows.issuing.models import Issued

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
TODAY = date(2026, 1, 16)


def draft(**changed: Any) -> Any:
    facts: dict[str, Any] = {
        "source": Source(kind=SourceKind.LEADER, words="市政府领导批示"),
        "title": "加快用地预审",
        "matter": "用地预审卡在规划选址。",
        "demand": "限期出具意见。",
        "due_on": date(2026, 1, 30),
        "parts": [PartDraft(department_code="zrzy", leads=True), PartDraft(department_code="lcj")],
        "on": TODAY,
        "actor": CLERK,
    }
    return draw_up(**facts | changed)


def test_a_sheet_handed_over_has_a_number_a_paper_and_tells_each_department(
    zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        sheet = hand_over(sheet_id=draft().pk, on=TODAY, actor=CLERK)
        assert sheet.state == SheetState.HANDED_OVER
        assert sheet.number == "准格尔联审办交〔2026〕1号"
        paper = Issued.objects.get(number=sheet.number).as_paper
        assert "限期出具意见。" in list(paper.lines())
        told = Notice.objects.filter(room="assignments").values_list("department_code", flat=True)
        assert sorted(told) == ["lcj", "zrzy"]
        with pytest.raises(MoveRefused, match="不能再交办一次"):
            hand_over(sheet_id=sheet.pk, on=TODAY, actor=CLERK)


def test_exactly_one_department_leads(zhungeer: Tenant, in_tenant: Callable[..., Any]) -> None:
    with in_tenant(zhungeer), pytest.raises(MoveRefused, match="有且只有一个牵头"):
        draft(parts=[PartDraft(department_code="zrzy")])
