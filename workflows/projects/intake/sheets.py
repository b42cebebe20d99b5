"""开表：opens a workbook of unknown origin safely and hands out its sheets."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

#: What calamine knows of a cell: text, number, yes/no or day; "" when empty.
Cell = str | int | float | bool | date


class WorkbookRefused(Exception):
    """The whole file cannot be read; the text is one Chinese sentence with the cure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """读取上限：what one upload may cost."""

    max_bytes: int = 20 * 2**20
    max_unpacked: int = 200 * 2**20
    max_sheets: int = 30
    max_rows: int = 10_000
    max_columns: int = 200
    memory: int = 2**30
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """工作表: cells as rows from A1; merges as 0-based ((top, left), (bottom, right))."""

    name: str
    visible: bool
    height: int
    width: int
    rows: list[list[Cell]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]]


_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请在 WPS 或 Excel 中打开原表，另存为 .xlsx 后重新上传"
_TOO_LARGE = (
    "展开后过大，可能在很远的行或列留有内容；请把清单复制到新建的空白工作簿，保存后重新上传"
)


def open_sheets(
    source: bytes, *, filename: str, limits: Limits, holds: str = "项目清单"
) -> tuple[Sheet, ...]:
    """Every worksheet of an .xlsx, .xls or .et file; ``holds`` is what the clerk calls its content.

    Raises ``WorkbookRefused`` and nothing else.
    """
    _refuse_at_the_door(source, filename=filename, limits=limits, holds=holds)
    child = Path(__file__).with_name("unpack.py")
    numbers = (
        limits.memory,
        limits.seconds,
        limits.max_sheets,
        limits.max_rows,
        limits.max_columns,
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own script, and no shell
            [sys.executable, "-I", str(child), *map(str, numbers)],
            input=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds * 2,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise WorkbookRefused(f"文件“{filename}”读取超时，未作任何改动；{_SAVE_AS}。") from None
    if done.returncode < 0:  # ended by its limits
        raise WorkbookRefused(f"文件“{filename}”{_TOO_LARGE}。")
    try:
        answer = json.loads(done.stdout, object_hook=_day)
    except ValueError:
        answer = {"refused": "damaged"}
    match answer.get("refused"):
        case None:
            return tuple(Sheet(**sheet) for sheet in answer["sheets"])
        case "encrypted":
            raise WorkbookRefused(_encrypted(filename))
        case "sheets":
            raise WorkbookRefused(
                f"文件“{filename}”有{answer['found']}个工作表，最多读{limits.max_sheets}个；"
                f"请只留{holds}所在的工作表后重新上传。"
            )
        case _:
            raise WorkbookRefused(_damaged(filename))


def _refuse_at_the_door(source: bytes, *, filename: str, limits: Limits, holds: str) -> None:
    if not source:
        raise WorkbookRefused(f"文件“{filename}”是空的；请重新选择{holds}。")
    if len(source) > limits.max_bytes:
        raise WorkbookRefused(
            f"文件“{filename}”超过{limits.max_bytes // 2**20}MB；请删去图片和无关工作表后重新上传。"
        )
    if source.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in source:
            raise WorkbookRefused(_encrypted(filename))
        return
    if not source.startswith(_ZIP):
        raise WorkbookRefused(f"文件“{filename}”不是 Excel 或 WPS 表格工作簿；{_SAVE_AS}。")
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
        raise WorkbookRefused(_damaged(filename)) from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names or names & {"content.xml", "xl/workbook.bin"}:
        raise WorkbookRefused(f"文件“{filename}”不是 .xlsx、.xls 或 .et 表格；{_SAVE_AS}。")
    if sum(member.file_size for member in members) > limits.max_unpacked:
        raise WorkbookRefused(f"文件“{filename}”{_TOO_LARGE}。")


def _day(value: dict[str, Any]) -> object:
    return date.fromisoformat(value["day"]) if value.keys() == {"day"} else value


def _encrypted(filename: str) -> str:
    return f"文件“{filename}”加了打开密码；请取消密码保护、另存后重新上传。"


def _damaged(filename: str) -> str:
    return f"文件“{filename}”不完整或已损坏，无法读取；{_SAVE_AS}。"
