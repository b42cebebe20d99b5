"""Combing (梳理): which matters of the standard catalogue a project needs, and in what order.

Values in, values out: the same functions serve the shipped files and the versioned rows of the
database. A fact carries the mark of its source; what nobody has read in a primary source is never
called verified.
"""

import heapq
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

T = TypeVar("T")

Mark = Literal["V", "V-", "GK"]
Level = Literal["banner", "city", "region", "nation"]
Unit = Literal["working", "calendar", "none", "instant"]
Starts = Literal["accept", "receive"]
Approver = Literal["", "head", "government"]
Group = Literal["", "B", "C"]
Deficiency = Literal["", "N", "M", "C"]
Strength = Literal["hard", "soft", "deficient"]
Kind = Literal["filing", "verification", "government"]

MARK_LABELS: Mapping[Mark, str] = {"V": "已核对原文", "V-": "转述或外地出处", "GK": "未核实"}
KIND_LABELS: Mapping[Kind, str] = {
    "filing": "企业投资备案",
    "verification": "企业投资核准",
    "government": "政府投资",
}
MEASURE_LABELS: Mapping[str, tuple[str, str]] = {
    "land_ha": ("用地面积", "公顷"),
    "earthwork_m3": ("挖填土石方", "立方米"),
}
#: Facts of a matter that carry a mark of their own; one that is not marked counts as GK.
MARKED_FACTS = frozenset(
    {
        "limit",
        "starts",
        "basis",
        "acceptance",
        "extension",
        "excluded",
        "public_notice",
        "preparation",
        "validity",
        "applies",
    }
)

STANDARD = Path(__file__).parent / "standard"


class CatalogueInvalid(ValueError):
    """目录数据不能用：说明哪一项、错在哪里。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A responsible department (责任部门), named without its place."""

    code: str
    name: str
    short_name: str
    order: int
    member: bool
    task_force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A yes-or-no trait of a project (项目特征) and the question that asks for it."""

    code: str
    label: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """An industry (行业) and the features a form may tick beforehand; the clerk confirms them."""

    code: str
    label: str
    usual: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis (依据): the law, and the article when it is known."""

    law: str
    article: str = ""

    def __str__(self) -> str:
        return f"{self.law}{self.article}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A paper to hand in (材料); a deficient one may follow later (可后补)."""

    name: str
    deficient: bool = False
    mark: Mark = "GK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a matter applies (适用条件).

    All of ``kinds``, ``all``, ``none`` and ``below`` must agree; of the triggers ``any``,
    ``industries`` and ``at_least`` one is enough. Plain data, so that a row can hold it as JSON.
    """

    kinds: tuple[Kind, ...] = ()
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    at_least: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The rule written as a TOML table or a JSON object; raises ``CatalogueInvalid``."""
        if unknown := data.keys() - {f.name for f in fields(cls)}:
            raise CatalogueInvalid(f"适用条件有不认识的键：{'、'.join(sorted(unknown))}")
        return cls(**_frozen(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFact:
    """A matter of the catalogue (事项) as one version states it.

    ``limit_days`` is what the law grants, in ``unit``; it is absent for ``none`` (no statutory
    count) and ``instant``. ``allowance_days`` is a working-day guess for the plan alone, where
    the law grants no count. ``public_notice_days`` are what a fixed public notice adds to the limit,
    in ``public_notice_unit``; ``preparation_days`` the working days the papers usually take, for the
    plan alone. ``renewal_lead_days`` are working days. ``accept_days`` is absent
    where only the general five days of 行政许可法第三十二条 apply.
    """

    code: str
    name: str
    short_name: str
    departments: tuple[str, ...]
    level: Level
    stage: int
    unit: Unit
    limit_days: int | None = None
    starts: Starts = "accept"
    accept_days: int | None = None
    extension_days: int | None = None
    extension_approver: Approver = ""
    excluded: tuple[str, ...] = ()
    allowance_days: int | None = None
    preparation_days: int | None = None
    public_notice_days: int | None = None
    public_notice_unit: Literal["working", "calendar"] = "calendar"
    group: Group = ""
    parallel_with: tuple[str, ...] = ()
    deficiency: Deficiency = ""
    basis: tuple[Basis, ...] = ()
    validity_months: int | None = None
    renewal_lead_days: int | None = None
    applies: Rule = field(default_factory=Rule)
    materials: tuple[Material, ...] = ()
    steps: tuple[str, ...] = ()
    result: str = ""
    handed_up: bool = False
    secret: bool = False
    pre_construction: bool = True
    note: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    verified: bool = False

    @property
    def lead(self) -> str:
        """Code of the lead department (牵头部门)."""
        return self.departments[0]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The fact that ``write`` put down; raises ``CatalogueInvalid``."""
        nested = {
            "basis": tuple(Basis(**each) for each in data.get("basis", ())),
            "materials": tuple(Material(**each) for each in data.get("materials", ())),
            "applies": Rule.read(data.get("applies", {})),
        }
        return _made(cls, _frozen(data) | nested)

    def write(self) -> dict[str, Any]:
        """The fact as JSON values, every field named, equal to what a JSON column gives back."""
        written: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return written

    def mark_of(self, fact: str) -> Mark:
        """Source mark of one of ``MARKED_FACTS``."""
        return self.marks.get(fact, "GK")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeFact:
    """``before`` comes ahead of ``after`` (先后关系), with the law that says so."""

    before: str
    after: str
    strength: Strength
    basis: str = ""
    mark: Mark = "GK"
    note: str = ""

    @property
    def no_basis(self) -> bool:
        """No law on file for this precondition: a candidate for striking out (A5.2)."""
        return not self.basis

    @property
    def verified(self) -> bool:
        return self.mark == "V"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The catalogue a project is combed against (标准目录)."""

    matters: tuple[MatterFact, ...]
    edges: tuple[EdgeFact, ...]
    departments: tuple[Department, ...] = ()
    features: tuple[Feature, ...] = ()
    industries: tuple[Industry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a project (项目概况); a measure not yet reported is ``None``."""

    kind: Kind
    features: frozenset[str] = frozenset()
    land_ha: Decimal | None = None
    earthwork_m3: Decimal | None = None
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combed:
    """The matters of one project in working order, their edges, and why each applies."""

    matters: tuple[MatterFact, ...]
    edges: tuple[EdgeFact, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplePromises:
    """Another city's published promises (示例承诺时限), for demonstration only."""

    source: str
    mark: Mark
    unit: Unit
    days: Mapping[str, int]


def comb(profile: Profile, standard: Standard) -> Combed:
    """Comb out the pre-construction matters of a project (A4.1), predecessors first.

    Ties are broken by code, so equal facts give equal answers in whatever order they came. An
    edge whose other end the project does not have falls away. Raises ``CatalogueInvalid`` for an
    unknown feature or industry, or a ring of edges.
    """
    features = {feature.code: feature.label for feature in standard.features}
    if unknown := profile.features - features.keys():
        raise CatalogueInvalid(f"项目特征不在目录中：{'、'.join(sorted(unknown))}")
    industries = {industry.code: industry.label for industry in standard.industries}
    if profile.industry and profile.industry not in industries:
        raise CatalogueInvalid(f"行业不在目录中：{profile.industry}")

    reasons: dict[str, str] = {}
    needed: dict[str, MatterFact] = {}
    for matter in standard.matters:
        if not matter.pre_construction:
            continue
        why = _why(matter.applies, profile, features, industries)
        if why is not None:
            needed[matter.code] = matter
            reasons[matter.code] = why
    edges = tuple(
        sorted(
            (e for e in standard.edges if e.before in needed and e.after in needed),
            key=lambda e: (e.before, e.after),
        )
    )
    order = in_order(needed, edges)
    return Combed(
        matters=tuple(needed[code] for code in order),
        edges=edges,
        reasons={code: reasons[code] for code in order},
    )


def in_order(codes: Iterable[str], edges: Iterable[EdgeFact]) -> tuple[str, ...]:
    """Codes with every predecessor first and the smallest code next; names a ring if there is one."""
    graph: dict[str, set[str]] = {code: set() for code in codes}
    for edge in edges:
        graph[edge.after].add(edge.before)
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as ring:
        raise CatalogueInvalid(f"先后关系成环：{'→'.join(ring.args[1])}") from ring
    order: list[str] = []
    ready = sorted(sorter.get_ready())
    while ready:
        code = heapq.heappop(ready)
        order.append(code)
        sorter.done(code)
        for freed in sorter.get_ready():
            heapq.heappush(ready, freed)
    return tuple(order)


def check(standard: Standard) -> None:
    """Raise ``CatalogueInvalid`` with every fault of the catalogue, one sentence a fault."""
    faults = [
        fault
        for faults in (_code_faults, _matter_faults, _edge_faults)
        for fault in faults(standard)
    ]
    if faults:
        raise CatalogueInvalid("；".join(faults))
    in_order((m.code for m in standard.matters), standard.edges)


@cache
def load_standard() -> Standard:
    """The standard catalogue as shipped, checked; raises ``CatalogueInvalid``."""
    matters = [
        _matter(row)
        for path in sorted((STANDARD / "matters").glob("*.toml"))
        for row in _toml(path)["matter"]
    ]
    traits = _toml(STANDARD / "features.toml")
    departments = _toml(STANDARD / "departments.toml")["department"]
    standard = Standard(
        matters=tuple(sorted(matters, key=lambda m: m.code)),
        edges=tuple(_made(EdgeFact, row) for row in _toml(STANDARD / "edges.toml")["edge"]),
        departments=tuple(
            _made(Department, row | {"order": order}) for order, row in enumerate(departments, 1)
        ),
        features=tuple(_made(Feature, row) for row in traits["feature"]),
        industries=tuple(
            _made(Industry, row | {"usual": frozenset(row["usual"])}) for row in traits["industry"]
        ),
    )
    check(standard)
    return standard


@cache
def load_example_promises() -> ExamplePromises:
    """Promised days a demo tenant may start from; not this city's, and marked so."""
    promises = ExamplePromises(**_toml(STANDARD / "promises_example.toml"))
    if strange := promises.days.keys() - {m.code for m in load_standard().matters}:
        raise CatalogueInvalid(f"示例承诺的事项不在目录中：{'、'.join(sorted(strange))}")
    return promises


def _why(
    rule: Rule, profile: Profile, features: Mapping[str, str], industries: Mapping[str, str]
) -> str | None:
    """The sentence that says why ``rule`` holds, or ``None`` when it does not."""
    if rule.kinds and profile.kind not in rule.kinds:
        return None
    if not profile.features.issuperset(rule.all) or not profile.features.isdisjoint(rule.none):
        return None
    measured = {
        name: value for name in MEASURE_LABELS if (value := getattr(profile, name)) is not None
    }
    if any(measured.get(name, 0) >= limit for name, limit in rule.below.items()):
        return None

    why: list[str] = []
    if rule.kinds:
        why.append(f"属于{KIND_LABELS[profile.kind]}项目")
    ticked = [*rule.all, *(code for code in rule.any if code in profile.features)]
    if ticked:
        why.append("项目特征有" + "、".join(f"“{features[code]}”" for code in ticked))
    by_industry = profile.industry in rule.industries
    if by_industry:
        why.append(f"行业为{industries[profile.industry]}")
    scale = [
        f"{MEASURE_LABELS[name][0]}{measured[name]:f}{MEASURE_LABELS[name][1]}，"
        f"不低于{limit:g}{MEASURE_LABELS[name][1]}"
        for name, limit in rule.at_least.items()
        if name in measured and measured[name] >= limit
    ]
    # A measure nobody reported must not lose a statutory gate: the upper band stands in.
    if rule.at_least and not rule.below and not measured.keys() & rule.at_least.keys():
        names = "和".join(MEASURE_LABELS[name][0] for name in rule.at_least)
        scale = [f"{names}未填报，先按达到标准列入，填报后重新梳理"]
    why += scale

    triggered = len(ticked) > len(rule.all) or by_industry or bool(scale)
    if (rule.any or rule.industries or rule.at_least) and not triggered:
        return None
    return ("；".join(why) or "各类项目开工前都要办理") + "。"


def _matter(row: Mapping[str, Any]) -> MatterFact:
    materials = [
        {"name": name, "deficient": key == "deficient"}
        for key in ("required", "deficient")
        for name in row.get(key, ())
    ]
    plain = {k: v for k, v in row.items() if k not in ("required", "deficient")}
    # A statutory count nobody has read in the law itself never counts as verified.
    verified = row.get("marks", {}).get("limit") == "V"
    return MatterFact.read(plain | {"materials": materials, "verified": verified})


def _code_faults(standard: Standard) -> Iterable[str]:
    for word, codes in (
        ("事项", [m.code for m in standard.matters]),
        ("部门", [d.code for d in standard.departments]),
        ("特征", [f.code for f in standard.features]),
        ("行业", [i.code for i in standard.industries]),
        ("先后关系", [f"{e.before}→{e.after}" for e in standard.edges]),
    ):
        for code, count in Counter(codes).items():
            if count > 1:
                yield f"{word}{code}重复"
    features = {f.code for f in standard.features}
    for industry in standard.industries:
        for code in sorted(industry.usual - features):
            yield f"行业{industry.code}预选的特征{code}不在目录中"


#: No approval takes longer; a slip of the pen beyond it would lead every date out of the calendar.
MOST_DAYS = 1000
_COUNTS = (
    "limit_days", "accept_days", "extension_days", "allowance_days", "preparation_days",
    "public_notice_days", "renewal_lead_days",
)  # fmt: skip


def _matter_faults(standard: Standard) -> Iterable[str]:
    departments = {d.code for d in standard.departments}
    features = {f.code for f in standard.features}
    industries = {i.code for i in standard.industries}
    for m in standard.matters:
        rule = m.applies
        counted = m.unit in ("working", "calendar")
        checks: tuple[tuple[bool, str], ...] = (
            (bool(m.departments) and departments.issuperset(m.departments), "责任部门不在目录中"),
            (0 < len(m.short_name) <= 10, "简称须为1至10个字"),
            (m.stage in range(1, 6), "阶段须为1至5"),
            (m.level in get_args(Level), "层级不认识"),
            (m.unit in get_args(Unit), "时限单位不认识"),
            (m.starts in get_args(Starts), "起算点不认识"),
            (m.group in get_args(Group), "并联组不认识"),
            (m.deficiency in get_args(Deficiency), "容缺类别不认识"),
            ((m.limit_days is not None and m.limit_days > 0) == counted, "时限天数与单位不相配"),
            (
                all(0 <= (getattr(m, name) or 0) <= MOST_DAYS for name in _COUNTS),
                f"天数须在0至{MOST_DAYS}之间",
            ),
            ((m.allowance_days is not None) == (m.unit == "none"), "无法定时限的才填计划用时"),
            ((m.extension_days is None) == (m.extension_approver == ""), "延长须写明批准人"),
            (m.extension_approver in get_args(Approver), "延长批准人不认识"),
            (m.public_notice_unit in ("working", "calendar"), "公示期的单位不认识"),
            (m.renewal_lead_days is None or m.validity_months is not None, "有提前量须有有效期"),
            (m.handed_up == (m.level in ("region", "nation")), "上报标记与层级不相配"),
            (bool(m.materials and m.steps and m.result), "材料、步骤、办理结果不能空"),
            (
                m.deficiency == "M" or not any(x.deficient for x in m.materials),
                "不可容缺的事项不能有后补材料",
            ),
            ("limit" in m.marks, "时限没有出处标记"),
            (MARKED_FACTS.issuperset(m.marks), "出处标记的事实不认识"),
            (set(m.marks.values()) <= set(get_args(Mark)), "出处标记不认识"),
            (features.issuperset((*rule.all, *rule.any, *rule.none)), "适用条件的特征不在目录中"),
            (set(rule.kinds) <= set(get_args(Kind)), "适用条件的投资类型不认识"),
            (industries.issuperset(rule.industries), "适用条件的行业不在目录中"),
            (MEASURE_LABELS.keys() >= {*rule.at_least, *rule.below}, "适用条件的规模指标不认识"),
        )
        yield from (f"{m.code}{fault}" for holds, fault in checks if not holds)


def _edge_faults(standard: Standard) -> Iterable[str]:
    codes = {m.code for m in standard.matters}
    for edge in standard.edges:
        where = f"先后关系{edge.before}→{edge.after}"
        for end in (edge.before, edge.after):
            if end not in codes:
                yield f"{where}的事项{end}不在目录中"
        if edge.strength not in get_args(Strength):
            yield f"{where}的强度{edge.strength}不认识"
        if edge.mark not in get_args(Mark):
            yield f"{where}的出处标记{edge.mark}不认识"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise CatalogueInvalid(f"{path.name}读不出来：{fault}") from fault


def _frozen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _made(make: Callable[..., T], row: Mapping[str, Any]) -> T:
    try:
        return make(**row)
    except (KeyError, TypeError) as fault:
        name = row.get("code") or f"{row.get('before')}→{row.get('after')}"
        raise CatalogueInvalid(f"{name}缺少或者多出字段：{fault}") from fault
