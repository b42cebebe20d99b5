"""Files are taken by what is in them, and refused with a sentence that names them."""

import io
import zipfile

import pytest

from kernel.papers import formats
from kernel.papers.docx import docx_bytes
from kernel.papers.formats import FileRefused, media_type_of, name_of
from kernel.papers.pdf import pdf_bytes
from tests.kernel.papers.papers import paper

#: Of every entry: a case is known by its bytes, which must not change while tests are collected.
DAY = (2026, 1, 1, 0, 0, 0)


def package(*names: str, **contents: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in names:
            info = zipfile.ZipInfo(name, DAY)
            new.writestr(info, contents.get("content", b"x"), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def test_our_own_papers_are_taken() -> None:
    assert media_type_of("交办单.pdf", pdf_bytes(paper())) == "application/pdf"
    assert media_type_of("交办单.DOCX", docx_bytes(paper())).endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("表.xlsx", package("xl/workbook.xml")),
        ("件.ofd", package("OFD.xml", "Doc_0/Document.xml")),
        ("件.zip", package("甲.pdf", "乙/丙.docx")),
        ("章.png", b"\x89PNG\r\n\x1a\n..."),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."),
    ],
)
def test_what_offices_send_is_taken(name: str, content: bytes) -> None:
    assert media_type_of(name, content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("空.pdf", b"", "空文件"),
        ("页.html", b"<script>", "格式不能收"),
        ("图.svg", b"<svg>", "格式不能收"),
        ("假.pdf", b"MZ\x90\x00", "内容不是 pdf"),
        ("假.docx", package("xl/workbook.xml"), "内容不是 docx"),
        ("假.xlsx", package("word/document.xml"), "内容不是 xlsx"),
        ("假.ofd", package("word/document.xml"), "内容不是 ofd"),
        ("断.zip", package("甲")[:30], "内容不是 zip"),
        ("宏.xlsx", package("xl/workbook.xml", "xl/vbaProject.bin"), "带有宏"),
        ("越.zip", package("../../etc/cron.d/x"), "越出文件夹"),
        ("无扩展名", b"%PDF-", "格式不能收"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(FileRefused, match=f"{name}.*{why}"):
        media_type_of(name, content)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = package("word/document.xml", content=bytes(40 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(FileRefused, match="解开以后过大"):
        media_type_of("弹.docx", bomb)


def test_a_package_of_countless_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_ENTRIES", 3)
    with pytest.raises(FileRefused, match="解开以后过大"):
        media_type_of("多.zip", package(*"甲乙丙丁"))


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "LARGEST", 10)
    with pytest.raises(FileRefused, match="超过 20 MB"):
        media_type_of("大.pdf", b"%PDF-" + b"0" * 10)


@pytest.mark.parametrize("given", ["C:\\某\\交办单.pdf", "/tmp/交办单.pdf", "..\\..\\交办单.pdf"])
def test_folders_before_a_name_are_left_out(given: str) -> None:
    assert name_of(given) == "交办单.pdf"


@pytest.mark.parametrize(
    "given",
    ["交办\u202efdp.exe", "甲\x00.pdf", "甲\u200b.pdf", "甲\r\nX: y.pdf", "字" * 300, "..", ""],
)
def test_a_name_that_hides_something_is_refused(given: str) -> None:
    with pytest.raises(FileRefused, match=r"改名|文件名|改短"):
        name_of(given)
