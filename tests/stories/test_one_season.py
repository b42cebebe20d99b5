"""One season (一季): a banner's list from its workbook to the portal, on the whole stack.

The chapters are told in order; each takes up where the one before left off. Days are counted by hand
from the 2026 notice: rest from 15 to 23 February, work on Saturday 14 and Saturday 28 February.
"""

import re
from itertools import product
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.browser.stack import City
from tests.browser.visitor import Visit, Visitor
from tests.stories.conftest import Cast
from workflows.projects import samples

pytestmark = pytest.mark.browser

SAMPLES = Path(samples.__file__).parent
CLEAN, DIRTY = SAMPLES / "list-2026-zhungeer.xlsx", SAMPLES / "list-2026-zhungeer-dirty.xlsx"
FLAGSHIP, NUMBER = "准格尔煤基新材料一体化项目（示例）", "ZGE-2026-001"
PROJECTS = 12
GUIDE = "建设项目用地预审与选址意见书"  # matter A08
MINERALS = "压覆重要（战略性）矿产资源审批"  # matter B11
NOTICE = "准自然资停告〔2026〕3号"
OPEN_DOORS = {"/sign-in/", "/sign-out/", "/enter/"}


@pytest.fixture(scope="module")
def office(cast: Cast) -> Visitor:
    return cast.at("zhungeer", "zhunban")


@pytest.fixture(scope="module")
def land(cast: Cast) -> Visitor:
    """The officer of 自然资源局, who reaches that department's procedures and no others."""
    return cast.at("zhungeer", "zhunzrzy")


@pytest.fixture(scope="module")
def city_office(cast: Cast) -> Visitor:
    return cast.at("city", "shiban")


# 一、清单 ------------------------------------------------------------------------------------------


def test_a_dirty_workbook_names_every_bad_cell_and_writes_nothing(office: Visitor) -> None:
    upload(office, DIRTY)
    words = office.words()
    assert "一个项目也不会写入" in words
    for row, column in spoiled_cells():
        assert f"第 {row} 行 {column} 列" in words
    assert not office.page.get_by_role("button", name="写入清单").count()
    office.open("/projects/?year=2026")
    assert "还没有这一年的清单" in office.words()


def test_the_workbook_is_previewed_and_nothing_is_written_yet(office: Visitor) -> None:
    upload(office, CLEAN)
    assert "还没有写入任何内容" in office.words()
    assert f"新增 {PROJECTS}" in office.words()
    preview = office.path()
    office.open("/projects/?year=2026")
    assert "还没有这一年的清单" in office.words()
    office.open(preview)


def test_applying_the_preview_writes_the_list(office: Visitor) -> None:
    office.press("写入清单", agree=True)
    assert f"新增{PROJECTS}个" in office.said()
    office.open("/projects/?year=2026")
    assert office.fact("项目") == f"{PROJECTS} 个"
    assert FLAGSHIP in office.words()


def test_the_same_workbook_again_changes_nothing(office: Visitor) -> None:
    upload(office, CLEAN)
    assert "与现有项目完全一致，没有要写入的内容" in office.words()
    assert not office.page.get_by_role("button", name="写入清单").count()


def test_the_list_goes_to_the_departments_and_one_of_them_comments(
    office: Visitor, land: Visitor
) -> None:
    office.open("/projects/?year=2026")
    office.follow(f"整单送征求意见（{PROJECTS}）")
    office.fill(on="2025-10-28")
    office.press(f"对这 {PROJECTS} 个项目送行业部门征求意见")

    land.open("/projects/comments/")
    card = land.page.locator("section.card", has=land.page.get_by_role("link", name=FLAGSHIP))
    card.get_by_label("有建议").check()
    card.get_by_label("说明").fill("请先核对是否压覆重要矿产。")
    land.press("登记意见", within=card)
    assert "意见已登记" in land.said()

    office.open(f"/projects/{NUMBER}/")
    assert "请先核对是否压覆重要矿产。" in office.words()


def test_confirming_on_1_november_leaves_102_working_days(office: Visitor) -> None:
    office.open("/projects/?year=2026")
    office.follow(f"整单确认入列（{PROJECTS}）")
    office.fill(on="2025-11-01")
    office.press(f"对这 {PROJECTS} 个项目确认入列")
    office.open(f"/projects/{NUMBER}/")
    assert re.search(r"工作日 102 / 102\b", office.words())  # all of them are over by now
    assert "3月31日" in office.fact("应批尽批目标")


# 二、办理 ------------------------------------------------------------------------------------------


def test_the_flagship_has_its_procedures_its_plan_and_its_ledger(office: Visitor) -> None:
    office.open(f"/projects/{NUMBER}/")
    page = office.page
    procedures = page.locator("section.card", has=page.get_by_role("heading", name="审批台账"))
    assert procedures.locator("tbody tr").count() == 21
    assert "/ 21 已办结" in office.fact("办件")
    picture = page.locator("section.card", has=page.get_by_role("heading", name="倒排计划"))
    assert picture.locator(".g-bar").count() >= 21
    assert "春节 2.15–2.23" in picture.inner_text()
    assert "目标 3月31日" in picture.inner_text()


def test_accepted_on_28_january_20_working_days_end_on_3_march(land: Visitor) -> None:
    """29 and 30 January, 2 to 6, 9 to 13 and 14 February make 13; 24 to 28 February make 18; 2 March, 3 March."""
    land.open(f"/projects/{NUMBER}/")
    land.follow("压覆矿产")
    take(land, "收件", on="2026-01-26")
    take(land, "受理", on="2026-01-28", document="准自然资受〔2026〕12号")
    assert statutory_date(land) == "3月3日"


def test_a_stop_without_a_written_notice_is_refused_with_a_sentence(land: Visitor) -> None:
    take(land, "停表", status=422, on="2026-02-10", reason="expert_review", document=" ")
    assert land.said().endswith("。")
    assert "没有文号的停表不停止计时" in land.words()
    land.open(land.path().partition("move/")[0])
    assert statutory_date(land) == "3月3日"


def test_a_stop_before_spring_festival_and_a_resume_after_it_move_the_date(land: Visitor) -> None:
    """Stopped on 10, resumed on 25 February: 11, 12, 13, 14, 24 and 25 February do not count.

    Six working days after 3 March: 4, 5, 6, 9, 10, 11 March.
    """
    take(land, "停表", on="2026-02-10", reason="expert_review", document=NOTICE)
    assert "计时暂停" in land.fact("法定期限")
    take(land, "恢复计时", on="2026-02-25", document="专家评审意见 2026-02-25")
    assert statutory_date(land) == "3月11日"


def test_the_page_of_dates_tells_of_the_stop_with_its_paper_and_article(land: Visitor) -> None:
    land.follow("日期怎么算的")
    lines = land.page.locator("#statutory tbody tr").all_inner_texts()
    told = next(line for line in lines if NOTICE in line)
    assert "专家评审" in told
    assert "行政许可法》第四十五条" in told
    assert "停表扣除 6 个工作日" in land.words()


def test_another_departments_procedure_is_out_of_reach(land: Visitor) -> None:
    land.open(f"/projects/{NUMBER}/")
    land.follow("节能审查")
    assert "您只能办理本单位的办件" in land.words()


# 三、报备 ------------------------------------------------------------------------------------------


def test_the_mechanism_is_filed_and_both_sides_see_one_digest(
    office: Visitor, city_office: Visitor
) -> None:
    office.open("/filings/")
    digest = send(office, "工作机制")
    city_office.open("/filings/inbox/")
    city_office.open(office.path())
    assert city_office.page.locator(".digest").inner_text() == digest
    assert "摘要值一致" in city_office.words()
    city_office.press("备案", agree=True)
    receipt = re.search(r"回执号(\S+?)。", city_office.said())
    assert receipt
    office.open(office.path())
    assert receipt[1] in office.words()


def test_a_returned_list_is_corrected_and_the_new_filing_supersedes_it(
    office: Visitor, city_office: Visitor
) -> None:
    office.open("/filings/")
    first_digest, first = send(office, "年度项目清单"), office.path()
    city_office.open(first)
    city_office.fill(reason="牵头项目的总投资与核准申请不符，请核对。")
    city_office.press("退回", agree=True)

    office.open(first)
    assert "牵头项目的总投资与核准申请不符，请核对。" in office.words()
    office.follow("修改后重新报送")
    assert "请先按退回理由修改" in office.words()
    office.open(f"/projects/{NUMBER}/edit/")
    office.fill(investment_wan="470000", reason="按市级退回理由更正")
    office.press("保存修改")

    office.open("/filings/")
    digest, second = send(office, "年度项目清单"), office.path()
    assert digest != first_digest
    city_office.open(second)
    assert city_office.page.locator(".digest").inner_text() == digest
    city_office.press("备案", agree=True)
    for reader in (office, city_office):
        reader.open(first)
        assert "已被替代" in reader.words()


def test_the_city_sees_the_banners_season_and_the_figures_agree(city_office: Visitor) -> None:
    city_office.open("/overview/?year=2026")
    assert "准格尔旗" in city_office.words()
    city_office.open("/overview/projects/?year=2026")
    city_office.follow(FLAGSHIP)
    row = city_office.page.locator("tbody tr", has_text="压覆")
    assert row.locator("time[datetime='2026-03-11']").count() == 1

    city_office.open("/overview/reconciliation/")
    city_office.press("现在对账")
    for _ in range(30):  # the worker goes through the tenants
        if "还没有对过账" not in city_office.words():
            break
        city_office.page.wait_for_timeout(500)
        city_office.open("/overview/reconciliation/")
    assert "全部对上" in city_office.words()


# 四、公开 ------------------------------------------------------------------------------------------


def test_who_prepared_a_disclosure_does_not_release_it(office: Visitor) -> None:
    prepare(office, MINERALS)
    assert "须由另一人审核" in office.words()
    assert not office.page.get_by_role("button", name="发布", exact=True).count()
    path = office.path()
    status, _, _ = office.city.ask(
        office.city.url("zhungeer", f"{path}release/"),
        method="POST",
        session=office.city.sessions["zhunban"],
    )
    assert status == 302
    office.open(path)
    assert "待审核" in office.page.locator(".title-row").inner_text()


def test_an_editor_prepares_a_leader_releases_and_the_public_reads(
    cast: Cast, city_stack: City
) -> None:
    editor, leader = cast.at("zhungeer", "zhungongkai"), cast.at("zhungeer", "zhunqizhang")
    prepare(editor, GUIDE)
    assert "等待有发布权限的同事审核" in editor.words()
    path = editor.path()
    assert city_stack.ask(city_stack.url("", "/zhungeer/matters/A08/"))[0] == 404

    leader.open(path)
    leader.press("发布", agree=True)
    assert "已发布" in leader.said()

    public = cast.at("")
    public.open("/")
    public.follow("准格尔旗", loose=True)
    public.follow(GUIDE)
    assert public.path() == "/zhungeer/matters/A08/"
    assert public.fact("承诺办结") == "3 个工作日"
    assert "20 个工作日" in public.fact("法定时限")


def test_the_public_finds_it_by_two_characters(cast: Cast) -> None:
    public = cast.at("")
    public.open("/search/?q=选址")
    public.follow(GUIDE)
    assert public.path() == "/zhungeer/matters/A08/"


# 五、墙 --------------------------------------------------------------------------------------------


def test_the_neighbour_and_a_stranger_get_404_everywhere_and_the_unknown_must_sign_in(
    cast: Cast, city_stack: City
) -> None:
    """With sessions that are valid on those hosts: the door does not help them."""
    story = visits_behind_the_door(cast)
    assert len(story) > 50
    leaks = []
    for visit in story:
        for name in ("dalaban", "luren"):
            status, _, _ = ask(city_stack, visit, city_stack.sessions[name])
            if status != 404:
                leaks.append(f"{name} {visit.method} {visit.url}: {status}")
        status, leads_to, _ = ask(city_stack, visit)
        if status != 302 or not leads_to.startswith("/sign-in/"):
            leaks.append(f"nobody {visit.method} {visit.url}: {status} {leads_to}")
    assert leaks == []


def test_on_its_own_console_the_neighbour_finds_nothing_of_it(cast: Cast, city_stack: City) -> None:
    """The same addresses on its own host: a thing of the story is 404 there, a list shows only its own.

    The city's pages are nobody's but the city's: 403.
    """
    session = city_stack.sessions["dalaban"]
    traces = (FLAGSHIP, "ZGE-2026", "准格尔旗示例", "示例绿氢")
    leaks = []
    for visit in visits_behind_the_door(cast):
        own = Visit("GET", re.sub(r"//[\w-]+\.", "//dalate.", visit.url))
        status, _, text = ask(city_stack, own, session)
        path = own.url.partition("localhost")[2]
        of_the_story = re.search(r"ZGE-2026|/(import|batches|filings|disclosure)/\d+/", path)
        wanted = {200, 302, 403, 405}
        if of_the_story:
            wanted = {403} if "/overview/" in path else {404, 405}
        if status not in wanted or any(trace in text for trace in traces):
            leaks.append(f"{own.url}: {status}")
    assert leaks == []


# What people do ----------------------------------------------------------------------------------


def upload(visitor: Visitor, workbook: Path) -> None:
    visitor.open("/projects/import/")
    visitor.page.set_input_files("input[type=file]", workbook)
    visitor.press("读取并预览")


def take(visitor: Visitor, label: str, *, status: int = 200, **answers: str) -> None:
    """Take a step of the procedure that is open, on its own page."""
    fold = visitor.page.locator("details.fold").filter(
        has=visitor.page.locator("summary", has_text=re.compile(f"^{label}$"))
    )
    fold.locator("summary").click()
    visitor.fill(within=fold, **answers)
    visitor.press(label, within=fold.locator("form"), status=status)


def statutory_date(visitor: Visitor) -> str:
    """As the strip of five dates has it; the year is said in other years only."""
    shown = visitor.page.locator(".fact", has_text="法定期限").locator(".day").inner_text()
    return shown.removeprefix("2026年")


def send(visitor: Visitor, kind: str) -> str:
    """File it from the list of filings; returns the digest shown before and after sending."""
    visitor.follow(f"报备{kind}")
    digest = visitor.page.locator(".digest").inner_text()
    visitor.press("报送", agree=True)
    assert visitor.page.locator(".digest").inner_text() == digest
    return digest


def prepare(visitor: Visitor, title: str) -> None:
    """Prepare the guide of one matter and open the draft."""
    visitor.open("/disclosure/prepare/?kind=matter")
    row = visitor.page.locator("tbody tr", has_text=title)
    row.get_by_role("checkbox").check()
    visitor.press("拟勾选的")
    visitor.follow(title, loose=True)


def spoiled_cells() -> list[tuple[int, str]]:
    """Where the dirty workbook differs from the clean one: row and column as people say them."""
    clean, dirty = (load_workbook(path).worksheets[0] for path in (CLEAN, DIRTY))
    places = product(range(1, clean.max_row + 1), range(1, clean.max_column + 1))
    return [
        (row, get_column_letter(column))
        for row, column in places
        if clean.cell(row, column).value != dirty.cell(row, column).value
    ]


def visits_behind_the_door(cast: Cast) -> list[Visit]:
    visits = {
        visit: None
        for visitor in cast.visitors.values()
        if visitor.host
        for visit in visitor.visits
        if "/" + visit.url.split("/", 3)[3].partition("?")[0] not in OPEN_DOORS
    }
    return list(visits)


def ask(city: City, visit: Visit, session: str = "") -> tuple[int, str, str]:
    return city.ask(visit.url, method=visit.method, session=session, fields=dict(visit.fields))
