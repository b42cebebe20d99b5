"""What a new draft changes (与现行版本的差别), said line by line in the words of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.registry.models import DisclosureKind
from workflows.catalogue.wording import UNITS

_READ_ON = "as_of"
BESIDE = "可以同时办"


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs; ``before`` or ``after`` is empty when the line is new or gone."""

    label: str
    before: str
    after: str


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both say the same, whatever day they were read on."""
    return {**one, _READ_ON: ""} == {**other, _READ_ON: ""}


def changes(kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """The lines that differ, in the order of the page; lines that are gone come last."""
    old = spoken(kind, before) if before else {}
    new = spoken(kind, after)
    lines = [
        Change(label, old.get(label, ""), text)
        for label, text in new.items()
        if old.get(label, "") != text
    ]
    return lines + [Change(label, text, "") for label, text in old.items() if label not in new]


def spoken(kind: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """The payload as labelled lines; people, materials and procedures have a line each."""
    lines = {
        DisclosureKind.MATTER: _matter,
        DisclosureKind.PROJECT: _project,
        DisclosureKind.MECHANISM: _mechanism,
    }[DisclosureKind(kind)](payload)
    return {label: text for label, text in lines.items() if text}


def limit(terms: Mapping[str, Any] | None) -> str:
    """3 个工作日；即办；无法定时限. Empty when there is none."""
    if not terms:
        return ""
    if terms["days"] is None:
        return UNITS[terms["unit"]]
    return f"{terms['days']} 个{UNITS[terms['unit']]}"


def _matter(payload: Mapping[str, Any]) -> dict[str, str]:
    taken = payload["taken"]
    lines = {
        "事项": payload["name"],
        "承办单位": "、".join(payload["departments"]),
        "承诺时限": limit(payload["promised"]),
        "法定时限": limit(payload["statutory"]),
        "近一年实际": f"{taken['median']} 天（{taken['cases']} 件）" if taken else "",
        "不计入时限": "、".join(payload["statutory"]["excluded"]),
        "依据": "；".join(payload["basis"]),
        "适用": payload["applies"],
        "受理窗口": payload["window"],
        "咨询电话": payload["office_phone"],
        "办理步骤": "、".join(payload["steps"]),
        "办理结果": payload["result"],
        BESIDE: "、".join(each["name"] for each in payload["parallel"]),
    }
    for person in payload["parties"]:
        label = f"{person['role']} {person['name']}"
        lines[label] = " ".join(filter(None, (person["post"], person["office_phone"]))) or "—"
    for before in payload["before"]:
        lines[f"前置 {before['name']}"] = before["rule"]
    for material in payload["materials"]:
        lines[f"材料 {material['name']}"] = "可后补" if material["later"] else "必须"
    return lines


def _project(payload: Mapping[str, Any]) -> dict[str, str]:
    lines = {
        "项目": payload["name"],
        "项目单位": payload["owner"],
        "所在地": payload["region"],
        "行业": payload["industry"],
        "目标日": payload["target_on"],
        "计划开工": payload["planned_start_on"],
    }
    for stage in payload["stages"]:
        lines[f"阶段 {stage['name']}"] = f"{stage['done']} / {stage['total']} 项办结"
        for each in stage["procedures"]:
            lines[f"{each['code']} {each['name']}"] = "，".join(
                filter(
                    None,
                    (
                        each["department"],
                        each["state"],
                        each["planned_due_on"] and f"计划 {each['planned_due_on']}",
                        each["decided_on"] and f"办结 {each['decided_on']}",
                    ),
                )
            )
    return lines


def _mechanism(payload: Mapping[str, Any]) -> dict[str, str]:
    lines = {
        "名称": payload["name"],
        "总召集人": "、".join(each["post"] for each in payload["conveners"]),
        "副总召集人": "、".join(each["post"] for each in payload["deputies"]),
        "办公室设在": payload["office"]["host"],
        "成员单位": "、".join(payload["units"]),
    }
    groups = (
        ("办公室主任", payload["office"]["directors"]),
        ("联络员", payload["liaisons"]),
        ("专项工作组", payload["task_force"]),
        ("跟进组", payload["follow_up"]),
    )
    for label, people in groups:
        for person in people:
            where = f"{label} {person['unit']} {person['post']}".strip()
            lines[where] = (
                " ".join(filter(None, (person["name"], person["office_phone"]))) or "空缺"
            )
    for window in payload["windows"]:
        lines[f"窗口 {window['window']}"] = " ".join(
            [f"{window['matters']} 项", *window["office_phones"]]
        )
    return lines
