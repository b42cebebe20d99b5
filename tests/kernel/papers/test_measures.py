"""Titles break where a reader would, into lines of about one length."""

from itertools import pairwise

import pytest

from kernel.papers.measures import mark_fit, shares, title_lines, under_seal, width_of


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("一次性告知书", ["一次性告知书"]),
        (
            "关于交办大路园区烯烃项目前期手续审批任务的通知",
            ["关于交办大路园区烯烃项目", "前期手续审批任务的通知"],
        ),
        ("第一行\n第二行", ["第一行", "第二行"]),
    ],
)
def test_a_title_breaks_between_words(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines


@pytest.mark.parametrize("length", range(1, 90))
def test_a_title_of_any_length_loses_nothing_and_fits(length: int) -> None:
    title = ("关于推进准格尔旗重点项目联审联批工作的2026年第3次半月调度报告（示例）" * 3)[:length]
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(width_of(line) <= 19 for line in lines)
    assert not any(line[0] in "、，。）的〕" for line in lines[1:])
    assert not any(a[-1].isdigit() and b[0].isdigit() for a, b in pairwise(lines))


def test_a_mark_is_narrowed_first_and_made_smaller_then() -> None:
    assert mark_fit("准格尔旗联审办文件", "document") == (40.0, 1.0)
    size, scale = mark_fit("国" * 16, "document")
    assert size == 40.0
    assert 0.6 <= scale < 1
    assert mark_fit("国" * 40, "document")[0] < 40


def test_widths_are_kept_and_a_short_head_is_not_broken() -> None:
    assert shares((1, 3), ("编号", "事项"), 2) == [0.25, 0.75]
    narrow = shares((1, 20), ("序号", "事项"), 2)
    assert narrow[0] * 442 > 2 * 12 + 8
    assert sum(narrow) == pytest.approx(1)
    assert shares((1,), ("甲", "乙"), 2) == [0.5, 0.5]


def test_a_signer_broader_than_the_date_keeps_its_centre_until_the_edge() -> None:
    assert under_seal("2026年1月5日", "2026年1月5日") == 4
    assert under_seal("国" * 30, "2026年1月5日") == 0
