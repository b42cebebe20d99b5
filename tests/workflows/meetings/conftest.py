"""A meeting on the way from its agenda to its minutes."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kernel.trail import Actor
from tenants.models import Tenant
from workflows.meetings import actions
from workflows.meetings.candidates import Candidate
from workflows.meetings.lifecycle import Kind, SixStep
from workflows.meetings.models import Meeting

CLERK = Actor(1, "某某（示例）", "机制办公室")
SECOND = Actor(2, "齐某（示例）", "机制办公室")
LEADER = Actor(3, "巴某（示例）", "召集人")
TODAY, ON = date(2026, 1, 16), date(2026, 1, 20)
NOW = datetime(2026, 1, 16, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _in_the_banner(
    request: pytest.FixtureRequest, zhungeer: Tenant, in_tenant: Callable[..., Any]
) -> Iterator[None]:
    with in_tenant(zhungeer):
        yield


def prepared(kind: str = Kind.CONSULTATION, **changed: Any) -> Meeting:
    facts: dict[str, Any] = {
        "kind": kind,
        "title": "重点项目会商会",
        "on": ON,
        "at": time(15),
        "place": "政府三楼会议室",
        "chair": "分管副旗长",
        "ground": "dragging" if kind == Kind.COORDINATION else "",
        "today": TODAY,
        "now": NOW,
        "actor": CLERK,
    }
    meeting = actions.prepare(**facts | changed)
    stuck = Candidate("procedure:X-1", "某项目：用地预审", "红灯", 30, departments=("zrzy",))
    return actions.add_items(
        meeting_id=meeting.pk, version=meeting.version, candidates=[stuck], now=NOW, actor=CLERK
    )


def step(meeting: Meeting, name: str, actor: Actor = CLERK, **told: Any) -> Meeting:
    """``step(meeting, "invite")`` on the page as it is now."""
    meeting.refresh_from_db()
    verb = getattr(actions, name)
    if name in ("invite", "hold", "submit", "issue_minutes"):
        told = {"today": TODAY if name == "invite" else ON, "now": NOW} | told
    elif name not in ("change", "consent", "raise_item", "rework", "send_back"):
        told = {"now": NOW} | told
    return verb(meeting_id=meeting.pk, version=meeting.version, actor=actor, **told)


def invited(kind: str = Kind.CONSULTATION) -> Meeting:
    meeting = prepared(kind)
    if kind == Kind.COORDINATION:
        step(meeting, "ask")
        agree(meeting)
    return step(meeting, "invite")


def called(title: str, *codes: str) -> Meeting:
    """Another meeting that was called, with ``codes`` invited."""
    meeting = prepared(title=title)
    meeting = step(meeting, "set_invitees", departments=codes, posts=[])
    return step(meeting, "invite")


def agree(meeting: Meeting, **changed: Any) -> Meeting:
    facts: dict[str, Any] = {
        "agreed": True,
        "text": "",
        "by": "旗长",
        "on": TODAY,
        "today": TODAY,
        "now": NOW,
    }
    return step(meeting, "consent", LEADER, **facts | changed)


def held() -> Meeting:
    meeting = invited()
    return step(meeting, "hold", came={i.pk: "王某（示例）" for i in meeting.invitees.all()})


def recorded(meeting: Meeting, *, settled: bool = False, **changed: str) -> Meeting:
    item = meeting.items.get()
    said = {each.value: f"{each.label}的内容。" for each in SixStep} | changed
    actions.write_down(
        meeting_id=meeting.pk,
        item_id=item.pk,
        version=item.version,
        said=said,
        cause="opinions",
        settled=settled,
        not_discussed="",
        now=NOW,
        actor=CLERK,
    )
    return meeting


def resolved(meeting: Meeting, due_on: date = date(2026, 2, 6)) -> Meeting:
    actions.resolve(
        meeting_id=meeting.pk,
        item_id=meeting.items.get().pk,
        demand="五日内出具用地预审意见",
        lead_code="zrzy",
        support_codes=["lcj", "zrzy"],
        due_on=due_on,
        actor=CLERK,
    )
    return meeting


def minuted() -> Meeting:
    meeting = resolved(recorded(held()))
    step(meeting, "submit")
    return step(meeting, "issue_minutes", SECOND)
