"""Prepared by one, released by another; what is in force is one version, and the record stays."""

from collections.abc import Callable

import pytest

from kernel.trail.models import TrailEntry
from tenants.gateway import visiting
from tenants.models import Tenant
from tenants.registry.freezing import digest_of
from tenants.registry.models import Disclosure
from tests.workflows.disclosure.conftest import ON, PREPARER, RELEASER
from workflows.disclosure import actions
from workflows.disclosure.actions import ReleaseRefused
from workflows.disclosure.lifecycle import MoveRefused, State
from workflows.disclosure.models import Draft
from workflows.disclosure.sample import release_samples
from workflows.projects.models import Project
from workflows.promises.models import Promise

pytestmark = pytest.mark.django_db


def one(code: str = "A08") -> Draft:
    return actions.prepare_matters(codes=[code], on=ON, actor=PREPARER).prepared[0]


def test_all_promised_matters_are_prepared_but_the_secret_one_never(promised: list[str]) -> None:
    outcome = actions.prepare_matters(on=ON, actor=PREPARER)
    keys = {draft.key for draft in outcome.prepared}
    assert keys == set(promised) - {"B15"}
    assert not outcome.refused
    assert not Draft.objects.filter(payload__icontains="国家安全").exists()


def test_a_matter_without_a_promise_is_left_out_of_all_but_may_be_chosen(
    promised: list[str], promise: Callable[..., Promise]
) -> None:
    promise("B01", None)
    assert "B01" not in {d.key for d in actions.prepare_matters(on=ON, actor=PREPARER).prepared}
    chosen = actions.prepare_matters(codes=["B01"], on=ON, actor=PREPARER).prepared
    assert chosen[0].payload["promised"] is None


def test_the_same_person_can_not_release_nor_reject(promised: list[str]) -> None:
    draft = one()
    for act in (
        lambda: actions.release(number=draft.pk, actor=PREPARER),
        lambda: actions.reject(number=draft.pk, reason="不合适", actor=PREPARER),
    ):
        with pytest.raises(ReleaseRefused, match="须由另一人审核"):
            act()
    assert not Disclosure.objects.exists()


def test_a_release_is_version_one_with_the_digest_of_what_was_checked(promised: list[str]) -> None:
    draft = one()
    released = actions.release(number=draft.pk, actor=RELEASER)
    assert (released.version, released.owner, released.owner_slug) == (1, "t_zhungeer", "zhungeer")
    assert released.digest == draft.digest == digest_of(released.payload)
    draft.refresh_from_db()
    assert (draft.state, draft.release_version) == (State.RELEASED, 1)
    assert TrailEntry.objects.filter(action="disclosure.release", outcome="done").count() == 1


def test_a_second_release_takes_the_first_out_of_force(
    promised: list[str], promise: Callable[..., Promise]
) -> None:
    first = one()
    actions.release(number=first.pk, actor=RELEASER)
    promise("A08", 2)
    actions.release(number=one().pk, actor=RELEASER)
    rows = list(Disclosure.objects.filter(key="A08").order_by("version"))
    assert [(row.version, row.withdrawn_at is None) for row in rows] == [(1, False), (2, True)]
    first.refresh_from_db()
    assert first.state == State.REPLACED


def test_the_same_content_is_not_prepared_twice_even_on_another_day(promised: list[str]) -> None:
    actions.release(number=one().pk, actor=RELEASER)
    again = actions.prepare_matters(codes=["A08"], on=ON.replace(day=20), actor=PREPARER)
    assert (again.prepared, len(again.unchanged)) == ([], 1)


def test_a_newer_draft_replaces_the_one_that_waits(
    promised: list[str], promise: Callable[..., Promise]
) -> None:
    older = one()
    promise("A08", 2)
    newer = one()
    older.refresh_from_db()
    assert older.state == State.REPLACED
    with pytest.raises(MoveRefused):
        actions.release(number=older.pk, actor=RELEASER)
    assert actions.release(number=newer.pk, actor=RELEASER).payload["promised"]["days"] == 2


def test_withdrawing_needs_a_reason_and_leaves_nothing_in_force(promised: list[str]) -> None:
    draft = one()
    actions.release(number=draft.pk, actor=RELEASER)
    with pytest.raises(ReleaseRefused, match="理由"):
        actions.withdraw(number=draft.pk, reason="  ", actor=RELEASER)
    actions.withdraw(number=draft.pk, reason="窗口搬迁", actor=RELEASER)
    assert not Disclosure.objects.filter(withdrawn_at=None).exists()
    assert actions.release(number=one().pk, actor=RELEASER).version == 2


def test_a_rejected_draft_never_goes_out(promised: list[str]) -> None:
    draft = one()
    actions.reject(number=draft.pk, reason="窗口写错了", actor=RELEASER)
    with pytest.raises(MoveRefused):
        actions.release(number=draft.pk, actor=RELEASER)
    assert not Disclosure.objects.exists()


def test_a_tampered_payload_is_not_released(promised: list[str]) -> None:
    draft = one()
    Draft.objects.filter(pk=draft.pk).update(payload={**draft.payload, "window": "别处"})
    with pytest.raises(ReleaseRefused, match="摘要值"):
        actions.release(number=draft.pk, actor=RELEASER)


def test_a_mobile_number_stops_only_its_own_draft(
    promised: list[str], promise: Callable[..., Promise]
) -> None:
    promise("A08", window="6 号窗口，王某 138 0047 1234")
    promise("A10", office_phone="13900471234")
    outcome = actions.prepare_matters(on=ON, actor=PREPARER)
    assert len(outcome.refused) == 2
    assert all("手机号码" in sentence for sentence in outcome.refused)
    assert {"A08", "A10"}.isdisjoint(draft.key for draft in outcome.prepared)


def test_the_neighbour_has_neither_the_drafts_nor_the_record(
    promised: list[str], dalate: Tenant
) -> None:
    actions.release(number=one().pk, actor=RELEASER)
    with visiting(dalate):
        assert not Draft.objects.exists()
        assert not Disclosure.objects.exists()


def test_a_projects_public_progress_says_nothing_internal(project: Project) -> None:
    draft = actions.prepare_projects(numbers=[project.number], on=ON, actor=PREPARER).prepared[0]
    text = str(draft.payload)
    assert "资金紧张" not in text
    assert "国家安全" not in text
    assert sum(stage["total"] for stage in draft.payload["stages"]) > 5


def test_samples_release_everything_once(promised: list[str], project: Project) -> None:
    released = release_samples(on=ON, preparer=PREPARER, releaser=RELEASER)
    assert released == len(promised) - 1 + 2
    assert release_samples(on=ON, preparer=PREPARER, releaser=RELEASER) == 0
    kinds = Disclosure.objects.filter(withdrawn_at=None).values_list("kind", flat=True)
    assert set(kinds) == {"matter", "mechanism", "project"}
