"""The annual list is read from workbooks as offices keep them; every bad cell is named."""

import io
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflows.catalogue.combing import load_standard
from workflows.projects.intake.sheets import Cell, Sheet
from workflows.projects.samples.make_samples import CLEAN, DIRTY, FAULTS, PROJECTS
from workflows.projects.workbook import (
    Issue,
    Limits,
    ParsedRow,
    ReadList,
    Words,
    WorkbookRefused,
    read_list,
    read_sheets,
)

WORDS = Words.of(load_standard(), places={"准格尔经济开发区": "150622"})
HEAD = ("项目名称", "建设单位", "旗区", "类型", "总投资（万元）", "开工时间")
GOOD: tuple[Cell, ...] = ("甲项目", "甲公司", "准旗", "备案", 120_000, "2026年4月15日")

Merges = list[tuple[tuple[int, int], tuple[int, int]]]


def grid(*rows: tuple[Cell, ...], name: str = "清单", merges: Merges | None = None) -> Sheet:
    width = max(map(len, rows))
    square = [[*row, *[""] * (width - len(row))] for row in rows]
    return Sheet(name, True, len(rows), width, square, merges or [])


def read_grid(*rows: tuple[Cell, ...], merges: Merges | None = None) -> ReadList:
    return read_sheets((grid(*rows, merges=merges),), filename="清单.xlsx", words=WORDS)


def read_one(heading: str, cell: Cell, *, title: str = "准格尔旗2026年项目清单") -> ParsedRow:
    """The good row with the cell under ``heading`` replaced or added."""
    known = dict(zip(HEAD, GOOD, strict=True)) | {heading: cell}
    return read_grid((title,), tuple(known), tuple(known.values())).rows[0]


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        fill(workbook)
    return target.getvalue()


def errors(found: ReadList | ParsedRow) -> list[Issue]:
    return [issue for issue in found.issues if issue.severity == "error"]


# ---------------------------------------------------------------- 样例


def test_the_clean_sample_is_read_whole() -> None:
    found = read_list(CLEAN.read_bytes(), filename=CLEAN.name, words=WORDS)
    assert (found.title, found.year) == ("准格尔旗2026年计划新开工重点项目清单", 2026)
    assert found.errors == ()
    assert len(found.facts) == len(PROJECTS) == 12
    flagship = found.facts[0]
    assert flagship.name == "准格尔煤基新材料一体化项目（示例）"
    assert flagship.project_code == "2509-150622-04-01-203841"
    assert (flagship.investment_wan, flagship.planned_start_on, flagship.kind) == (
        Decimal(468_000),
        date(2026, 4, 15),
        "verification",
    )
    assert (flagship.land_ha, flagship.earthwork_m3) == (Decimal("86.5"), Decimal(1_426_000))
    assert flagship.features >= {"hazardous_chemicals", "lightning", "minerals", "water_intake"}
    assert (flagship.industry, flagship.admission_claim) == ("chemical", "investment")
    assert [(row.reason, row.row) for row in found.skipped] == [
        ("分类标题", 5),
        ("分类标题", 10),
        ("分类标题", 15),
        ("合计行", 20),
        ("空行", 21),
        ("说明行", 22),
    ]
    assert found.other_sheets == ("Sheet2：空表", "选项：隐藏")


def test_the_clean_sample_starts_projects_in_both_half_years() -> None:
    facts = read_list(CLEAN.read_bytes(), filename=CLEAN.name, words=WORDS).facts
    assert {fact.planned_start_on.month <= 6 for fact in facts} == {True, False}


def test_every_fault_of_the_dirty_sample_is_named_with_its_cell_and_a_cure() -> None:
    found = read_list(DIRTY.read_bytes(), filename=DIRTY.name, words=WORDS)
    assert len(found.errors) == len(FAULTS)
    assert {(issue.heading, issue.value) for issue in found.errors} == {
        (heading, str(value)) for _, heading, value in FAULTS
    }
    assert all(issue.cure and issue.column and issue.sheet for issue in found.errors)
    assert len(found.facts) == 3


def test_an_issue_reads_as_one_sentence() -> None:
    (issue,) = errors(read_one("开工时间", "4月底"))
    assert str(issue) == (
        "工作表“清单”第3行F列（开工时间）“4月底”不是确定的日子；请填写具体日期，例如 2026年4月15日。"
    )


def test_the_samples_are_what_their_script_makes(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from workflows.projects.samples.make_samples import PROJECTS, write_list\n"
        f"write_list(Path({str(tmp_path / 'again.xlsx')!r}), PROJECTS)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)
    assert (tmp_path / "again.xlsx").read_bytes() == CLEAN.read_bytes()


# ---------------------------------------------------------------- 单元格


@pytest.mark.parametrize(
    ("heading", "cell", "wan"),
    [
        ("总投资（万元）", 468_000, "468000"),
        ("总投资（万元）", "468,000", "468000"),
        ("总投资（万元）", "４６８０００", "468000"),
        ("总投资（万元）", "46.8亿", "468000"),
        ("总投资（万元）", "46.8 亿元", "468000"),
        ("总投资（万元）", "人民币468000万元", "468000"),
        ("总投资（亿元）", 46.8, "468000"),
        ("总投资（亿元）", 0.1 + 0.2, "3000"),
        ("总投资/亿元", "1.23456789", "12345.68"),
        ("总投资：元", "4680000000", "468000"),
        ("总投资(单位:亿元)", 46.8, "468000"),
    ],
)
def test_money_is_brought_to_ten_thousand_yuan_exactly(heading: str, cell: Cell, wan: str) -> None:
    row = dict(zip(HEAD, GOOD, strict=True))
    del row["总投资（万元）"]
    found = read_grid((*row, heading), (*row.values(), cell))
    assert found.errors == ()
    assert found.facts[0].investment_wan == Decimal(wan)


@pytest.mark.parametrize(
    "cell", [-5, 0, "约3亿", "3亿以上", "46.8亿美元", "四十六亿", True, 10**15, "1,2,3", "1e5"]
)
def test_money_that_is_not_one_sure_figure_is_refused(cell: Cell) -> None:
    (issue,) = errors(read_one("总投资（万元）", cell))
    assert issue.column == "E"
    assert issue.cure


@pytest.mark.parametrize("heading", ["总投资", "总投资（万元/亿元）"])
def test_a_heading_without_one_sure_unit_is_an_error_of_the_header(heading: str) -> None:
    found = read_grid((*HEAD[:4], heading, HEAD[5]), GOOD)
    (issue,) = found.errors
    assert "没有写明单位" in issue.message
    assert issue.row == 1


def test_a_unit_line_above_the_header_serves_columns_without_a_unit() -> None:
    found = read_grid(
        ("2026年清单",),
        ("单位：亿元、亩",),
        (*HEAD[:4], "总投资", HEAD[5], "用地面积"),
        (*GOOD[:4], 12, GOOD[5], 1500),
    )
    assert found.errors == ()
    assert (found.facts[0].investment_wan, found.facts[0].land_ha) == (
        Decimal(120_000),
        Decimal(100),
    )


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("用地面积（亩）", 15, Decimal(1)),
        ("用地面积（公顷）", "7.5亩", Decimal("0.5")),
        ("占地面积（㎡）", 25_000, Decimal("2.5")),
        ("用地面积（公顷）", "/", None),
    ],
)
def test_land_is_brought_to_hectares(heading: str, cell: Cell, value: Decimal | None) -> None:
    values = read_one(heading, cell).values
    assert values is not None
    assert values.land_ha == value


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [("土石方（万m³）", 12.5, 125_000), ("土石方量（立方米）", "3万方", 30_000)],
)
def test_earthwork_is_brought_to_cubic_metres(heading: str, cell: Cell, value: int) -> None:
    values = read_one(heading, cell).values
    assert values is not None
    assert values.earthwork_m3 == value


@pytest.mark.parametrize(
    "cell",
    [
        *("2026年4月15日", "2026年4月15号", "2026.4.15", "2026/4/15", "2026-04-15", "20260415"),
        *(" 2026 年 4 月 15 日", "２０２６．４．１５", "2026-04-15 00:00:00", "4月15日"),
        *(46127, 46127.0, "46127", 20260415, date(2026, 4, 15), datetime(2026, 4, 15, 8)),  # noqa: DTZ001
    ],
)
def test_a_day_is_read_in_every_form_offices_use(cell: Cell) -> None:
    values = read_one("开工时间", cell).values
    assert values is not None
    assert values.planned_start_on == date(2026, 4, 15)
    assert type(values.planned_start_on) is date


@pytest.mark.parametrize("cell", ["2026年4月", "2026.4", "2026年4月份", 2026.4])
def test_a_month_becomes_its_first_day_and_the_clerk_is_told(cell: Cell) -> None:
    row = read_one("开工时间", cell)
    assert row.values is not None
    assert row.values.planned_start_on == date(2026, 4, 1)
    assert "按当月1日登记" in row.issues[0].message


@pytest.mark.parametrize(
    "cell",
    [
        *("4月底", "2026年4月底", "2026年二季度", "上半年", "待定", "2026年4月上旬", "2026"),
        *("2026年2月29日", "2026年13月1日", "1899年1月1日", 2026.1, 2026, 5, True, -1, 1e300),
    ],
)
def test_a_day_that_is_vague_or_impossible_is_refused_with_an_example(cell: Cell) -> None:
    (issue,) = errors(read_one("开工时间", cell))
    assert "2026年4月15日" in issue.cure


def test_a_day_without_a_year_needs_a_list_with_one() -> None:
    assert errors(read_one("开工时间", "4月15日", title="项目清单"))


def test_a_start_outside_the_year_of_the_list_is_remarked() -> None:
    row = read_one("开工时间", "2027年4月15日")
    assert row.values is not None
    assert "不是清单年度2026年" in row.issues[0].message


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("备案", "filing"),
        ("企业投资核准", "verification"),
        ("政府投资", "government"),
        ("审批制", "government"),
    ],
)
def test_the_kind_is_read_by_its_word(cell: str, kind: str) -> None:
    values = read_one("类型", cell).values
    assert values is not None
    assert values.kind == kind


def test_a_park_of_the_tenant_counts_for_its_banner() -> None:
    values = read_one("旗区", "准格尔经济开发区大路片区").values
    assert values is not None
    assert (values.region_code, values.place) == ("150622", "准格尔经济开发区大路片区")


def test_a_code_kept_as_a_number_has_lost_its_end() -> None:
    (issue,) = errors(read_one("项目代码", 2.60115062204012e19))
    assert "文本格式" in issue.cure


@pytest.mark.parametrize(
    ("cell", "marked"), [("√", True), ("是", True), ("否", False), ("", False)]
)
def test_a_feature_column_is_marked_in_many_ways(cell: str, marked: bool) -> None:
    values = read_one("占用林地", cell).values
    assert values is not None
    assert ("forest" in values.features) is marked


def test_features_in_one_cell_may_hold_separators_themselves() -> None:
    values = read_one("涉及事项", "矿山、金属冶炼等，占用林地;取用水\n涉及文物").values
    assert values is not None
    assert values.features == {"high_risk", "forest", "water_intake", "heritage"}


def test_an_unknown_industry_is_remarked_and_left_open() -> None:
    row = read_one("行业", "影视")
    assert row.values is not None
    assert row.values.industry == ""
    assert row.issues[0].severity == "warning"


def test_control_characters_never_reach_the_facts() -> None:
    values = read_one("项目名称", "甲\x00项\u200b目\n二期 ").values
    assert values is not None
    assert values.name == "甲项目二期"


# ---------------------------------------------------------------- 表样


def test_a_two_row_merged_header_gives_each_column_its_group() -> None:
    found = read_grid(
        ("准格尔旗2026年项目清单", *[""] * 7),
        ("序号", "项目", "", "项目单位", "投资（亿元）", "", "计划", "旗区"),
        ("", "名称", "类型", "名称", "总投资", "年度投资", "开工时间", ""),
        (1, "甲项目", "备案", "甲公司", 12, 3, "2026年4月15日", "准旗"),
        merges=[
            *(((0, 0), (0, 7)), ((1, 0), (2, 0)), ((1, 1), (1, 2))),
            *(((1, 4), (1, 5)), ((1, 7), (2, 7))),
        ],
    )
    assert found.errors == ()
    (fact,) = found.facts
    assert (fact.name, fact.owner_name, fact.investment_wan) == (
        "甲项目",
        "甲公司",
        Decimal(120_000),
    )
    assert [issue.heading for issue in found.warnings if "未读" in issue.message] == ["年度投资"]


def test_rows_that_are_no_project_are_skipped_and_named() -> None:
    found = read_grid(
        HEAD,
        ("一、工业项目",),
        GOOD,
        ("",),
        HEAD,
        ("小计", "", "", "", 120_000),
        ("合计：1个", "", "", "", 120_000),
        ("备注：单位为万元",),
        ("填报人：",),
    )
    assert [row.reason for row in found.skipped] == [
        *("分类标题", "空行", "重复的表头", "合计行", "合计行", "说明行", "说明行")
    ]
    assert len(found.facts) == 1


def test_a_name_or_code_that_stands_twice_names_both_rows() -> None:
    head = (*HEAD, "项目代码")
    found = read_grid(
        head,
        (*GOOD, "2601-150622-04-01-123456"),
        ("乙项目", *GOOD[1:], "26011506220401123456"),
        ("甲 项目", *GOOD[1:], ""),
    )
    first, second = found.errors
    assert (first.row, first.heading) == (3, "项目代码")
    assert "第2行和第3行" in first.cure
    assert (second.row, second.heading) == (4, "项目名称")
    assert "第2行和第4行" in second.cure


def test_two_columns_for_one_field_are_an_error_of_the_header() -> None:
    found = read_grid((*HEAD, "总投资额（亿元）"), (*GOOD, 12))
    (issue,) = found.errors
    assert "与E列重复" in issue.message


def test_a_second_list_in_the_file_is_named_as_not_read() -> None:
    sheets = (grid(HEAD, GOOD, name="甲"), grid(HEAD, GOOD, name="乙"))
    found = read_sheets(sheets, filename="清单.xlsx")
    assert found.sheet == "甲"
    assert found.other_sheets == ("乙：也有清单表头，本次未读",)


# ---------------------------------------------------------------- 整份退回


def test_missing_columns_are_named() -> None:
    with pytest.raises(WorkbookRefused, match="缺少栏目“建设地点”、“总投资”"):
        read_grid(
            ("项目名称", "建设单位", "类型", "开工时间"), (GOOD[0], GOOD[1], GOOD[3], GOOD[5])
        )


@pytest.mark.parametrize(
    ("rows", "words"),
    [([("会议纪要",), ("甲", "乙")], "没有找到清单表头"), ([HEAD, ("合计",)], "没有项目")],
)
def test_a_sheet_without_header_or_projects_is_refused(
    rows: list[tuple[Cell, ...]], words: str
) -> None:
    with pytest.raises(WorkbookRefused, match=words):
        read_grid(*rows)


def refusal(source: bytes, **limits: int) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        read_list(source, filename="清单.xlsx", limits=Limits(**limits))
    return str(caught.value)


def test_what_is_no_workbook_is_refused_in_one_sentence() -> None:
    clean = CLEAN.read_bytes()
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("content.xml", "<x/>")
    assert "是空的" in refusal(b"")
    assert "不是 Excel" in refusal("项目名称,总投资".encode())
    assert "打开密码" in refusal(encrypted)
    assert "不是 .xlsx" in refusal(archive.getvalue())
    assert "已损坏" in refusal(clean[: len(clean) // 2])
    assert "已损坏" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "超过0MB" in refusal(clean, max_bytes=1000)


def test_a_workbook_that_unpacks_too_large_is_refused_before_it_is_opened() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/workbook.xml", "<workbook/>")
        z.writestr("xl/worksheets/sheet1.xml", bytes(20 * 2**20))
    assert len(archive.getvalue()) < 2**16
    assert "展开后过大" in refusal(archive.getvalue(), max_unpacked=10 * 2**20)


def test_one_far_cell_cannot_take_the_memory_of_the_server() -> None:
    def far(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "近")
        sheet.write(1_048_575, 16_383, "远")

    source = book(far)
    assert len(source) < 10_000
    assert "展开后过大" in refusal(source)


def test_too_many_rows_columns_or_sheets_are_refused_with_their_number() -> None:
    assert "用到第20行、A列，最多读10行" in refusal(
        book(lambda b: b.add_worksheet().write(19, 0, "x")), max_rows=10
    )
    assert "用到第1行、AA列" in refusal(
        book(lambda b: b.add_worksheet().write(0, 26, "x")), max_columns=20
    )
    assert "有3个工作表，最多读2个" in refusal(
        book(lambda b: [b.add_worksheet() for _ in range(3)]), max_sheets=2
    )


# ---------------------------------------------------------------- 旧格式


def old_workbook(rows: list[tuple[Cell, ...]]) -> bytes:
    """A minimal BIFF8 workbook in a compound file, as .xls and .et are."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(value: str) -> bytes:
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str):
                cells += record(0x0204, at + text(value))
            else:
                cells += record(0x0203, at + struct.pack("<d", value))
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    end = record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += record(0x0200, size) + cells + end
    start = record(0x0809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    name = struct.pack("<BB", 2, 1) + "清单".encode("utf-16-le")
    offset = len(start) + 4 + 6 + len(name) + len(end)
    globals_ = start + record(0x0085, struct.pack("<IH", offset, 0) + name) + end
    stream = (globals_ + sheet).ljust(4096, b"\0")
    stream = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    sectors = len(stream) // 512

    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [*range(3, sectors + 2), last]
    fat = [table, last, *chain]
    fat += [free] * (128 - len(fat))

    def entry(title: str, kind: int, child: int, first: int, length: int) -> bytes:
        wide = (title + "\0").encode("utf-16-le")
        return (
            wide.ljust(64, b"\0")
            + struct.pack("<HBB", len(wide), kind, 1)
            + struct.pack("<III", free, free, child)
            + bytes(36)
            + struct.pack("<IQ", first, length)
        )

    directory = entry("Root Entry", 5, 1, last, 0) + entry("Workbook", 2, free, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + struct.pack("<128I", *fat) + directory.ljust(512, b"\0") + stream


def test_the_old_format_of_excel_and_wps_is_read_too() -> None:
    source = old_workbook([("准格尔旗2026年项目清单",), HEAD, (*GOOD[:4], 120_000.0, 46127.0)])
    found = read_list(source, filename="清单.et", words=WORDS)
    assert found.errors == ()
    assert found.facts[0].investment_wan == 120_000
    assert found.facts[0].planned_start_on == date(2026, 4, 15)


# ---------------------------------------------------------------- 乱写


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_bring_a_list_or_a_refusal(seed: int) -> None:
    source = mutated(random.Random(seed))
    found = list_or_refusal(lambda: read_list(source, filename="清单.xlsx", words=WORDS))
    assert isinstance(found, ReadList) or found.endswith("。")


def list_or_refusal(read: Callable[[], ReadList]) -> ReadList | str:
    try:
        return read()
    except WorkbookRefused as refused:
        return str(refused)


def mutated(chance: random.Random) -> bytes:
    """The sample, or its unpacked parts zipped again, with some bytes changed, cut or doubled."""
    if chance.random() < 0.5:
        return spoiled(CLEAN.read_bytes(), chance)
    target = io.BytesIO()
    with zipfile.ZipFile(CLEAN) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, spoiled(content, chance) if chance.random() < 0.3 else content)
    return target.getvalue()


def spoiled(source: bytes, chance: random.Random) -> bytes:
    content = bytearray(source)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content) or 1)
        length = chance.choice((1, 1, 2, 8, 64))
        match chance.randrange(4):
            case 0:
                content[place : place + length] = chance.randbytes(length)
            case 1:
                del content[place : place + length]
            case 2:
                content[place:place] = content[place : place + length]
            case _:
                content[place : place + 1] = chance.choice((b"9", b"-", b"\0", b"<", b"A", b"\xff"))
    return bytes(content)


CELLS = st.one_of(
    st.text(max_size=30),
    st.integers(-(10**18), 10**18),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(
        [*HEAD, *GOOD, "合计", "注：", "46.8亿", "√", "2026.4", "取用水、占用林地", "亿元"]
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(CELLS, min_size=14, max_size=14), max_size=8),
    merges=st.lists(
        st.tuples(
            st.tuples(st.integers(0, 9), st.integers(0, 15)),
            st.tuples(st.integers(0, 9), st.integers(0, 15)),
        ),
        max_size=3,
    ),
    headed=st.booleans(),
)
def test_any_cells_bring_a_list_or_a_refusal(
    rows: list[list[Cell]], merges: Merges, headed: bool
) -> None:
    extra = (
        "项目代码",
        "信用代码",
        "用地面积（亩）",
        "土石方",
        "涉及事项",
        "占用林地",
        "行业",
        "备注",
    )
    top: list[list[Cell]] = [["2026年清单", *[""] * 13], [*HEAD, *extra]] if headed else []
    cells = [*top, *rows]
    sheet = Sheet("清单", True, len(cells), 14 if cells else 0, cells, merges)
    found = list_or_refusal(lambda: read_sheets((sheet,), filename="清单.xlsx", words=WORDS))
    for fact in found.facts if isinstance(found, ReadList) else ():
        assert fact.name
        assert fact.investment_wan > 0
        assert "\0" not in fact.name + fact.owner_name + fact.content + fact.note + fact.place
