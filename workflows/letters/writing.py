"""What the letters say (文书内容), put together from the ledger as it stands."""

from collections.abc import Iterable, Sequence
from datetime import date

from kernel.papers.paper import Block, Form, Heading, Paper, Para, Table, cn_date
from kernel.web.templatetags.lianshen import wan
from workflows.issuing.composing import compose
from workflows.issuing.kinds import Kind
from workflows.mechanism.queries import signing_name
from workflows.procedures.ledger import Day, LedgerRow
from workflows.procedures.live import Live
from workflows.procedures.models import Procedure

_LATER = "（可后补）"


def one_time_notice(
    procedure: Procedure,
    *,
    items: Sequence[str],
    text: str,
    on: date,
    ground: str = "",
    number: str = "",
) -> Paper:
    """一次性告知书 (行政许可法第三十二条): the department signs, everything that is missing is told at once.

    ``number`` is the paper's own where the department numbered it itself.
    """
    project = procedure.project
    signer = signing_name(procedure.department_code, on)
    received = f"于{cn_date(procedure.received_on)}" if procedure.received_on else ""
    body: list[Block] = [
        Para(f"你单位{received}就“{project.name}”提出的“{procedure.name}”申请收悉。"),
        Para("经审查，申请材料不齐全或者不符合法定形式，现将需要补正的全部内容一次告知如下："),
        Heading("一、需要补正的材料"),
        *(Para(f"{n}．{item}") for n, item in enumerate(items, 1)),
    ]
    if not items:
        body.append(Para("见下述要求。"))
    if text:
        body += [Heading("二、补正要求"), *_paragraphs(text)]
    if ground:
        body.append(Para(f"本次为再次告知，理由：{ground}。"))
    body.append(
        Para(
            "请补正后向原收件窗口提交，补正用时不计入办理时限。告知依据：《行政许可法》第三十二条。"
        )
    )
    return Paper(
        form=Form.LETTER,
        mark=signer,
        title=f"关于{procedure.name}申请补正材料的一次性告知书",
        number=number,
        addressee=project.owner_name,
        body=tuple(body),
        signer=signer,
        signed_on=on,
    )


def guidance(live: Live) -> Paper:
    """审批事项指导单 (B4.3): every approval the project needs, its materials, limits, and the plan counted back."""
    project = live.project
    half = "上半年" if project.planned_start_on.month <= 6 else "下半年"
    rows = live.rows
    body: list[Block] = [
        Para(
            f"“{project.name}”总投资{wan(project.investment_wan)}，计划{cn_date(project.planned_start_on)}开工，"
            f"属{half}开工项目。开工前共需办理 {len(rows)} 项审批事项，"
            f"目标是{cn_date(project.target_on)}前全部办结。现将各事项的材料、时限和倒排的日期列出，请按计划准备和申报。"
        ),
        Heading("一、办理计划"),
        Table(
            ("序号", "事项", "责任单位", "时限", "计划申报", "计划办结"),
            tuple(
                (
                    str(n),
                    row.procedure.name,
                    row.department,
                    _limit(row),
                    _said(row.planned_start),
                    "已办结" if row.decided.on else _said(row.planned),
                )
                for n, row in enumerate(rows, 1)
            ),
            widths=(1.1, 5.4, 3, 3.2, 3, 3),
        ),
        Heading("二、申报材料"),
        Table(
            ("序号", "事项", "材料", "依据"),
            tuple(
                (str(n), row.procedure.short_name, _materials(row), row.basis or "—")
                for n, row in enumerate(rows, 1)
            ),
            widths=(1.1, 3, 7, 4),
        ),
        *_order(live, rows),
        Heading("四、说明"),
        Para(
            "标有“推定”的日期落在尚未公布放假安排的年份，安排公布后可能调整。"
            "标有“可后补”的材料可以申请容缺受理，由受理单位书面确定补齐日期。"
        ),
    ]
    return compose(
        Kind.GUIDANCE,
        title=f"{project.name}审批事项指导单",
        addressee=project.owner_name,
        on=live.on,
        body=body,
    )


def _order(live: Live, rows: Iterable[LedgerRow]) -> list[Block]:
    """What has to be finished first, matter by matter; nothing where all may run side by side."""
    names = {row.procedure.matter_code: row.procedure.short_name for row in rows}
    first: dict[str, list[str]] = {}
    for edge in live.book.edges:
        if edge.strength.value != "soft" and edge.before in names and edge.after in names:
            first.setdefault(edge.after, []).append(names[edge.before])
    said = [
        Para(f"办理“{names[code]}”之前，须先办结：{'、'.join(before)}。")
        for code, before in first.items()
    ]
    return [
        Heading("三、先后次序"),
        *(said or [Para("各事项没有先后要求，可以同时申报。")]),
        *([Para("其余事项可以同时申报，并联办理。")] if said else []),
    ]


def _limit(row: LedgerRow) -> str:
    legal = f"法定{row.limit}" if row.terms.limit_days is not None else row.limit
    return legal + (f"，承诺{row.promise}" if row.promise else "")


def _materials(row: LedgerRow) -> str:
    said = [f"{name}{_LATER if later else ''}" for name, later in row.terms.materials]
    return "；".join(said) or "按办事指南"


def _said(day: Day) -> str:
    if day.on is None:
        return "—"
    return f"{cn_date(day.on)}{'（推定）' if day.provisional else ''}"


def _paragraphs(text: str) -> list[Para]:
    return [Para(line.strip()) for line in text.splitlines() if line.strip()]
