"""Measures of a page (版式) after GB/T 9704-2012, and where a line may break; one table for both renderers."""

import re
import unicodedata
from collections.abc import Sequence

PAGE_MM = (210.0, 297.0)
TOP_MM, LEFT_MM = 37.0, 28.0
AREA_MM = (156.0, 225.0)
RIGHT_MM = PAGE_MM[0] - LEFT_MM - AREA_MM[0]
BOTTOM_MM = PAGE_MM[1] - TOP_MM - AREA_MM[1]
LINES, CHARACTERS = 22, 28
BODY_PT, TITLE_PT, SMALL_PT = 16.0, 22.0, 14.0  # 3号、2号、4号
PT_PER_MM = 72 / 25.4
AREA_PT = AREA_MM[0] * PT_PER_MM
#: The date of a sealed paper ends four characters before the edge (成文日期右空四字).
DATE_INDENT = 4
CELL_INSET_PT = 4.0
#: A last paragraph of so many characters moves to the next page with the signature, so that no page
#: carries a signature alone; a longer one would leave too much of its page empty.
_STAYS_WITH_SIGNATURE = 6 * CHARACTERS

_ROW_LINES = 18  # half a page

_MARK_PT = {"letter": 32.0}
_MARK_NARROWEST = 0.6
_TITLE_WIDTH = 19.0  # 2号 characters, one less than the line holds

#: Words that a title is not broken in; the office's own vocabulary.
_WHOLE = [
    "鄂尔多斯市",
    "准格尔旗",
    "达拉特旗",
    "鄂托克前旗",
    "鄂托克旗",
    "杭锦旗",
    "乌审旗",
    "伊金霍洛旗",
    "东胜区",
    "康巴什区",
    "联审联批",
    "重点项目",
    "工作机制",
    "工作组",
    "办公室",
    "任务交办单",
    "一次性告知书",
    "指导单",
    "会商会",
    "协调会",
    "成员单位",
    "自治区",
    "可行性",
    "承诺制",
    "标准地",
    "代办员",
    "首席代表",
    "开工",
    "前期",
    "手续",
    "审批",
    "事项",
    "项目",
    "任务",
    "交办",
    "通知",
    "报告",
    "纪要",
    "会议",
    "调度",
    "半月",
    "督办",
    "催办",
    "容缺",
    "受理",
    "承诺",
    "时限",
    "关于",
    "印发",
    "方案",
    "清单",
    "台账",
    "年度",
    "上半年",
    "下半年",
    "成员",
    "单位",
    "调整",
    "政策",
    "措施",
    "推进",
    "情况",
    "企业",
    "建设",
    "用地",
    "规划",
    "许可",
    "环境",
    "影响",
    "评价",
    "水土",
    "保持",
    "节能",
    "审查",
    "施工",
    "补正",
    "材料",
    "报备",
    "堵点",
    "卡点",
    "问题",
    "研究",
    "工作",
    "机制",
    "集中",
    "联动",
    "专题",
    "协调",
    "办理",
    "有关",
    "部门",
    "中心",
    "能源",
    "工程",
    "产业",
    "园区",
    "开发区",
    "管理",
    "有限",
    "公司",
    "生态",
    "资源",
]
_NEVER_FIRST = frozenset("、，。；：！？）》〉」』】〕”’%％‰…—·的等和与及了")
_NEVER_LAST = frozenset("（《〈「『【〔“‘和与及")
_GOOD_LAST = frozenset("、，；：》）的")
_INSIDE = re.compile(r"[0-9A-Za-z.,\-/]")


def width_of(text: str) -> float:
    """How many square characters wide ``text`` is: half a one for each Latin letter or figure."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def title_lines(title: str) -> list[str]:
    """The title in lines of about one length that keep words whole (标题回行, 7.3.1); a break that was
    typed stays."""
    return [line for part in title.split("\n") for line in _balanced(part)]


def mark_fit(mark: str, form: str) -> tuple[float, float]:
    """Size in points and horizontal scale at which the red mark stands in one line."""
    size = _MARK_PT.get(form, 40.0)
    room = AREA_PT / (max(width_of(mark), 1.0) * size)
    if room >= 1:
        return size, 1.0
    if room >= _MARK_NARROWEST:
        return size, room
    return size * room / _MARK_NARROWEST, _MARK_NARROWEST


def under_seal(text: str, date: str) -> float:
    """Characters to leave right of ``text`` so that it is centred over ``date`` (署名居中于成文日期)."""
    axis = DATE_INDENT + width_of(date) / 2
    return max(0.0, axis - width_of(text) / 2)


def shares(widths: Sequence[float], heads: Sequence[str], columns: int) -> list[float]:
    """The columns' shares of the line, 1 in sum; equal where ``widths`` do not fit the table. A head of
    up to four characters is not broken."""
    if len(widths) != columns or any(width <= 0 for width in widths):
        widths = [1.0] * columns
    asked = [width / sum(widths) for width in widths]
    needed = [0.0] * columns
    for at, head in enumerate(heads):
        if width_of(head) <= 4:
            needed[at] = (width_of(head) * cell_size(columns) + 2 * CELL_INSET_PT + 1) / AREA_PT
    short = {at for at in range(columns) if asked[at] < needed[at]}
    taken = sum(needed[at] for at in short)
    if not short or len(short) == columns or taken >= 0.8:
        return asked
    left = (1 - taken) / sum(asked[at] for at in range(columns) if at not in short)
    return [needed[at] if at in short else asked[at] * left for at in range(columns)]


def row_stays_whole(texts: Sequence[str], widths: Sequence[float]) -> bool:
    """Whether a row is low enough to be kept on one page; a high one breaks over pages."""
    size = cell_size(len(texts))
    rooms = [width * AREA_PT - 2 * CELL_INSET_PT for width in widths]
    return all(
        sum(-(-len(line) * size // max(room, size)) for line in text.split("\n")) <= _ROW_LINES
        for text, room in zip(texts, rooms, strict=True)
    )


def stays_with_signature(paragraph: str) -> bool:
    return width_of(paragraph) <= _STAYS_WITH_SIGNATURE


def cell_size(columns: int) -> float:
    """Points of a table's text: 小四, 五号 where many columns share the line."""
    return 12.0 if columns <= 5 else 10.5


# Inside ------------------------------------------------------------------------------------------


def _balanced(title: str) -> list[str]:
    whole = width_of(title)
    count = -(-int(whole * 2) // int(_TITLE_WIDTH * 2))
    if count <= 1:
        return [title]
    # A title that breaks badly in so many lines may take one more.
    return min((_broken(title, n) for n in (count, count + 1)), key=lambda found: found[0])[1]


def _broken(title: str, count: int) -> tuple[float, list[str]]:
    """The cheapest breaks into ``count`` lines: uneven lines cost, and so do breaks inside words."""
    ideal = width_of(title) / count
    prices = _prices(title)
    places = [0, *sorted(prices), len(title)]
    reach = {place: sum(map(width_of, title[:place])) for place in places}
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for line in range(count):
        longer: dict[int, tuple[float, list[int]]] = {}
        for end in places[1:]:
            if (end == len(title)) != (line == count - 1):
                continue
            for begin, (cost, breaks) in best.items():
                width = reach[end] - reach[begin]
                if begin >= end or width > _TITLE_WIDTH:
                    continue
                price = cost + (width - ideal) ** 2 + prices.get(end, 0.0)
                if end not in longer or price < longer[end][0]:
                    longer[end] = price, [*breaks, end]
        best = longer
    if len(title) not in best:
        return float("inf"), [title]
    cost, breaks = best[len(title)]
    begins = [0, *breaks[:-1]]
    return cost + 12 * count, [title[a:b].strip() for a, b in zip(begins, breaks, strict=True)]


def _prices(title: str) -> dict[int, float]:
    """What a break at each place costs; places where none may be are left out."""
    inside: set[int] = set()
    for word in _WHOLE:
        at = title.find(word)
        while at >= 0:
            inside.update(range(at + 1, at + len(word)))
            at = title.find(word, at + 1)
    edges = {m for word in _WHOLE for hit in re.finditer(word, title) for m in hit.span()}
    prices = {}
    for place in range(1, len(title)):
        before, after = title[place - 1], title[place]
        if after in _NEVER_FIRST or before in _NEVER_LAST:
            continue
        if _INSIDE.match(before) and (_INSIDE.match(after) or after in "年月日号期项亿万"):
            continue
        if place in inside:
            prices[place] = 60.0
        elif before in _GOOD_LAST or after in "《（":
            prices[place] = 0.0
        else:
            prices[place] = 3.0 if place in edges else 12.0
    return prices
