"""出表：the list as an office keeps it, which can be imported again, and the list of errors."""

from collections.abc import Iterable
from datetime import date

from kernel.web.xlsx import Column, workbook_bytes
from workflows.projects.codes import find_region
from workflows.projects.comparing import Comparison
from workflows.projects.facts import (
    REGION_NAMES,
    RULE_LABELS,
    feature_labels,
    in_order,
    industry_labels,
)
from workflows.projects.lifecycle import State
from workflows.projects.models import Kind, Project

_LIST = (
    Column("序号", 6),
    Column("项目名称", 36),
    Column("项目代码", 27),
    Column("项目单位", 30),
    Column("统一社会信用代码", 22),
    Column("建设地点", 20),
    Column("所属行业", 10),
    Column("审批类型", 10),
    Column("总投资（万元）", 14),
    Column("建设内容及规模", 44),
    Column("计划开工时间", 14),
    Column("用地面积（公顷）", 12),
    Column("土石方量（立方米）", 14),
    Column("项目特征", 36),
    Column("入选依据", 26),
    Column("备注", 24),
    Column("联审编号", 15),
    Column("清单状态", 10),
)
_ERRORS = (
    Column("性质", 8),
    Column("工作表", 16),
    Column("行", 6),
    Column("列", 6),
    Column("栏目", 18),
    Column("原值", 28),
    Column("问题", 36),
    Column("怎么改", 48),
)


def list_bytes(projects: Iterable[Project], *, title: str, as_of: date) -> bytes:
    """The projects as .xlsx under ``title``; read back, they say what is on file."""
    rows = (
        (
            serial,
            project.name,
            project.project_code,
            project.owner_name,
            project.credit_code,
            _place(project),
            industry_labels().get(project.industry, ""),
            Kind(project.kind).label,
            project.investment_wan,
            project.content,
            project.planned_start_on,
            project.land_ha,
            project.earthwork_m3,
            "、".join(feature_labels().get(code, code) for code in in_order(project.features)),
            RULE_LABELS.get(project.admission_rule, project.admission_rule),
            project.note,
            project.number,
            State(project.state).label,
        )
        for serial, project in enumerate(projects, 1)
    )
    return workbook_bytes(title, _LIST, rows, as_of=as_of)


def errors_bytes(comparison: Comparison, *, title: str, as_of: date) -> bytes:
    """Every error and remark of a preview as .xlsx, errors first, to mend the list by."""
    rows = (
        (
            "错误" if issue.severity == "error" else "提示",
            issue.sheet,
            issue.row,
            issue.column,
            issue.heading,
            issue.value,
            issue.message,
            issue.cure,
        )
        for issue in comparison.issues
    )
    return workbook_bytes(title, _ERRORS, rows, as_of=as_of)


def _place(project: Project) -> str:
    """The place as written, when it still names the region; else the region."""
    region = find_region(project.place) if project.place else None
    if region and region.code == project.region_code:
        return project.place
    return REGION_NAMES.get(project.region_code, project.region_code)
