"""Kinds of papers (文种): what each is called, its word in the number, and its form. One table."""

from dataclasses import dataclass

from django.db import models

from kernel.papers.paper import Form


class Kind(models.TextChoices):
    ASSIGNMENT = "assignment", "任务交办单"
    NOTICE = "notice", "一次性告知书"
    GUIDANCE = "guidance", "审批事项指导单"
    INVITATION = "invitation", "会议通知"
    MINUTES = "minutes", "会议纪要"
    DISPATCH = "dispatch", "半月调度报告"
    URGING = "urging", "催办函"
    FILING = "filing", "报备函"
    MEMBERSHIP = "membership", "成员调整文件"
    LIST = "list", "年度清单文件"
    DEFICIENCY = "deficiency", "容缺受理告知书"
    POLICY = "policy", "政策措施文件"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind is numbered and set: ``word`` follows the office's own word in the number."""

    word: str
    form: Form


#: 准联审办交〔2026〕5号: the office's word (机关代字), the kind's word, year, serial.
MANNERS: dict[Kind, Manner] = {
    Kind.ASSIGNMENT: Manner("交", Form.DOCUMENT),
    Kind.NOTICE: Manner("告", Form.LETTER),
    Kind.GUIDANCE: Manner("导", Form.LETTER),
    Kind.INVITATION: Manner("会", Form.LETTER),
    Kind.MINUTES: Manner("纪", Form.MINUTES),
    Kind.DISPATCH: Manner("调", Form.DOCUMENT),
    Kind.URGING: Manner("催", Form.LETTER),
    Kind.FILING: Manner("报", Form.LETTER),
    Kind.MEMBERSHIP: Manner("发", Form.DOCUMENT),
    Kind.LIST: Manner("单", Form.DOCUMENT),
    Kind.DEFICIENCY: Manner("容", Form.LETTER),
    Kind.POLICY: Manner("策", Form.DOCUMENT),
}


#: What the red mark ends in, by form; a letter shows the bare name (GB/T 9704-2012, 7.2.4 and 10).
_ENDINGS = {Form.DOCUMENT: "文件", Form.LETTER: "", Form.MINUTES: "会议纪要"}


def number_of(kind: Kind, word: str, year: int, serial: int) -> str:
    """发文字号: the office's word, the kind's word, year in its own brackets, serial without zeros."""
    return f"{word}{MANNERS[kind].word}〔{year}〕{serial}号"


def mark_of(form: Form, mark: str) -> str:
    """发文机关标志 for a form, whatever ending the letterhead was given."""
    for ending in ("会议纪要", "纪要", "文件"):
        if mark.endswith(ending) and mark != ending:
            mark = mark.removesuffix(ending)
            break
    return mark + _ENDINGS[form]
