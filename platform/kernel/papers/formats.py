"""Which files are taken (附件格式): told by name and by what is in them, within a size.

Packages are looked into as far as their table of contents: nothing is unpacked.
"""

import io
import zipfile
from dataclasses import dataclass

from kernel.papers.characters import seen
from kernel.refusal import Refused

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 200
#: Bounds of a package's table of contents: entries, bytes once unpacked, and how often over its size.
MOST_ENTRIES, LARGEST_UNPACKED, MOST_PACKED = 5_000, 300 * 1024 * 1024, 200


@dataclass(frozen=True, slots=True)
class Format:
    """What a file with an extension is, what it begins with, and which entry its package must have."""

    media_type: str
    begins: bytes
    entry: str = ""


_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: dict[str, Format] = {
    "pdf": Format("application/pdf", b"%PDF-"),
    "docx": Format(f"{_OFFICE}.wordprocessingml.document", _ZIP, "word/document.xml"),
    "xlsx": Format(f"{_OFFICE}.spreadsheetml.sheet", _ZIP, "xl/workbook.xml"),
    "doc": Format("application/msword", _OLE),
    "xls": Format("application/vnd.ms-excel", _OLE),
    "wps": Format("application/octet-stream", _OLE),
    "et": Format("application/octet-stream", _OLE),
    "ofd": Format("application/octet-stream", _ZIP, "OFD.xml"),
    "zip": Format("application/zip", _ZIP),
    "png": Format("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Format("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": Format("image/jpeg", b"\xff\xd8\xff"),
}
TAKEN = "、".join(FORMATS)


class FileRefused(Refused):
    """The file can't be kept; the text is for whoever brought it."""


def name_of(given: str) -> str:
    """A file's own name without the folders before it. Raises `FileRefused` for a name that hides
    something."""
    name = given.replace("\\", "/").rpartition("/")[2].strip()
    shown = seen(name)
    if shown != name:
        raise FileRefused(
            f"附件名“{shown[:40]}”里有看不见的字符，可能掩盖真正的扩展名。请改名后再传。"
        )
    if not name.strip("."):
        raise FileRefused("附件没有文件名。请改名后再传。")
    if len(name) > LONGEST_NAME:
        raise FileRefused(f"附件名“{name[:40]}…”超过 {LONGEST_NAME} 个字。请改短文件名再传。")
    return name


def media_type_of(name: str, content: bytes) -> str:
    """The media type of a file by its name, once its bytes agree. Raises `FileRefused`."""
    name = name_of(name)
    extension = name.rpartition(".")[2].lower()
    if not content:
        raise FileRefused(f"附件“{name}”是空文件。请重新选择。")
    if len(content) > LARGEST:
        raise FileRefused(f"附件“{name}”超过 20 MB。请压缩或者拆分后再传。")
    if extension not in FORMATS:
        raise FileRefused(f"附件“{name}”的格式不能收。可收的格式：{TAKEN}。")
    form = FORMATS[extension]
    if not content.startswith(form.begins):
        raise _not_one(name, extension)
    if form.begins == _ZIP:
        _look_into(name, extension, form.entry, content)
    return form.media_type


# Inside ------------------------------------------------------------------------------------------


def _look_into(name: str, extension: str, entry: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            listed = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as fault:
        raise _not_one(name, extension) from fault
    unpacked = sum(item.file_size for item in listed)
    if len(listed) > MOST_ENTRIES or unpacked > min(LARGEST_UNPACKED, MOST_PACKED * len(content)):
        raise FileRefused(f"附件“{name}”解开以后过大，不能收。请拆分或者重新打包再传。")
    names = {item.filename for item in listed}
    if entry and entry not in names:
        raise _not_one(name, extension)
    if any(item.endswith("vbaProject.bin") for item in names):
        raise FileRefused(f"附件“{name}”带有宏，不能收。请另存为不带宏的文件再传。")
    if any(item.startswith(("/", "\\")) or ".." in item.split("/") for item in names):
        raise FileRefused(f"附件“{name}”里有越出文件夹的路径，不能收。请重新打包再传。")


def _not_one(name: str, extension: str) -> FileRefused:
    return FileRefused(
        f"附件“{name}”的内容不是 {extension} 文件，可能已损坏或者改过扩展名。请重新导出再传。"
    )
