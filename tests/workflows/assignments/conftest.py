"""A sheet of two departments, handed over, and the words to move it on."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.trail import Actor
from workflows.assignments.actions import PartDraft, Source, draw_up, hand_over, make_move
from workflows.assignments.lifecycle import SourceKind
from workflows.assignments.models import Part, Sheet

CLERK = Actor(1, "某某（示例）", "机制办公室")
OFFICER = Actor(2, "王某（示例）", "审批部门")
TODAY = date(2026, 1, 16)
DUE = date(2026, 1, 30)


def draft(**changed: Any) -> Sheet:
    facts: dict[str, Any] = {
        "source": Source(kind=SourceKind.LEADER, words="副总召集人批示"),
        "title": "加快用地预审",
        "matter": "用地预审卡在规划选址。",
        "demand": "限期出具意见。",
        "due_on": DUE,
        "parts": [PartDraft(department_code="zrzy", leads=True), PartDraft(department_code="lcj")],
        "on": TODAY,
        "actor": CLERK,
    }
    return draw_up(**facts | changed)


def handed(**changed: Any) -> Sheet:
    return hand_over(sheet_id=draft(**changed).pk, on=TODAY, actor=CLERK)


def part_of(sheet: Sheet, code: str) -> Part:
    return Part.objects.get(sheet=sheet, department_code=code)


def proof(name: str = "意见.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 example")


@pytest.fixture
def take() -> Callable[..., Part]:
    """``take(part, "sign")`` takes a step as whoever takes it, on the page as it is now."""

    def step(part: Part, name: str, **told: Any) -> Part:
        part.refresh_from_db()
        reach = {part.department_code} if name in ("sign", "report") else None
        if name == "report":
            told = {"files": [proof()], "text": "已出具意见。"} | told
        facts: dict[str, Any] = {
            "part_id": part.pk,
            "name": name,
            "version": part.version,
            "on": TODAY,
            "actor": OFFICER if reach else CLERK,
            "reach": reach,
        }
        return make_move(**facts | told)

    return step
