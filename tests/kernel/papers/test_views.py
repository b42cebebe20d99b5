"""A file is handed out to whom its room lets read it, and to nobody else."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.utils import ProgrammingError
from django.test import Client

from kernel.papers import attaching
from kernel.papers.models import Attachment
from kernel.trail import Actor
from tenants.gateway import visiting
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
CLERK = Actor(1, "某某（示例）", "机制办公室")
AT = datetime(2026, 1, 5, tzinfo=UTC)
NAME = "盖章件 50%\"'；.pdf"


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = {"drawer": lambda request, file: request.membership.role == "office"}
    monkeypatch.setattr(attaching, "_readers", readers)


@pytest.fixture
def kept(zhungeer: Tenant) -> Iterator[Attachment]:
    with visiting(zhungeer):
        yield attaching.keep(
            SimpleUploadedFile(NAME, b"%PDF-1.7 secret"), room="drawer", key="1", at=AT, actor=CLERK
        )


def test_the_file_comes_as_it_was_and_is_only_saved(
    kept: Attachment, zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    answer = console(zhungeer, member(zhungeer, "office")).get(f"/papers/{kept.token}/")
    assert answer.content == b"%PDF-1.7 secret"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%9B%96")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_others_are_not_told_that_it_exists(
    kept: Attachment,
    zhungeer: Tenant,
    dalate: Tenant,
    member: Callable[..., Any],
    console: Callable[..., Client],
) -> None:
    path = f"/papers/{kept.token}/"
    assert console(zhungeer, member(zhungeer, "department", "zrzy")).get(path).status_code == 404
    assert console(dalate, member(dalate, "office")).get(path).status_code == 404
    assert console(zhungeer, member(zhungeer, "office")).get("/papers/x/").status_code == 404


def test_a_room_without_a_reader_shows_nothing(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    with visiting(zhungeer):
        file = attaching.keep(
            SimpleUploadedFile("甲.pdf", b"%PDF-"), room="unknown", key="1", at=AT, actor=CLERK
        )
    answer = console(zhungeer, member(zhungeer, "office")).get(f"/papers/{file.token}/")
    assert answer.status_code == 404


def test_a_file_that_is_kept_is_not_changed(kept: Attachment) -> None:
    kept.name = "另一个.pdf"
    with pytest.raises(ProgrammingError, match="permission denied"):
        kept.save()
