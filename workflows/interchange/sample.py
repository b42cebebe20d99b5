"""Supplements for the sample city: what offices and departments wrote down, with gaps left on purpose.

A process, most projects, most departments; of the season's first projects the cases too, so that some rows pass.
Everything goes through the room's own action. Run twice, the second time does nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kernel.trail import Actor
from tenants.gateway import current_tenant
from workflows.interchange import actions, queries
from workflows.interchange.mapping import OFFICE
from workflows.interchange.models import Supplement
from workflows.interchange.tables import Home
from workflows.procedures.lifecycle import FINISHED
from workflows.procedures.models import Procedure
from workflows.projects.models import Project

#: Whose section and code nobody has written down yet.
SILENT = ("sthj", "slj")
#: Projects whose cases are filled in whole, and the place from which on a project has gaps.
WHOLE = 3
GAPS_FROM = 5
SOURCE = "审批平台登记（示例）"
#: GB/T 4754 codes, invented for the sample like everything else in it.
INDUSTRIES = ("2614", "4415", "0610", "3360", "4420")


def fill(*, on: date, at: datetime, departments: bool) -> None:
    """The tenant that is current, the office's part and with ``departments`` theirs; nothing where something
    stands already or there is no project."""
    years = queries.seasons()
    if Supplement.objects.exists() or not years:
        return
    process = f"{current_tenant().code[:6]}0001"
    _put(Home.PROCESS, OFFICE, [(process, _process(on))], on=on, at=at)
    stages = Procedure.objects.order_by("stage").values_list("stage", flat=True).distinct()
    _put(
        Home.STAGE,
        OFFICE,
        [(f"{process}-{stage}", {"SPJDSX": "20", "LCBSXLX": "1"}) for stage in stages],
        on=on,
        at=at,
    )
    projects = list(
        Project.objects.filter(year__in=years, state="confirmed").order_by("-year", "number")
    )
    _put(
        Home.PROJECT,
        OFFICE,
        [
            (project.number, _project(project, process, place, whole=place % 8 < GAPS_FROM))
            for place, project in enumerate(projects)
        ],
        on=on,
        at=at,
    )
    if not departments:
        return
    codes = Procedure.objects.order_by("department_code")
    for unit in codes.values_list("department_code", flat=True).distinct():
        if unit not in SILENT:
            _of_department(unit, projects[:WHOLE], on, at)


def _process(on: date) -> dict[str, str]:
    return {
        "SPLCMC": "重点项目联审联批流程（示例）", "SPLCBBH": "1.0",
        "SPLCSXSJ": date(on.year - 1, 1, 1).isoformat(), "SPLCLX": "6",
    }  # fmt: skip


def _project(project: Project, process: str, place: int, *, whole: bool) -> dict[str, str]:
    """With ``whole`` all that is asked; else without the codes that only the owner's papers tell."""
    done = project.planned_start_on + timedelta(days=500 + place % 7 * 30)
    values = {
        "GCDM": f"{project.region_code}{project.year}{place + 1:04d}", "SPLCBM": process,
        "LXLX": "1" if project.kind == "government" else "2", "JSXZ": "1", "GCFL": "2",
        "GBHYDMFBND": "2017", "GBHY": INDUSTRIES[place % len(INDUSTRIES)], "TDSFDSJFA": "0",
        "SFWCQYPG": "1",
    }  # fmt: skip
    if whole:
        values |= {"XMTZLY": "2", "TDHQFS": "1", "XMZJSX": "2", "NJCSJ": done.isoformat()}
    return values


def _of_department(unit: str, projects: Iterable[Project], on: date, at: datetime) -> None:
    _put(
        Home.DEPARTMENT,
        unit,
        [(unit, {"SPBMBM": f"BM{unit.upper()}01", "BLCS": "行政审批科"})],
        on=on,
        at=at,
    )
    own = Procedure.objects.filter(department_code=unit)
    matters = own.order_by("matter_code").values_list("matter_code", flat=True).distinct()
    _put(
        Home.MATTER,
        unit,
        [
            (code, {
                "DYBZSPSXBM": f"GB{code}", "SFSXGZCNZ": "0", "BJLX": "2", "SQDX": "2",
                "BLJGSDFS": "窗口领取或者邮寄", "SFLCBSX": "0", "GKFS": "1",
            })
            for code in matters
        ],
        on=on,
        at=at,
    )  # fmt: skip
    started = own.filter(project__in=list(projects)).exclude(received_on=None)
    _put(
        Home.PROCEDURE,
        unit,
        [
            (procedure.number, _procedure(procedure))
            for procedure in started.select_related("project")
        ],
        on=on,
        at=at,
    )


def _procedure(procedure: Procedure) -> dict[str, str]:
    """Most decisions say the same words, as hurried people do: beyond the third it is found out."""
    own = f"{procedure.project.name}的{procedure.short_name}" if procedure.order % 4 == 0 else ""
    values = {"SLFS": "1" if procedure.order % 3 else "4"}
    if procedure.state in FINISHED:
        values |= {
            "BLYJ": f"{own}材料齐全，符合法定条件，准予办理（示例）。",
            "PFWJBT": f"关于{procedure.project.name}{procedure.short_name}的批复（示例）",
            "PFWJYXQX": "9999-01-01",
        }
    return values


def _put(
    home: Home, unit: str, lines: Iterable[tuple[str, dict[str, str]]], *, on: date, at: datetime
) -> None:
    """Only what this owner answers for: a matter of two departments is the first one's."""
    taken = set(Supplement.objects.filter(kind=home.value).values_list("key", flat=True))
    actions.fill(
        home=home,
        lines=[(key, 0, values) for key, values in lines if key not in taken],
        source=SOURCE,
        unit=unit,
        on=on,
        at=at,
        actor=Actor(None, "经办（示例）", "审批部门" if unit else "机制办公室"),
    )
