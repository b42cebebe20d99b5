"""One year (一年) in three tenants: from the list of October to the target of August, on the whole stack.

People fill the forms their pages offer, the schedule runs on the worker, every process lives on the day of
the chapter. Days are counted by hand from the notices for 2025 and 2026.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from kernel.papers.paper import Form, Paper, Para
from kernel.papers.pdf import pdf_bytes
from tests.browser.stack import City
from tests.other_side import listening
from tests.stories.desk import Desk
from workflows.meetings.lifecycle import SixStep
from workflows.projects import samples

pytestmark = pytest.mark.browser

At = Callable[..., Desk]
LIST = (Path(samples.__file__).parent / "list-2026-zhungeer.xlsx").read_bytes()
MINERALS = "ZGE-2026-001-10"
RECORD, PLANNING = "ZGE-2026-002-01", "ZGE-2026-002-02"
OBJECTED = "ZGE-2026-004"
NUMBERS = [f"ZGE-2026-{n:03d}" for n in range(1, 13)]


@pytest.fixture(scope="module")
def at(year_city: City) -> At:
    """The person's desk: ``at("zhunban")``, elsewhere ``at("dalaban", "dalate")``."""
    desks: dict[tuple[str, str], Desk] = {}

    def desk(user: str, host: str = "zhungeer") -> Desk:
        return desks.setdefault((user, host), Desk(year_city, host, user))

    return desk


def pdf_text(data: bytes) -> str:
    """The words of a document as they are printed, without breaks."""
    with closing(PdfDocument(data)) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split())


def letter_pdf(title: str) -> bytes:
    """A small document as departments send them."""
    return pdf_bytes(Paper(form=Form.LETTER, mark="示例单位", title=title, body=(Para("属实。"),)))


def option(desk: Desk, action: str, name: str, words: str) -> str:
    """The value of the choice that reads so, of a field of the form that leads to ``action``."""
    for choice in desk.choices(action, name):
        if words in choice[1]:
            return choice[0]
    raise AssertionError(f"no choice {words}: {desk.choices(action, name)}")


def promised(desk: Desk, procedure: str, *, due_on: str) -> None:
    """Let the map of an application come later, on a promise."""
    desk.open(f"/deficiency/new/{procedure}/")
    desk.send(
        f"/deficiency/new/{procedure}/",
        material="地形图（含电子件）",
        why="设计单位正在盖章",
        due_on=due_on,
        promised_by="项目单位负责人（示例）",
        promise_number="承诺〔2026〕1号",
        promise_text="按期交来与申请一致的地形图。",
        consequence="recorded",
        credit_clear="yes",
        credit_source="信用平台查询1号",
    )


# 一、十月：编制清单 -----------------------------------------------------------------------------------


def test_the_calendar_of_the_list_is_reckoned_back_from_october(year_city: City, at: At) -> None:
    """31 October is a Friday; ten working days before 24 October is Saturday the 11th, which is worked."""
    year_city.turn_to("2025-09-01 09:00")
    office = at("zhunban")
    office.open("/annual/")
    office.send("/annual/open/", year=2026)
    planned = {row[0]: row[1] for row in office.rows(table=0)}
    assert planned == {
        "启动征集": "9月1日",
        "项目申报截止": "9月28日",
        "送征求意见": "10月11日",
        "意见回复截止": "10月24日",
        "审定确认": "10月31日",
    }
    office.open("/annual/2026/move/start/")
    assert "征集申报" in office.send("/move/start/")
    assert "请在2025年9月28日以前报机制办公室" in at("zhunlcj").open("/notices/")


def test_the_list_is_imported_and_sent_to_the_departments(year_city: City, at: At) -> None:
    office = at("zhunban")
    year_city.turn_to("2025-09-26 10:00")
    office.open("/projects/import/")
    office.send("/projects/import/", files=[("file", "清单.xlsx", LIST)])
    assert "还没有写入任何内容" in office.words()
    office.send("/apply/")
    assert "新增12个" in office.words()
    year_city.turn_to("2025-09-28 16:00")
    office.open("/annual/2026/move/close_collecting/")
    office.send("/move/close_collecting/")
    year_city.turn_to("2025-10-11 09:30")
    office.open("/projects/list/2026/send/")
    assert "共 12 个，已办 12 个" in office.send("/send/")


def test_who_does_not_answer_is_chased_and_never_counted_as_agreeing(
    year_city: City, at: At
) -> None:
    year_city.turn_to("2025-10-15 10:00")
    for user in ("zhunzrzy", "zhunfgw"):
        desk = at(user)
        desk.open("/projects/comments/")
        while waiting := desk.offers("/comment/"):
            objects = OBJECTED in waiting[0] and user == "zhunzrzy"
            desk.send(
                waiting[0],
                opinion="object" if objects else "agree",
                text="选址压占永久基本农田，请调整。" if objects else "",
            )
    reminded = "提醒：回复征求意见（12个项目，未回复不算同意）（2026年度清单）"
    silent = at("zhunsthj")
    year_city.turn_to("2025-10-20 09:00")
    year_city.run_beat("chase-duties")
    assert reminded not in silent.open("/notices/")
    year_city.turn_to("2025-10-21 09:00")  # three working days before the 24th
    year_city.run_beat("chase-duties")
    assert silent.open("/notices/").count(reminded) == 1
    year_city.turn_to("2025-10-25 09:00")  # a Saturday
    year_city.run_beat("chase-duties")
    assert "催办：回复征求意见" not in silent.open("/notices/")
    year_city.turn_to("2025-10-27 09:00")
    year_city.run_beat("chase-duties")
    year_city.run_beat("chase-duties")
    assert silent.open("/notices/").count("催办：回复征求意见") == 1
    assert reminded not in at("zhunfgw").open("/notices/")
    assert "生态环境局 0 / 12 · 逾期 12" in at("zhunban").open("/annual/2026/replies/")


def test_the_list_is_confirmed_before_october_ends_and_issued(year_city: City, at: At) -> None:
    office = at("zhunban")
    year_city.turn_to("2025-10-30 10:00")
    page = office.open("/projects/list/2026/confirm/")
    assert "1 个项目还有不同意见没有处理，这次不办" in page
    assert "共 11 个，已办 11 个" in office.send("/confirm/")
    office.open("/annual/2026/comments/?opinion=object")
    handling = office.item("/projects/comments/")
    office.open(handling)
    office.send(handling, verdict="adopted", why="项目单位已调整红线，避让基本农田。")
    assert "避让基本农田" in at("zhunzrzy").open(f"/projects/{OBJECTED}/")
    office.open(f"/projects/{OBJECTED}/confirm/")
    office.send("/confirm/")
    office.open("/annual/2026/issue/")
    assert "第1版已印发" in office.send("/issue/")
    assert "摘要值" in office.words()
    office.open("/annual/2026/")
    assert "动态更新" in office.words()


# 二、十一月：报备，旗区园区各有各的清单 -----------------------------------------------------------------


def test_the_list_is_filed_and_the_city_acknowledges_it(year_city: City, at: At) -> None:
    year_city.turn_to("2025-11-03 09:00")
    office, city = at("zhunban"), at("shiban", "city")
    office.open("/filings/new/annual_list/?year=2026")
    assert "编号准格尔旗报〔2025〕1号" in office.send("/annual_list/send/")
    filed = office.at
    assert pdf_text(office.download(office.link("报备函 PDF"))).count("准格尔旗报〔2025〕1号") >= 1
    assert "准格尔旗2026年度项目清单" in city.open("/filings/inbox/")
    city.open(city.item("/filings/"))
    city.send("/acknowledge/")
    assert "已备案" in office.open(filed)


@pytest.mark.parametrize(
    ("host", "office", "land", "region"),
    [
        ("dalate", "dalaban", "dalazrzy", "150621"),
        ("zhungeer-jkq", "zhunban", "yuanzrzy", "150622"),
    ],
)
def test_each_neighbour_has_a_list_of_its_own(
    at: At, host: str, office: str, land: str, region: str
) -> None:
    desk = at(office, host)
    desk.open("/projects/new/?year=2026")
    desk.send(
        "/projects/new/",
        year=2026,
        name=f"{host}绿色甲醇项目（示例）",
        owner_name="示例能源有限公司",
        region_code=region,
        kind="filing",
        investment_wan=180000,
        planned_start_on="2026-05-01",
        features=["land_supply", "minerals"],
    )
    number = desk.at.removeprefix("/projects/").removesuffix("/")
    desk.open(f"/projects/{number}/move/send_for_comment/")
    desk.send("/send_for_comment/")
    other = at(land, host)
    other.open("/projects/comments/")
    other.send("/comment/", opinion="agree")
    desk.open(f"/projects/{number}/confirm/")
    desk.send("/confirm/")
    assert "已确认" in desk.open(f"/projects/{number}/")
    assert number not in at("zhunban").open("/projects/?year=2026")
    at("zhunban").open(f"/projects/{number}/", status=404)


# 三、一月：交办、督办、调度 --------------------------------------------------------------------------


def test_a_sheet_goes_to_two_departments_with_a_part_each(year_city: City, at: At) -> None:
    year_city.turn_to("2026-01-05 09:00")
    office, land, forest = at("zhunban"), at("zhunzrzy"), at("zhunlcj")
    office.open("/assignments/new/")
    office.send(
        "/assignments/new/",
        title="核定光伏治沙项目用地红线",
        source_kind="leader",
        source_words="副总召集人2026年1月4日批示",
        matter="用地红线与林草图斑不一致。",
        demand="核对图斑，出具书面意见。",
        due_on="2026-01-16",
        **{
            "parts-0-department_code": "zrzy",
            "parts-0-leads": "on",
            "parts-1-department_code": "lcj",
            "parts-1-demand": "核定草原图斑。",
        },
    )
    office.send("/hand-over/")
    assert "准格尔联审办交〔2026〕1号" in office.words()
    printed = pdf_text(office.download(office.link("交办单 PDF")))
    assert "关于核定光伏治沙项目用地红线的任务交办单" in printed
    assert "2026年1月16日" in printed
    sheet = office.at
    for desk in (land, forest):
        assert "核定光伏治沙项目用地红线" in desk.open("/notices/")
    year_city.turn_to("2026-01-06 10:00")
    land.open(sheet)
    land.send("/move/sign/")
    assert len(land.offers("/move/report/")) == 1  # its own part and no other
    year_city.turn_to("2026-01-08 10:00")
    assert "交办超过一个工作日，还没有签收。" in forest.open(sheet)


def test_an_extension_asked_in_time_moves_one_part_alone(year_city: City, at: At) -> None:
    office, land, forest = at("zhunban"), at("zhunzrzy"), at("zhunlcj")
    year_city.turn_to("2026-01-13 09:00")  # three working days before Friday the 16th
    year_city.run_beat("chase-duties")
    reminded = "提醒：核定光伏治沙项目用地红线"
    assert reminded in land.open("/notices/")
    assert reminded in forest.open("/notices/")
    year_city.turn_to("2026-01-14 09:00")
    forest.open("/assignments/")
    sheet = forest.item("/assignments/")
    land.open(sheet)
    land.send("/ask/", status=422, until_on="2026-01-24", reason="等待勘测成果")  # a Saturday
    assert "休息日。请改为2026年1月23日（周五）或者2026年1月26日（周一）。" in land.words()
    land.send("/ask/", until_on="2026-01-23", reason="等待勘测成果")
    office.open(sheet)
    office.send("/answer/", answer="granted")
    days = [part.get_text() for part in office.page.select("section[id^=part-] .push")]
    assert ["1月23日" in days[0], "1月16日" in days[1]] == [True, True]


def test_the_half_month_is_prepared_reviewed_by_another_issued_and_read(
    year_city: City, at: At
) -> None:
    year_city.turn_to("2026-01-16 08:30")
    year_city.run_beat()
    office, second, land = at("zhunban"), at("zhunban2"), at("zhunzrzy")
    office.open("/dispatch/")
    report = office.item("/dispatch/")
    land.open(report, status=404)  # not issued yet
    office.open(report)
    assert "清单项目 12 个" in office.words()
    office.send("/write/", problems="光伏治沙项目图斑不一致。", steps="月底前开会商会。")
    office.send("/submit/")
    assert not office.offers("/issue/")
    second.open(report)
    second.send("/issue/")
    assert "光伏治沙项目图斑不一致" in land.open(report)
    figure = next(link for link in land.links(f"{report}figures/") if "given" in link)
    assert "核定光伏治沙项目用地红线" in land.open(figure)


def test_the_report_and_a_measure_are_filed(year_city: City, at: At) -> None:
    office, land, city = at("zhunban"), at("zhunzrzy"), at("shiban", "city")
    office.open("/filings/new/half_month/")
    assert "报告还没有抄送成员单位。" in office.words()  # told, and not in the way
    filed = office.send("/half_month/send/")
    assert "准格尔旗2026年1月上半月调度报告" in filed
    city.open("/filings/inbox/")
    city.open(office.at)
    assert "摘要值一致" in city.words()
    assert "鄂联审备〔2026〕" in city.send("/acknowledge/")

    land.open("/filings/measures/new/")
    land.send(
        "/measures/new/",
        title="用地预审提速措施",
        document="准自然资发〔2026〕3号",
        dated_on="2026-01-12",
        effective_on="2026-02-01",
        tasks="压缩环节",
        goals="5 个工作日办结",
        duties="用地科科长负责",
        files=[("attachments", "措施.pdf", letter_pdf("用地预审提速措施"))],
    )
    land.send("/send/")
    measure = land.at
    office.open(measure)
    assert "用地预审提速措施" in office.words()
    office.send("/acknowledge/")
    assert "准联审备〔2026〕1号" in land.open(measure)
    city.open(measure, status=404)  # it stays with the banner


def test_who_is_late_is_chased_stage_by_stage_and_never_twice(year_city: City, at: At) -> None:
    """Due on Friday the 16th: the first, third and fifth working day after are the 19th, 21st and 23rd."""
    title = "核定光伏治沙项目用地红线"
    forest, land = at("zhunlcj"), at("zhunzrzy")
    inspector, convener = at("zhunducha"), at("zhunqizhang")
    for day, heard, told in (
        ("2026-01-17", "", []),  # a Saturday
        ("2026-01-19", "催办", [forest]),
        ("2026-01-20", "", []),
        ("2026-01-21", "督办", [forest, inspector]),
        ("2026-01-23", "报告召集人", [forest, inspector, convener]),
    ):
        year_city.turn_to(f"{day} 09:00")
        before = [desk.open("/notices/").count(title) for desk in (forest, inspector, convener)]
        year_city.run_beat("chase-duties")
        year_city.run_beat("chase-duties")
        for desk in told:
            assert desk.open("/notices/").count(f"{heard}：{title}") == 1, (day, desk.user)
        if not told:
            now = [desk.open("/notices/").count(title) for desk in (forest, inspector, convener)]
            assert now == before
    assert f"催办：{title}" not in land.open("/notices/")  # its day had been moved in time
    inspector.open("/supervision/")
    inspector.open(inspector.item("/supervision/"))
    assert ["催办", "1月19日", "1月19日", "准格尔联审办催〔2026〕1号"] in inspector.rows()
    inspector.open(inspector.link("准格尔联审办催〔2026〕1号"))
    letter = pdf_text(inspector.download(inspector.link("PDF")))
    assert title in letter


def test_nothing_is_written_off_without_evidence(year_city: City, at: At) -> None:
    year_city.turn_to("2026-01-23 15:00")
    office, land, forest = at("zhunban"), at("zhunzrzy"), at("zhunlcj")
    office.open("/assignments/")
    sheet = office.item("/assignments/")
    forest.open(sheet)
    forest.send("/move/sign/")
    refused = forest.send("/move/report/", status=422, text="已核定", on="2026-01-23")
    assert "佐证" in refused
    evidence = [("attachments", "核定意见.pdf", letter_pdf("草原图斑核定意见"))]
    forest.send("/move/report/", files=evidence, text="已核定，无重叠。", on="2026-01-23")
    land.open(sheet)
    land.send("/move/report/", files=evidence, text="已出具意见。", on="2026-01-23")
    office.open(sheet)
    for part in reversed(office.offers("/move/write_off/")):
        office.open(sheet)
        office.send(part)
    assert "逾期办结" in office.words()
    year_city.run_beat("chase-duties")
    office.open("/supervision/?state=closed")
    ended = {row[1]: row[4] for row in office.rows() if "核定光伏治沙项目用地红线" in row[0]}
    assert ended == {"自然资源局": "—", "林草局": "7 天"}  # one in the time it was given, one late


# 四、容缺 -----------------------------------------------------------------------------------------


def test_a_paper_may_come_later_where_the_law_allows_it(year_city: City, at: At) -> None:
    year_city.turn_to("2026-01-26 09:00")
    reform, land = at("zhunfgw"), at("zhunzrzy")
    reform.open(f"/procedures/{RECORD}/")
    reform.send("/move/receive/")
    reform.send("/move/accept/")
    reform.send("/move/decide/", document="准发改备〔2026〕1号")
    land.open(f"/procedures/{MINERALS}/")
    land.send("/move/receive/")
    assert not land.links("/deficiency/new/")
    refused = land.open(f"/deficiency/new/{MINERALS}/")
    assert "本事项是法定前置，不得容缺。依据：《矿产资源法》（2024年修订）第三十二条。" in refused

    land.open(f"/procedures/{PLANNING}/")
    land.send("/move/receive/")
    promised(land, PLANNING, due_on="2026-02-13")
    assert "告知书" in land.words()
    land.open(f"/procedures/{PLANNING}/")
    land.send("/move/accept/")
    refused = land.send("/move/decide/", status=422, document="地字第1号")
    assert "地形图（含电子件）" in refused
    at("zhunban").open("/deficiency/risk/ZGE-2026-002/")
    assert "国有建设用地使用权" in at("zhunban").words()  # stands on what is missing


def test_the_paper_comes_in_time_here_and_not_there(year_city: City, at: At) -> None:
    """13 February is a Friday; the 14th, a Saturday, is worked; rest from the 15th to the 23rd."""
    office, land = at("dalaban", "dalate"), at("dalazrzy", "dalate")
    year_city.turn_to("2026-01-26 10:00")
    record, planning = (f"DLT-2026-001-{n}" for n in ("01", "02"))
    office.open(f"/procedures/{record}/")
    for step in ("receive", "accept"):
        office.send(f"/move/{step}/")
    office.send("/move/decide/", document="达发改备〔2026〕1号")
    land.open(f"/procedures/{planning}/")
    land.send("/move/receive/")
    promised(land, planning, due_on="2026-02-13")
    there = land.at

    year_city.turn_to("2026-02-10 09:00")
    year_city.run_beat("remind-of-missing-papers", "chase-duties")
    here = at("zhunzrzy")
    for desk in (here, land):
        assert "地形图（含电子件）" in desk.open("/notices/")
    here.open("/deficiency/")
    here.open(here.item("/deficiency/"))
    year_city.turn_to("2026-02-12 09:00")
    here.send("/make_good/", files=[("attachments", "地形图.pdf", letter_pdf("地形图"))])
    here.open(f"/procedures/{PLANNING}/")
    here.send("/move/decide/", document="地字第1号")
    assert "办结" in here.said()

    year_city.turn_to("2026-02-14 09:00")
    year_city.run_beat("remind-of-missing-papers", "chase-duties")
    assert "催办：容缺材料补齐：地形图（含电子件）" in land.open("/notices/")
    year_city.turn_to("2026-02-24 09:00")
    land.open(there)
    assert "逾期未补" in land.words()
    land.send("/breach/", decision="recorded", document="达自然资处〔2026〕1号")
    land.open("/deficiency/new/DLT-2026-001-03/")
    assert "没有补齐，补齐之前不再适用容缺" in land.words()
    assert not land.offers("/deficiency/new/DLT-2026-001-03/")
    at("zhunban").open(there, status=404)


# 五、会商、专题协调、政策 -----------------------------------------------------------------------------

STUCK = "project:ZGE-2026-001"
SOLVED = "procedure:ZGE-2026-006-03"


def test_a_meeting_takes_up_what_is_stuck(year_city: City, at: At) -> None:
    year_city.turn_to("2026-02-25 09:00")
    office, land = at("zhunban"), at("zhunzrzy")
    office.open("/meetings/new/")
    office.send(
        "/meetings/new/",
        kind="consultation",
        title="二月集中联动审批会商会",
        on="2026-02-27",
        at="09:00",
        place="旗政务服务中心三楼会议室",
        chair="分管副旗长",
    )
    meeting = office.at
    assert "倒排计划差 38 个工作日" in office.words()
    office.send("/agenda/", candidate=[STUCK, SOLVED])
    office.send("/invitees/", departments=["zrzy", "sthj", "fgw"])
    land.open(meeting, status=404)  # nothing to see before the invitation
    assert "准格尔联审办会〔2026〕1号" in office.send("/step/invite/")
    assert "二月集中联动审批会商会" in land.open("/notices/")
    land.open(meeting)
    land.send("/reply/", reply="sends", text="副局长（示例）")
    assert b"PARTSTAT=ACCEPTED" in land.download(f"{meeting}calendar.ics")


def test_the_minutes_are_refused_until_every_item_has_its_six_steps(
    year_city: City, at: At
) -> None:
    year_city.turn_to("2026-02-27 11:00")
    office, second = at("zhunban"), at("zhunban2")
    office.open("/meetings/?state=invited")
    meeting = office.item("/meetings/")
    office.open(meeting)
    office.send("/step/hold/")
    assert "共 21 项审批事项，已办结 0 项" in office.words()  # put down from the ledger by itself
    assert "还没有记录：分析研判、查清事实" in office.send("/step/submit/")
    stuck, solved = office.offers("/record/")
    said = {step.value: f"{step.label}（示例）" for step in list(SixStep)[1:]}
    office.send(stuck, **said, cause="resources")
    office.send(solved, **said, cause="papers", settled="on")
    office.send(
        office.offers("/resolve/")[0],
        demand="落实项目用水指标",
        lead_code="fgw",
        support_codes=["sthj"],
        due_on="2026-03-13",
    )
    office.send("/step/submit/")
    assert "须由另一人审核印发" in office.words()
    assert b"%PDF" in office.download(f"{meeting}draft.pdf")[:8]
    second.open(meeting)
    issued = second.send("/step/issue/")
    assert "准格尔联审办纪〔2026〕1号" in issued
    minutes = pdf_text(second.download(second.link("纪要 PDF")))
    assert "落实项目用水指标" in minutes
    assert "副局长（示例）" in minutes


def test_a_resolution_is_a_sheet_and_the_meeting_ends_with_it(year_city: City, at: At) -> None:
    office, reform, environment = at("zhunban"), at("zhunfgw"), at("zhunsthj")
    office.open("/meetings/?state=minuted")
    meeting = office.item("/meetings/")
    office.open(meeting)
    sheet = office.item("/assignments/")
    year_city.turn_to("2026-03-12 10:00")
    for desk in (reform, environment):
        desk.open(sheet)
        desk.send("/move/sign/")
        evidence = [("attachments", "办理结果.pdf", letter_pdf("办理结果"))]
        desk.send("/move/report/", files=evidence, text="已落实。", on="2026-03-12")
    office.open(sheet)
    for part in reversed(office.offers("/move/write_off/")):  # the lead last
        assert "纪要已印发" in office.open(meeting)
        office.open(sheet)
        office.send(part)
    assert "已办结" in office.open(meeting)


def test_a_special_meeting_waits_for_the_convener(year_city: City, at: At) -> None:
    year_city.turn_to("2026-03-13 09:00")
    office, convener = at("zhunban"), at("zhunqizhang")
    office.open("/meetings/new/")
    office.send(
        "/meetings/new/",
        kind="coordination",
        title="煤基新材料项目专题协调会",
        on="2026-03-17",
        at="15:00",
        place="旗政府二楼会议室",
        chair="旗长",
        ground="dragging",
        ground_text="倒排计划已排不进目标。",
    )
    meeting = office.at
    office.send("/agenda/", candidate=STUCK)
    office.send("/invitees/", departments=["fgw", "zrzy"])
    assert not office.offers("/step/invite/")
    office.send("/step/ask/")
    assert not office.offers("/step/invite/")
    convener.open("/notices/")
    convener.open(meeting)
    convener.send("/consent/", answer="agree", text="同意，请各单位主要负责人参加。")
    assert "同意召开：同意，请各单位主要负责人参加。" in office.open(meeting)
    assert not office.links(f"{meeting}edit/")  # what was consented to stays as it is
    office.send("/step/invite/")
    year_city.turn_to("2026-03-17 17:00")
    office.open(meeting)
    office.send("/step/hold/")
    office.send("/record/", not_discussed="等待自治区批复")
    office.send("/step/submit/")
    at("zhunban2").open(meeting)
    at("zhunban2").send("/step/issue/")
    assert "已办结" in at("zhunban2").words()  # nothing was resolved


def test_what_was_solved_becomes_a_policy_whose_effect_is_counted(year_city: City, at: At) -> None:
    office = at("zhunban")
    office.open("/meetings/?state=closed&kind=consultation")
    office.open(office.item("/meetings/"))
    office.open(office.link("登记为政策完善事项"))
    office.send(
        "/policies/new/",
        title="环评报告表要件清单统一",
        change="一次告知全部要件，不再逐次补正。",
        document="准环发〔2026〕3号",
        effective_on="2026-03-20",
    )
    assert "建设项目环境影响报告表审批" in office.words()
    assert "1" in office.rows()[0]


# 六、机构调整 ---------------------------------------------------------------------------------------


def test_the_organisation_changes_by_a_document_from_its_day(year_city: City, at: At) -> None:
    year_city.turn_to("2026-03-02 09:00")
    office = at("zhunban")
    office.open("/orders/")
    office.send("/orders/", reason="因人员变动", effective_on="2026-03-09")
    seat = option(office, "/add/appoint/", "seat", "准格尔旗林业和草原局 联络员")
    office.send("/add/appoint/", seat=seat, name="岱某（示例）", office_phone="0477-0000088")
    office.send(
        "/add/second/",
        department_code="nmj",
        name="那某（示例）",
        temporary="on",
        purpose="设施农用地会商",
        planned_until="2026-03-31",
    )
    assert "准格尔旗发展和改革委员会代章" in office.words()
    office.send("/issue/")
    assert "准格尔联审办" in office.words()
    assert "岱某（示例）" not in office.open("/mechanism/?on=2026-03-08")
    assert "岱某（示例）" in office.open("/mechanism/?on=2026-03-09")
    year_city.turn_to("2026-03-09 09:00")
    assert "那某（示例）" in office.open("/taskforce/")
    office.open("/taskforce/day/")
    office.send("/day/")
    assert "100" in office.open("/taskforce/month/")


# 七、数据交换 ---------------------------------------------------------------------------------------


def call(
    city: City, key: str, path: str, body: dict[str, str] | None = None, **headers: str
) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """What another system gets from the banner's interface: status, answer and headers."""
    connection = HTTPConnection("127.0.0.1", city.port, timeout=30)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    told |= {"Host": f"zhungeer.localhost:{city.port}", "Authorization": f"Bearer {key}"}
    with closing(connection):
        if body is None:
            connection.request("GET", f"/api/v1{path}", headers=told)
        else:
            told["Content-Type"] = "application/json"
            connection.request("POST", f"/api/v1{path}", json.dumps(body), told)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers


def test_a_departments_system_tells_its_steps_and_hears_of_others(year_city: City, at: At) -> None:
    """On the worker, over HTTP, both ways; what nobody took comes when somebody listens again, once."""
    year_city.turn_to("2026-03-10 10:00")
    office = at("zhunban")
    office.open("/exchange/systems/new/")
    office.send(
        "/exchange/systems/new/",
        name="自然资源局业务系统",
        department_code="zrzy",
        scopes=["procedures:read", "procedures:write"],
        contact="自然资源局 0477-0001234",
    )
    shown = office.send("/keys/", status=200, days=30)
    key = next(word for word in shown.split() if word.startswith("ls_") and len(word) > 40)
    with listening() as other:
        office.open("/outbox/receivers/new/")
        office.send(
            "/outbox/receivers/new/",
            name="自然资源局业务系统",
            channel="webhook",
            address=other.url,
            topics=["procedure.moved"],
            department_code="",
        )
        receiver = office.at
        office.send("/move/ping/")
        assert other.hears(1)

        _, listed, _ = call(year_city, key, "/procedures?department=zrzy&state=planned&limit=200")
        number = listed["items"][0]["number"]
        path = f"/procedures/{number}"
        _, _, headers = call(year_city, key, path)
        step = {"move": "receive", "on": "2026-03-10"}
        sure = {"Idempotency_Key": "receipt-0001", "If_Match": headers["ETag"]}
        assert [call(year_city, key, f"{path}/events", step, **sure)[0] for _ in range(2)] == [
            201,
            200,
        ]
        assert other.hears(2)
        assert json.loads(other.bodies[1])["data"]["number"] == number
        port = other.port

    assert "已收件" in at("zhunzrzy").open(f"/procedures/{number}/")
    _, _, headers = call(year_city, key, path)
    step = {"move": "withdraw", "on": "2026-03-10", "text": "项目单位撤回（示例）"}
    sure = {"Idempotency_Key": "receipt-0002", "If_Match": headers["ETag"]}
    assert call(year_city, key, f"{path}/events", step, **sure)[0] == 201  # nobody listens now
    assert "待发送 1 条" in office.open(receiver)
    with listening(port) as other:
        year_city.turn_to("2026-03-10 11:00")
        year_city.run_beat("send-what-waits")
        assert other.hears(1)
        assert json.loads(other.bodies[0])["data"]["state"] == "withdrawn"
    assert "待发送 0 条" in office.open(receiver)


# 八、六月：中期更新 ---------------------------------------------------------------------------------


def test_a_project_leaves_and_one_comes_and_the_second_version_says_so(
    year_city: City, at: At
) -> None:
    year_city.turn_to("2026-06-15 09:00")
    office, land = at("zhunban"), at("zhunzrzy")
    office.open("/projects/ZGE-2026-012/move/remove/")
    office.send("/remove/", reason="项目单位调整投资计划，年内不再开工。")
    office.open("/projects/new/?year=2026")
    office.send(
        "/projects/new/",
        year=2026,
        name="大路园区储能电站项目（示例）",
        owner_name="准格尔旗示例储能有限公司",
        region_code="150622",
        industry="energy",
        kind="filing",
        investment_wan=120000,
        planned_start_on="2026-09-10",
        features=["land_supply"],
    )
    number = office.at.split("/")[2]
    office.open(f"/projects/{number}/move/send_for_comment/")
    office.send("/send_for_comment/")
    land.open("/projects/comments/")
    land.send(f"/{number}/comment/", opinion="agree")
    office.open(f"/projects/{number}/confirm/")
    office.send("/confirm/")
    changes = office.open("/annual/2026/changes/")
    assert "年内不再开工" in changes
    office.open("/annual/2026/issue/")
    assert "第2版已印发" in office.send("/issue/")
    compared = office.open("/annual/2026/compare/?before=1&after=2")
    assert number in compared
    assert "薛家湾第三中学迁建项目" in compared
    assert "入列 1 投资 12 亿元 移出 1 投资 1.98 亿元" in compared


# 九、八月：收口 -------------------------------------------------------------------------------------


def test_the_city_sees_what_the_three_tenants_did(year_city: City, at: At) -> None:
    year_city.turn_to("2026-08-31 16:00")
    year_city.run_beat()
    city = at("shiban", "city")
    city.open("/overview/?year=2026")
    assert "重点项目 14 个" in city.words()
    assert "一致" in city.open("/overview/reconciliation/")
    office = at("zhunban")
    office.open("/projects/?year=2026")
    meter = office.open("/meter/")
    assert "百日" in meter
    office.open("/annual/2026/move/archive/")
    assert "还没有结束，2026年8月31日不能归档" in office.send("/move/archive/")
    office.open("/annual/")
    assert "2027年度清单编制" in office.send("/annual/open/", year=2027)


def test_nobody_looks_into_the_neighbour(at: At) -> None:
    """An id of one tenant is nothing in another, or another thing, in any room of the mechanism."""
    ours = ("准格尔旗重点项目联审", "准格尔联审办", "薛家湾", "大路园区")
    office, others = at("zhunban"), (at("dalaban", "dalate"), at("yuanzhang", "zhungeer-jkq"))
    for room in ("assignments", "supervision", "dispatch", "deficiency", "meetings", "issuing"):
        office.open(f"/{room}/?state=all")
        there = office.item(f"/{room}/")
        assert any(word in office.open(there) for word in ours), there
        for other in others:
            assert not any(word in other.open(there, status=None) for word in ours), there
