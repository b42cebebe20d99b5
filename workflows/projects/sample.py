"""示例清单：believable invented projects of each banner's industries, for demonstrations.

Names, companies and codes are invented; every name ends in （示例）.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from django.db import transaction

from kernel.trail import Actor, record
from tenants.gateway import current_tenant
from workflows.catalogue.combing import Kind, load_standard
from workflows.projects import hooks, queries
from workflows.projects.actions import numbers
from workflows.projects.codes import body_check, credit_check
from workflows.projects.consultation import consulted
from workflows.projects.eligibility import admit
from workflows.projects.facts import REGION_NAMES, row_values
from workflows.projects.lifecycle import State
from workflows.projects.models import Project
from workflows.projects.workbook import ProjectFacts


@dataclass(frozen=True, slots=True)
class _Line:
    """One sort of project a place builds: how it is called and how large it usually is."""

    name: str  #: {place} and {size} are filled in
    industry: str
    kind: Kind
    content: str
    sizes: tuple[int, ...]
    wan: tuple[int, int]  #: least and most investment, 万元
    land_ha: tuple[int, int]
    features: tuple[str, ...] = ()
    claim: str = ""
    owner: str = "能源"


_LINES: Mapping[str, _Line] = MappingProxyType(
    {
        "olefin": _Line(
            "{place}{size}万吨煤制烯烃升级项目", "chemical", "verification",
            "建设{size}万吨烯烃装置、空分、净化和公用工程", (40, 60, 80), (380_000, 1_200_000), (60, 140),
            ("national_approval", "water_intake"), owner="煤化工",
        ),
        "methanol": _Line(
            "{place}{size}万吨绿色甲醇项目", "chemical", "filing",
            "以绿氢和捕集二氧化碳为原料，年产{size}万吨甲醇", (10, 20, 30), (120_000, 460_000), (18, 60),
            owner="绿色化工",
        ),
        "hydrogen": _Line(
            "{place}风光制氢一体化项目（年产{size}万吨）", "energy", "filing",
            "配套风电、光伏，年产绿氢{size}万吨，含储氢和输氢设施", (1, 2, 3), (260_000, 900_000), (120, 600),
            ("new_energy", "building", "hazardous_chemicals", "grassland"), owner="绿氢",
        ),
        "pv": _Line(
            "{place}{size}万千瓦光伏治沙项目", "energy", "filing",
            "装机{size}万千瓦，配建升压站、储能和板下生态治理", (30, 60, 100), (110_000, 420_000), (600, 1800),
            ("new_energy", "grassland"), owner="新能源",
        ),
        "wind": _Line(
            "{place}{size}万千瓦风电项目", "energy", "verification",
            "安装风电机组{size}万千瓦和220千伏升压站", (20, 30, 50), (100_000, 320_000), (20, 60),
            ("new_energy", "grassland", "forest"), owner="风电",
        ),
        "coal": _Line(
            "{place}{size}万吨选煤厂智能化改造项目", "mining", "verification",
            "改造年入洗{size}万吨选煤系统，配套封闭储煤设施", (300, 500, 800), (42_000, 160_000), (8, 26),
            ("minerals",), "major_infrastructure", "煤业",
        ),
        "gas": _Line(
            "{place}天然气净化处理厂项目", "energy", "verification",
            "日处理天然气{size}万立方米，含集气管线", (200, 300, 500), (60_000, 210_000), (10, 32),
            ("hazardous_chemicals", "road"), "major_infrastructure", "燃气",
        ),
        "equipment": _Line(
            "{place}{kinds}装备制造基地项目", "manufacturing", "filing",
            "建设总装车间、检测中心和仓储，年产{size}台（套）", (200, 500, 1000), (36_000, 180_000), (8, 32),
            ("building",), "investment_attraction", "装备制造",
        ),
        "materials": _Line(
            "{place}煤矸石和粉煤灰综合利用项目", "manufacturing", "filing",
            "年利用固废{size}万吨，生产新型建材", (60, 120, 200), (18_000, 60_000), (6, 20),
            ("building", "water_intake"), "investment_attraction", "环保建材",
        ),
        "data": _Line(
            "{place}绿色算力中心项目", "other", "filing",
            "建设{size}个标准机柜的数据中心和配套变电站", (3000, 6000, 12000), (110_000, 380_000), (5, 16),
            ("land_supply", "building", "energy_review", "fire_special"), owner="数据科技",
        ),
        "logistics": _Line(
            "{place}公铁联运物流园项目", "transport", "filing",
            "铁路专用线、集装箱堆场和仓储，年吞吐{size}万吨", (300, 600, 1000), (48_000, 160_000), (20, 70),
            ("land_supply", "building", "road"), "major_infrastructure", "物流",
        ),
        "road": _Line(
            "{place}{size}公里产业公路改扩建工程", "transport", "government",
            "按二级公路标准改扩建{size}公里", (18, 32, 46), (38_000, 130_000), (40, 120),
            (), "major_infrastructure", "交通建设投资",
        ),
        "water": _Line(
            "{place}矿井疏干水综合利用工程", "water", "government",
            "输水管线{size}公里、净水站和泵站", (26, 40, 62), (28_000, 98_000), (4, 18),
            ("water_intake", "grassland"), "major_infrastructure", "水务投资",
        ),
        "dairy": _Line(
            "{place}万头奶牛牧场及乳品加工项目", "agriculture", "filing",
            "存栏{size}头标准化牧场和日处理生鲜乳车间", (6000, 10000, 12000), (22_000, 96_000), (30, 90),
            ("grassland",), "investment_attraction", "乳业",
        ),
        "sheep": _Line(
            "{place}绒山羊和肉羊产业化项目", "agriculture", "filing",
            "种羊场、屠宰加工和冷链，年加工{size}万只", (20, 40, 60), (16_000, 52_000), (8, 30),
            (), "investment_attraction", "农牧业",
        ),
        "school": _Line(
            "{place}中学新建项目", "public_building", "government",
            "校舍{size}平方米和室外工程", (18000, 26000, 36000), (12_000, 32_000), (3, 8),
            (), "city_determined", "教育发展",
        ),
        "hospital": _Line(
            "{place}医疗康养中心项目", "public_building", "government",
            "设床位{size}张，含医技和康复用房", (200, 400, 600), (26_000, 92_000), (4, 12),
            (), "city_determined", "康养",
        ),
    }
)  # fmt: skip
_RARE = ("geohazard", "heritage", "forest", "flood")  #: what any site may run into
_MAKES = ("矿山", "风电", "氢能重卡", "光伏", "储能")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tenant builds: its region, the towns and parks its projects stand in, its lines."""

    region_code: str
    short: str
    towns: tuple[str, ...]
    lines: tuple[str, ...]


_PLACES: Mapping[str, _Place] = MappingProxyType(
    {
        "city": _Place("150600", "鄂尔多斯", ("鄂尔多斯市",), ("road", "water", "logistics", "hospital", "gas")),
        "dongsheng": _Place("150602", "东胜", ("铜川镇", "罕台镇", "塔拉壕镇"), ("equipment", "data", "logistics", "hospital", "school", "pv")),
        "kangbashi": _Place("150603", "康巴什", ("康巴什区",), ("data", "hospital", "school", "equipment")),
        "dalate": _Place("150621", "达拉特", ("树林召镇", "王爱召镇", "恩格贝镇", "白泥井镇"), ("pv", "dairy", "olefin", "methanol", "materials", "sheep")),
        "zhungeer": _Place("150622", "准格尔", ("大路镇", "薛家湾镇", "沙圪堵镇", "龙口镇"), ("olefin", "coal", "materials", "equipment", "pv", "logistics", "water")),
        "etuokeqian": _Place("150623", "鄂托克前旗", ("敖勒召其镇", "上海庙镇", "城川镇"), ("wind", "pv", "olefin", "sheep", "road", "hydrogen")),
        "etuoke": _Place("150624", "鄂托克", ("棋盘井镇", "乌兰镇", "蒙西镇"), ("methanol", "hydrogen", "materials", "wind", "sheep", "equipment")),
        "hangjin": _Place("150625", "杭锦", ("独贵塔拉镇", "锡尼镇", "巴拉贡镇"), ("pv", "wind", "hydrogen", "methanol", "dairy", "sheep")),
        "wushen": _Place("150626", "乌审", ("图克镇", "嘎鲁图镇", "苏力德苏木"), ("olefin", "gas", "methanol", "water", "dairy", "coal")),
        "yijinhuoluo": _Place("150627", "伊金霍洛", ("乌兰木伦镇", "阿勒腾席热镇", "札萨克镇"), ("equipment", "hydrogen", "coal", "data", "pv", "logistics")),
        "mengsu": _Place("150627", "蒙苏", ("蒙苏经济开发区",), ("equipment", "hydrogen", "materials", "data")),
        "zhungeer-jkq": _Place("150622", "准格尔经开区", ("准格尔经济开发区",), ("olefin", "methanol", "materials", "equipment")),
        "shanghaimiao": _Place("150623", "上海庙", ("上海庙经济开发区",), ("hydrogen", "methanol", "wind", "equipment")),
    }
)  # fmt: skip


#: One project that two banners build together, each with its own line in its own list.
_SHARED = frozenset({("zhungeer", 5), ("yijinhuoluo", 5)})


def sample_rows(tenant_slug: str, year: int, count: int, seed: int = 1) -> list[ProjectFacts]:
    """``count`` invented projects of a tenant that start in both halves of ``year``.

    Pure: the same arguments give the same rows. Raises ``KeyError`` for a tenant that is not known.
    """
    place = _PLACES[tenant_slug]
    dice = random.Random(f"{tenant_slug} {year} {seed}")  # noqa: S311 - invented data
    usual = {industry.code: industry.usual for industry in load_standard().industries}
    rows = []
    for serial in range(count):
        line = _LINES[place.lines[serial % len(place.lines)]]
        size = dice.choice(line.sizes)
        town = place.towns[serial % len(place.towns)]
        region = REGION_NAMES[place.region_code]
        phase = serial // len(place.lines)
        owner = f"{place.short}示例{line.owner}{phase + 1 if phase else ''}有限公司"
        name = line.name.format(place=place.short, size=size, kinds=dice.choice(_MAKES))
        wan = dice.randrange(*line.wan, 500)
        features = {code for code in sorted(usual[line.industry]) if dice.random() < 0.85}
        features |= {*line.features, *(c for c in _RARE if dice.random() < 0.08)}
        if "eia_report" in features:
            features.discard("eia_form")
        land = Decimal(dice.randrange(line.land_ha[0] * 10, line.land_ha[1] * 10)) / 10
        in_first_half = dice.random() < 0.6
        code = _code(
            dice, year, place.region_code, serial + 1000 * list(_PLACES).index(tenant_slug)
        )
        name, seat = f"{name}{f'第{phase + 1}期' if phase else ''}", place.region_code
        if (tenant_slug, serial) in _SHARED:
            name, owner, seat = "准格尔至伊金霍洛公铁联运物流通道", "准伊示例物流有限公司", "150600"
            code = f"{(year - 1) % 100:02d}06-{seat}-04-01-880001"
        rows.append(
            ProjectFacts(
                name=f"{name}（示例）",
                owner_name=owner,
                project_code=code,
                credit_code=_credit(owner, seat),
                region_code=place.region_code,
                place=town if town == region else region + town,
                industry=line.industry,
                kind=line.kind,
                investment_wan=Decimal(wan).quantize(Decimal("0.01")),
                content=line.content.format(size=size),
                planned_start_on=date(
                    year,
                    dice.choice((3, 4, 4, 5, 5, 6) if in_first_half else (7, 8, 9, 9, 10)),
                    dice.randrange(1, 29),
                ),
                land_ha=land.quantize(Decimal("0.0001")),
                earthwork_m3=(land * dice.randrange(3, 18) * 1000).quantize(Decimal("0.01")),
                features=frozenset(features),
                admission_claim=line.claim,
                source_row=serial + 1,
            )
        )
    return rows


@transaction.atomic
def load(
    rows: Sequence[ProjectFacts], *, year: int, on: date, actor: Actor, combed: bool = True
) -> list[Project]:
    """Put ``rows`` on the current tenant's list as confirmed on day ``on``; return the new ones.

    Bulk, and idempotent: a row whose name and owner are on the list already is passed over.
    ``combed`` runs the hooks of confirmation for each. A row that no rule admits raises
    ``ValueError``.
    """
    there = set(queries.listed(year).values_list("name", "owner_name"))
    wanted = [row for row in rows if (row.name, row.owner_name) not in there]
    if not wanted:
        return []
    threshold_wan = current_tenant().threshold_wan
    projects = []
    for number, facts in zip(numbers(year, len(wanted)), wanted, strict=True):
        admission = admit(facts, threshold_wan=threshold_wan)
        if admission is None:
            raise ValueError(f"no rule admits {facts.name}")
        projects.append(
            Project(
                number=number,
                year=year,
                state=State.CONFIRMED,
                sent_on=on,
                round=1,
                consulted=consulted(facts.industry),
                confirmed_on=on,
                source="示例数据",
                **row_values(facts, admission),
            )
        )
    Project.objects.bulk_create(projects)
    record(
        actor=actor,
        action="projects.sample",
        subject=f"{year}年清单",
        summary=f"装入示例项目{len(projects)}个，确认日期{on.isoformat()}",
    )
    if combed:
        for project in projects:
            hooks.run(hooks.ON_CONFIRM, project, on=on, actor=actor)
    return projects


def _code(dice: random.Random, year: int, region_code: str, serial: int) -> str:
    month = dice.randrange(5, 11)
    scattered = (serial + 1) * 7919 % 10**6  # no two alike within a million
    return f"{(year - 1) % 100:02d}{month:02d}-{region_code}-04-01-{scattered:06d}"


def _credit(owner: str, region_code: str) -> str:
    """A company has one code, however many projects it builds."""
    dice = random.Random(owner)  # noqa: S311 - invented data
    body = "MA0X" + "".join(dice.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=4))
    first_17 = f"91{region_code}{body}{body_check(body)}"
    return first_17 + credit_check(first_17)
