"""A matter's facts in Chinese words (事实的说法): one way to say each, on pages, in files, in versions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from workflows.catalogue import combing
from workflows.catalogue.combing import EdgeFact, MatterFact

STAGES: Mapping[int, str] = {
    1: "立项用地规划许可",
    2: "工程建设许可",
    3: "施工许可",
    4: "竣工验收",
    5: "并行推进",
}
UNITS: Mapping[str, str] = {
    "working": "工作日",
    "calendar": "自然日",
    "none": "无法定时限",
    "instant": "即办",
}
LEVELS: Mapping[str, str] = {
    "banner": "旗区",
    "city": "市",
    "region": "自治区",
    "nation": "国家",
}
GROUPS: Mapping[str, str] = {"B": "B组", "C": "C组"}
DEFICIENCIES: Mapping[str, str] = {
    "N": "不得容缺",
    "M": "非主审材料可容缺",
    "C": "可告知承诺",
}
STRENGTHS: Mapping[str, str] = {"hard": "须先办结", "soft": "宜先办", "deficient": "可先受理后补"}
STRENGTH_RULES: Mapping[str, str] = {
    "hard": "前一事项办结后，后一事项才能受理",
    "soft": "先办更顺，不影响受理",
    "deficient": "后一事项可以先受理，须在其决定前补齐",
}
STARTS: Mapping[str, str] = {"accept": "自受理之日起", "receive": "自收到申请之日起"}
APPROVERS: Mapping[str, str] = {"head": "本部门负责人", "government": "本级人民政府负责人"}


def limit(fact: MatterFact) -> str:
    """20 个工作日；60 个自然日；即办；无法定时限."""
    if fact.limit_days is None:
        return UNITS[fact.unit]
    return f"{fact.limit_days} 个{UNITS[fact.unit]}"


def promise(days: int | None) -> str:
    """A tenant's promised days: 3 个工作日, whatever the unit of the law; empty without a promise."""
    return "" if days is None else f"{days} 个{UNITS['working']}"


def _acceptance(fact: MatterFact) -> str:
    return (
        f"{fact.accept_days} 个工作日" if fact.accept_days else "5 个工作日（行政许可法第三十二条）"
    )


def _extension(fact: MatterFact) -> str:
    if fact.extension_days is None:
        return "无"
    approver = APPROVERS[fact.extension_approver]
    return f"可延长 {fact.extension_days} 日，经{approver}批准并书面告知理由"


def _public_notice(fact: MatterFact) -> str:
    if not fact.public_notice_days:
        return "无"
    return f"{fact.public_notice_days} 个{UNITS[fact.public_notice_unit]}，不计入审批时限"


def _preparation(fact: MatterFact) -> str:
    if not fact.preparation_days:
        return "未估计"
    return f"编制材料约 {fact.preparation_days} 个工作日（只用于排计划）"


def _validity(fact: MatterFact) -> str:
    if fact.validity_months is None:
        return "未规定"
    years, months = divmod(fact.validity_months, 12)
    text = f"{years} 年" if not months else f"{fact.validity_months} 个月"
    if fact.renewal_lead_days:
        text += f"，届满 {fact.renewal_lead_days} 个工作日前申请延续"
    return text


def applies(fact: MatterFact) -> str:
    """When a project needs the matter, in one sentence."""
    rule, shipped = fact.applies, combing.load_standard()
    features = {feature.code: feature.label for feature in shipped.features}
    industries = {industry.code: industry.label for industry in shipped.industries}

    def size(bounds: Mapping[str, float], word: str) -> list[str]:
        return [
            f"{combing.MEASURE_LABELS[name][0]}{word} {bound:g} {combing.MEASURE_LABELS[name][1]}"
            for name, bound in bounds.items()
        ]

    must = [combing.KIND_LABELS[kind] + "项目" for kind in rule.kinds[:1]]
    if len(rule.kinds) > 1:
        must = ["或".join(combing.KIND_LABELS[kind] for kind in rule.kinds) + "项目"]
    must += [f"有“{features[code]}”" for code in rule.all]
    must += [f"没有“{features[code]}”" for code in rule.none]
    must += size(rule.below, "低于")
    triggers = [f"有“{features[code]}”" for code in rule.any]
    triggers += [f"行业为{industries[code]}" for code in rule.industries]
    triggers += size(rule.at_least, "不低于")
    if triggers:
        must.append("或者".join(triggers))
    return "；".join(must) or "各类项目开工前都要办理"


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with a source mark of its own: its name, how it is said, which fields it is made of."""

    label: str
    say: Callable[[MatterFact], str]
    fields: tuple[str, ...]


#: The facts of ``combing.MARKED_FACTS`` in the order pages show them.
TOLD: Mapping[str, Told] = {
    "limit": Told("法定时限", limit, ("limit_days", "unit")),
    "starts": Told("起算", lambda fact: STARTS[fact.starts], ("starts",)),
    "acceptance": Told("受理审查", _acceptance, ("accept_days",)),
    "extension": Told("延长", _extension, ("extension_days", "extension_approver")),
    "excluded": Told("不计入时限", lambda fact: "、".join(fact.excluded) or "无", ("excluded",)),
    "public_notice": Told("公示", _public_notice, ("public_notice_days", "public_notice_unit")),
    "preparation": Told("备件用时", _preparation, ("preparation_days",)),
    "basis": Told("依据", lambda fact: "；".join(map(str, fact.basis)) or "没有写明", ("basis",)),
    "validity": Told("有效期", _validity, ("validity_months", "renewal_lead_days")),
    "applies": Told("适用", applies, ("applies",)),
}

#: The rest of a matter, for telling two versions apart.
_PLAIN: Mapping[str, Callable[[MatterFact], str]] = {
    "名称": lambda fact: fact.name,
    "简称": lambda fact: fact.short_name,
    "单位": lambda fact: "、".join(fact.departments),
    "层级": lambda fact: LEVELS[fact.level],
    "阶段": lambda fact: STAGES[fact.stage],
    "并行组": lambda fact: GROUPS.get(fact.group, "—"),
    "容缺": lambda fact: DEFICIENCIES.get(fact.deficiency, "未定"),
    "材料": lambda fact: "、".join(
        f"{material.name}（可后补）" if material.deficient else material.name
        for material in fact.materials
    ),
    "步骤": lambda fact: "→".join(fact.steps),
    "办理结果": lambda fact: fact.result,
    "说明": lambda fact: fact.note or "—",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing two versions say differently."""

    label: str
    before: str
    after: str


def differences(before: MatterFact, after: MatterFact) -> list[Difference]:
    """What ``after`` says otherwise than ``before``, source marks included."""
    found = [
        Difference(label, say(before), say(after))
        for label, say in _PLAIN.items()
        if say(before) != say(after)
    ]
    for name, told in TOLD.items():
        if told.say(before) != told.say(after):
            found.append(Difference(told.label, told.say(before), told.say(after)))
        if before.mark_of(name) != after.mark_of(name):
            found.append(
                Difference(
                    f"{told.label}的出处",
                    combing.MARK_LABELS[before.mark_of(name)],
                    combing.MARK_LABELS[after.mark_of(name)],
                )
            )
    return found


def same(name: str, one: MatterFact, other: MatterFact) -> bool:
    """Whether both versions hold the same value of a marked fact."""
    return all(getattr(one, field) == getattr(other, field) for field in TOLD[name].fields)


def edge_sentence(edge: EdgeFact) -> str:
    """A02 须先办结，依据城乡规划法第三十六条."""
    return f"{edge.before} {STRENGTHS[edge.strength]}，{edge.basis or '无法律依据'}"


def edge_differences(before: Iterable[EdgeFact], after: Iterable[EdgeFact]) -> list[Difference]:
    """Preconditions that two versions state otherwise."""
    old = {edge.before: edge_sentence(edge) for edge in before}
    new = {edge.before: edge_sentence(edge) for edge in after}
    return [
        Difference("前置事项", old.get(code, "没有"), new.get(code, "没有"))
        for code in sorted(old.keys() | new.keys())
        if old.get(code) != new.get(code)
    ]
