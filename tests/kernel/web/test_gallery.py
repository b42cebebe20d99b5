"""Every component on four pages: it renders, and obeys the content security policy.

To look at the pages, run with LIANSHEN_GALLERY=<folder> and open what it writes there.
"""

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.views.generic import TemplateView

from kernel.web import charts, gantt
from kernel.web.navigation import Group, Link
from kernel.web.parts import Event, Fact, Step, Tile
from kernel.web.templatetags.lianshen import day

BLANK = TemplateView.as_view(template_name="404.html")
urlpatterns = [
    path("search/", include(([path("", BLANK, name="search")], "console"))),
    path(
        "",
        include(
            (
                [path("out/", BLANK, name="sign_out"), path("to/<slug>/", BLANK, name="switch")],
                "accounts",
            )
        ),
    ),
]
pytestmark = pytest.mark.urls(__name__)

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 14, 9, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
PAGES = ["console", "components", "portal", "plain"]
REFUSALS = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


class Acceptance(forms.Form):
    on = forms.DateField(label="受理日期", widget=forms.DateInput(attrs={"type": "date"}))
    number = forms.CharField(
        label="受理通知书文号", help_text="照纸面填写，如 准自然受〔2026〕3号。"
    )
    kind = forms.ChoiceField(label="方式", choices=[("a", "单独办理"), ("b", "联合办理")])
    ways = forms.MultipleChoiceField(
        label="送达", choices=[("a", "窗口"), ("b", "邮寄")], widget=forms.CheckboxSelectMultiple
    )
    paper = forms.FileField(label="附件", required=False)
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    told = forms.BooleanField(label="已一次性告知")


class Filter(forms.Form):
    q = forms.CharField(label="名称或代码", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("a", "在办")])


class SignIn(forms.Form):
    username = forms.CharField(label="账号")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def d(month: int, of_month: int) -> date:
    return date(2026 if month < 9 else 2025, month, of_month)


RESTS = [
    gantt.Rest("元旦", d(1, 1), d(1, 3)),
    gantt.Rest("春节", d(2, 15), d(2, 23)),
    gantt.Rest("清明节", d(4, 4), d(4, 6)),
]
S = gantt.State
PLAN = [
    gantt.Bar(
        "企业投资项目核准", S.DONE, (d(11, 3), d(11, 26)), (d(11, 3), d(11, 28)), critical=True
    ),
    gantt.Bar(
        "用地预审与选址意见书", S.DONE, (d(11, 14), d(12, 5)), (d(11, 14), d(12, 3)), critical=True
    ),
    gantt.Bar(
        "建设用地规划许可证", S.RUNNING, (d(12, 26), d(1, 16)), (d(12, 26), d(1, 19)), critical=True
    ),
    gantt.Bar(
        "环境影响报告书",
        S.LATE,
        (d(12, 15), d(2, 27)),
        (d(12, 15), d(3, 6)),
        stops=[(d(1, 4), d(1, 16))],
        critical=True,
        url="#env",
        note="停表：专家评审，准环评告〔2026〕3号",
    ),
    gantt.Bar("水土保持方案", S.RUNNING, (d(1, 5), d(1, 21)), (d(1, 4), d(1, 20))),
    gantt.Bar(
        "节能审查",
        S.PAUSED,
        (d(1, 4), d(1, 28)),
        (d(1, 4), d(2, 6)),
        stops=[(d(1, 12), d(1, 14))],
    ),
    gantt.Bar("建设工程规划许可证", S.PLANNED, (d(2, 9), d(2, 28)), critical=True),
    gantt.Bar("施工许可证", S.PLANNED, (d(3, 10), d(3, 26)), critical=True, provisional=True),
]
MATTERS = [
    ("建设用地规划许可证", "城乡规划法 §37", "自然资源局", "王某", "审查中", "", 20, "working", 3),
    ("环境影响报告书", "环评法 §22 · 不可容缺", "生态环境局", "李某", "停表：专家评审",
     "书面告知 准环评告〔2026〕3号", 60, "calendar", 30),
    ("水土保持方案报告书", "水保法 §25", "水利局", "张某", "受理", "", 10, "working", 5),
    ("节能审查", "节能法 §15", "发展改革委", "赵某", "待补正", "一次性告知 1月12日", 20, "working", 5),
]  # fmt: skip
LEDGER = [
    {
        "matter": m,
        "basis": b,
        "department": dep,
        "person": p,
        "state": s,
        "why": w,
        "limit": limit,
        "unit": u,
        "promised": promised,
        "critical": place < 2,
        "verified": place < 3,
        "planned": d(1, 16) + timedelta(days=9 * place),
        "expected": d(1, 19) + timedelta(days=9 * place),
        "provisional": place == 1,
        "used": f"{6 + place} / {place}",
        "lamp": ["yellow", "red", "green", "green"][place],
    }
    for place, (m, b, dep, p, s, w, limit, u, promised) in enumerate(MATTERS)
]
TENANTS = [
    "东胜区",
    "康巴什区",
    "达拉特旗",
    "准格尔旗",
    "鄂托克前旗",
    "伊金霍洛旗",
    "鄂尔多斯蒙苏经济开发区",
]


def long_plan() -> str:
    bars = [
        gantt.Bar(
            f"事项 {n + 1}：第{n + 1}项建设项目审批手续的较长名称",
            list(S)[n % 5],
            (d(11, 1) + timedelta(days=3 * n), d(11, 1) + timedelta(days=3 * n + 18)),
            None if n % 5 == 0 else (d(11, 3) + timedelta(days=3 * n), d(12, 1) + timedelta(3 * n)),
            critical=n % 4 == 0,
            group=["立项用地规划许可", "工程建设许可", "施工许可"][n // 15],
        )
        for n in range(45)
    ]
    return gantt.gantt(
        bars, begin_on=d(11, 1), until_on=d(4, 10), today=TODAY, target_on=d(3, 31), rests=RESTS
    )


def shell() -> SimpleNamespace:
    def group(label: str, *items: tuple[str, int]) -> Group:
        return Group(label, [Link(word, "#", word == "项目清单", count) for word, count in items])

    return SimpleNamespace(
        office_name="准格尔旗重点项目联审联批工作机制办公室",
        tenant_name="准格尔旗",
        tenants=[
            {"name": "准格尔旗", "slug": "zhungeer", "current": True},
            {"name": "准格尔经济开发区", "slug": "zhungeer-jkq", "current": False},
        ],
        person_name="娜仁",
        role_label="联络员",
        as_of=NOW,
        nav=[
            group("我的工作", ("工作台", 7), ("日历", 0)),
            group("台账", ("项目清单", 0), ("审批台账", 0), ("任务交办单", 2), ("堵点卡点", 0)),
            group("会商", ("会商会", 0), ("专题协调会", 0), ("半月调度", 0)),
            group("报备与公开", ("报备", 0), ("公开发布", 0)),
            group("机制", ("组织机构", 0), ("事项目录", 0)),
        ],
    )


def context_of(page: str) -> dict[str, object]:
    request = RequestFactory().get("/projects/", {"state": "open", "page": "2"})
    bound = Acceptance({"number": "", "told": "", "kind": "b"})
    bound.add_error(None, "受理日期早于收件日期，请核对。")
    common = {"request": request, "shell": shell(), "moment": NOW, "today": TODAY}
    if page == "console":
        return common | {
            "title": "准格尔煤基新材料一体化项目（示例）",
            "crumbs": [("项目清单", "#"), ("2026 年度", "#"), ("ZGE-2026-017", "")],
            "facts": [
                Fact("应批尽批目标", day(d(3, 31), provisional=True)),
                Fact("倒排计划完成", day(d(3, 26)), "余 3 个工作日"),
                Fact("百日计时 · 官方口径", "41", "/ 100 天　自然日 63"),
                Fact("办件", "14", "/ 31 已办结"),
                Fact("容缺未补", "2", "项，影响 4 个后续事项", tone="red"),
                Fact("在谁手里", "自然资源局", "2 项"),
            ],
            "plan": gantt.gantt(
                PLAN,
                begin_on=d(11, 1),
                until_on=d(4, 10),
                today=TODAY,
                target_on=d(3, 31),
                rests=RESTS,
            ),
            "ledger": LEDGER,
            "page": Paginator(range(310), 31).page(2),
        }
    if page == "components":
        return common | {
            "title": "构件一览",
            "messages": [Message(25, "已受理，时钟自明日起走。"), Message(40, "文号已被使用。")],
            "next_year": date(2027, 3, 31),
            "tiles": [
                Tile("重点项目", "71", "个", "十亿元以上 43 个", url="#"),
                Tile("按期办结率", "92.4", "%", "目标 95%", tone="yellow", url="#"),
                Tile("红灯", "6", "项", "最久 12 个工作日", tone="red", url="#"),
                Tile("今日到期", "3", "项"),
            ],
            "lamps": charts.stacked_bars(
                [
                    charts.Row(
                        t, {"green": 30 - 3 * n, "yellow": n, "red": n % 3, "done": 9 + n}, "#"
                    )
                    for n, t in enumerate(TENANTS)
                ],
                title="各地办件红黄绿灯",
                series=charts.LAMPS,
                of="地区",
                unit="项",
            ),
            "hits": charts.trend(
                [("9月", 81), ("10月", 84), ("11月", 83), ("12月", 90), ("1月", 92)],
                title="按期办结率",
                measure="办结率",
                unit="%",
                target=95,
            ),
            "days": charts.bars(
                [("自然资源局", 12.5), ("生态环境局", 31), ("水利局", 4)],
                title="平均用时",
                measure="工作日",
                unit="天",
            ),
            "strip": charts.day_strip(
                [
                    charts.Run("owner", date(2025, 11, 4), date(2025, 11, 20)),
                    charts.Run("government", date(2025, 11, 21), date(2025, 12, 24), "用地预审"),
                    charts.Run("owner_agent", date(2025, 12, 25), date(2026, 1, 3), "专家评审"),
                    charts.Run("higher", date(2026, 1, 4), date(2026, 1, 14), "农用地转用"),
                ],
                title="72 天每一天归谁",
                series=charts.PARTIES,
                columns=["责任方", "自然日"],
                rows=[["项目单位", 17], ["政府", 34], ["业主委托中介", 10], ["上级机关", 11]],
            ),
            "spark": charts.sparkline([3, 5, 4, 8, 7, 9], title="近六期"),
            "terms": [
                ("项目代码", "2601-150622-04-01-123456"),
                ("总投资", "46.8 亿元"),
                ("文号", ""),
            ],
            "events": [
                Event("受理", NOW, "王某（自然资源局）", "准自然受〔2026〕3号"),
                Event("停表：专家评审", NOW, "李某", "书面告知 准环评告〔2026〕3号", "yellow"),
                Event("超过承诺时限", NOW, "系统", "", "red"),
            ],
            "form": bound,
            "filter_form": Filter({"state": "a"}),
            "long_plan": long_plan(),
        }
    if page == "portal":
        return common | {
            "title": "建设用地规划许可证",
            "portal": {
                "site_name": "鄂尔多斯市重点项目联审联批",
                "home_url": "/",
                "nav": [
                    {"label": label, "url": "#", "current": label == "办事指南"}
                    for label in ["办事指南", "我要办什么", "进度查询", "反映堵点", "帮办代办"]
                ],
                "footer": "各项时限以办理机关书面告知为准。",
            },
            "crumbs": [
                ("首页", "/"),
                ("准格尔旗", "#"),
                ("办事指南", "#"),
                ("建设用地规划许可证", ""),
            ],
            "facts": [
                Fact("承诺办结", "3 个工作日"),
                Fact("法定时限", "20 个工作日"),
                Fact("本旗近一年实际", "2.5 天", "九成在 4 天内"),
                Fact("今天受理，最迟", day(d(1, 19)), "周一"),
            ],
            "steps": [
                Step("1", "先办妥", "企业投资项目核准或备案，以及用地预审与选址意见书"),
                Step(
                    "并",
                    "可以同时办",
                    "环境影响评价、水土保持、节能审查等 11 项，不必等本事项",
                    "parallel",
                ),
                Step("3", "窗口一次受理", "缺什么，当场或 5 个工作日内一次告知"),
                Step("4", "审查、办结、出件", "办结后 10 日内送达"),
            ],
        }
    return common | {"title": "登录", "form": SignIn()}


def html_of(page: str) -> str:
    with time_machine.travel(NOW, tick=False):
        source = (HERE / "gallery" / f"{page}.html").read_text(encoding="utf-8")
        return Template(source).render(Context(context_of(page)))


def obeys_the_policy(html: str) -> None:
    assert not re.search(r"\sstyle\s*=", html)
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\son[a-z]+\s*=", html)
    assert "javascript:" not in html


@pytest.mark.parametrize("page", PAGES)
def test_every_component_renders_within_the_policy(page: str) -> None:
    html = html_of(page)
    obeys_the_policy(html)
    assert "&lt;" not in html, "markup was escaped by mistake"
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    assert 'lang="zh-Hans"' in html
    if folder := os.environ.get("LIANSHEN_GALLERY"):
        static = (HERE.parents[2] / "platform/kernel/web/static/lianshen").as_uri()
        shown = html.replace("/static/lianshen", static)
        Path(folder, f"{page}.html").write_text(shown, encoding="utf-8")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_needs_no_context_and_offers_one_way_on(name: str) -> None:
    html = render_to_string(name)
    obeys_the_policy(html)
    assert html.count('class="button primary"') == 1


def test_labels_and_errors_belong_to_their_fields() -> None:
    html = html_of("components")
    described = re.search(r'<input[^>]*name="number"[^>]*aria-describedby="([^"]+)"', html)
    assert described
    for name in described[1].split():
        assert f'id="{name}"' in html
    assert '<label for="id_number">' in html


def test_pagination_keeps_the_filter() -> None:
    assert 'href="?state=open&amp;page=3"' in html_of("console")


def test_only_counts_that_need_someone_are_shown() -> None:
    html = html_of("console")
    assert html.count('class="nav-count"') == 2
