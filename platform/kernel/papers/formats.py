"""Which files are taken (附件格式): told by name and by their first bytes, within a size."""

from kernel.refusal import Refused

LARGEST = 20 * 1024 * 1024
#: Extension: media type, and what the file must begin with.
FORMATS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
    ),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    "doc": ("application/msword", b"\xd0\xcf\x11\xe0"),
    "xls": ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0"),
    "wps": ("application/octet-stream", b"\xd0\xcf\x11\xe0"),
    "et": ("application/octet-stream", b"\xd0\xcf\x11\xe0"),
    "ofd": ("application/octet-stream", b"PK\x03\x04"),
    "zip": ("application/zip", b"PK\x03\x04"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
}


class FileRefused(Refused):
    """The file can't be kept; the text is for whoever brought it."""


def media_type_of(name: str, content: bytes) -> str:
    """The media type of a file by its name, once its bytes agree. Raises `FileRefused`."""
    extension = name.rpartition(".")[2].lower()
    if not content:
        raise FileRefused(f"附件“{name}”是空文件。请重新选择。")
    if len(content) > LARGEST:
        raise FileRefused(f"附件“{name}”超过 20 MB。请压缩或者拆分后再传。")
    if len(name) > 200:
        raise FileRefused(f"附件名“{name[:40]}…”超过 200 个字。请改短文件名再传。")
    if extension not in FORMATS:
        taken = "、".join(FORMATS)
        raise FileRefused(f"附件“{name}”的格式不能收。可收的格式：{taken}。")
    media_type, begins = FORMATS[extension]
    if not content.startswith(begins):
        raise FileRefused(
            f"附件“{name}”的内容不是 {extension} 文件，可能已损坏或者改过扩展名。请重新导出再传。"
        )
    return media_type
