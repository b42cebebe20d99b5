"""Files are kept when they are what they say, and opened by whom their room lets in."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kernel.papers import attaching
from kernel.papers.attaching import attached, keep, register_reader
from kernel.papers.formats import LARGEST, FileRefused, media_type_of
from kernel.trail import Actor
from tenants.models import Tenant

CLERK = Actor(1, "某某（示例）", "机制办公室")
PDF = b"%PDF-1.7 example"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "是空文件"),
        ("大.pdf", PDF + b"0" * LARGEST, "超过 20 MB"),
        ("脚本.exe", b"MZ", "格式不能收"),
        ("无扩展名", PDF, "格式不能收"),
        ("改名.pdf", b"PK\x03\x04", "内容不是 pdf 文件"),
        ("页面.html", b"<html>", "格式不能收"),
        ("长" * 201 + ".pdf", PDF, "超过 200 个字"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_cure(
    name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(FileRefused, match=sentence) as refused:
        media_type_of(name, content)
    assert name[:10] in str(refused.value)
    assert str(refused.value).endswith("。")


@pytest.mark.django_db
def test_a_file_is_kept_under_its_room_without_the_path_it_came_with(
    zhungeer: Tenant, dalate: Tenant, in_tenant: Callable[..., Any]
) -> None:
    with in_tenant(zhungeer):
        upload = SimpleUploadedFile("../../etc/批复.pdf", PDF)
        kept = keep(upload, room="tests", key="part:1", at=timezone.now(), actor=CLERK)
        assert kept.name == "批复.pdf"
        assert [file.pk for file in attached("tests", "part:1")] == [kept.pk]
        assert not attached("tests", "part:2")
    with in_tenant(dalate):
        assert not attached("tests", "part:1")


@pytest.mark.django_db
def test_only_whom_the_room_lets_in_opens_a_file(
    zhungeer: Tenant,
    dalate: Tenant,
    in_tenant: Callable[..., Any],
    member: Callable[..., Any],
    console: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attaching, "_readers", {})
    register_reader("tests", lambda request, file: request.membership.role == "office")
    with in_tenant(zhungeer):
        kept, orphan = (
            keep(
                SimpleUploadedFile("批复.pdf", PDF),
                room=room,
                key="1",
                at=timezone.now(),
                actor=CLERK,
            )
            for room in ("tests", "nobody")
        )
    office = console(zhungeer, member(zhungeer, "office"))
    answer = office.get(f"/papers/{kept.token}/")
    assert b"".join(io.BytesIO(answer.content)) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert office.get(f"/papers/{orphan.token}/").status_code == 404
    helper = console(zhungeer, member(zhungeer, "helper"))
    assert helper.get(f"/papers/{kept.token}/").status_code == 404
    neighbour = console(dalate, member(dalate, "office"))
    assert neighbour.get(f"/papers/{kept.token}/").status_code == 404
