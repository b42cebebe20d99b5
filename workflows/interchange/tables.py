"""The exchange tables as data (数据交换表): columns, types, code lists, and where each value comes from.

The official text of 《工程建设项目审批管理系统数据共享交换标准》 was not at hand. Names and comments were read in the
public code of two vendors who fill these tables; which columns are required is this product's reading. So every
column is 未核实 until somebody holds it against the standard of the receiving platform.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kernel.labelled import Labelled
from workflows.catalogue.wording import STAGES
from workflows.interchange.states import NATIONAL

STANDARD = "《工程建设项目审批管理系统数据共享交换标准》"
FIRST = "公开代码甲：aplanmis 数据交换模块的字段注释，2019年8月至12月"
SECOND = "公开代码乙：epoint 工改上报模块的同名表实体，2019年6月起"
BOTH = f"{FIRST}；{SECOND}"
FACTS = "厂商公开代码中的用法，2019年12月"


class Type(Labelled):
    TEXT = "text", "文字"
    OPINION = "opinion", "意见"
    DATE = "date", "日期"
    NUMBER = "number", "数值"
    WHOLE = "whole", "整数"
    CODE = "code", "代码"
    REGION = "region", "行政区划代码"
    PROJECT_CODE = "project_code", "项目代码"
    CREDIT_CODE = "credit_code", "统一社会信用代码"


class Need(Labelled):
    """``REFERENCE`` is what another row of the same batch answers for: the fault is counted there, once."""

    REQUIRED = "required", "必填"
    OPTIONAL = "optional", "选填"
    REFERENCE = "reference", "引用上级行"


class Home(Labelled):
    """Where a value is recorded; the supplements are this room's own fields."""

    PLACE = "place", "本平台登记"
    PROJECT_LEDGER = "project_ledger", "项目台账"
    PROCEDURE_LEDGER = "procedure_ledger", "办件台账"
    CATALOGUE = "catalogue", "标准事项目录"
    FILE = "file", "附件"
    PROJECT = "project", "项目补充信息"
    PROCEDURE = "procedure", "办件补充信息"
    MATTER = "matter", "事项补充信息"
    DEPARTMENT = "department", "部门补充信息"
    PROCESS = "process", "审批流程"
    STAGE = "stage", "流程阶段"


#: What can be filled in here, and by whom: the office alone, or the department whose procedure it is.
OFFICES = (Home.PROCESS, Home.STAGE, Home.PROJECT)
DEPARTMENTS = (Home.MATTER, Home.DEPARTMENT, Home.PROCEDURE)
SUPPLEMENTS = (*OFFICES, *DEPARTMENTS)


#: What a permit without an expiry carries as its last day.
NEVER_EXPIRES = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Codes:
    """A code list. One that is not ``whole`` holds only what was seen; other numbers pass."""

    label: str
    values: Mapping[str, str]
    source: str
    whole: bool = True


_FLAG = {"0": "否", "1": "是"}
CODES: Mapping[str, Codes] = {
    "flag": Codes("是否", _FLAG, FIRST),
    "state": Codes("办理状态", NATIONAL, f"1 至 15：{BOTH}；16：{FIRST}"),
    "stage": Codes("标准审批阶段", {str(n): name for n, name in STAGES.items()}, FACTS),
    "milestone": Codes("里程碑事项类型", {"1": "全部里程碑事项", "2": "任一里程碑事项"}, FACTS),
    "unit": Codes(
        "项目单位类型",
        {
            "1": "建设单位", "2": "施工单位", "3": "勘察单位", "4": "设计单位", "5": "监理单位",
            "6": "代建单位", "7": "经办单位", "8": "其他", "9": "审图机构",
        },
        FIRST,
    ),
    "process": Codes(
        "审批流程类型",
        {
            "1": "政府投资工程建设项目（房屋建筑类）", "2": "政府投资工程建设项目（线性工程类）",
            "3": "一般社会投资项目", "4": "小型社会投资项目", "5": "带方案出让用地的社会投资项目",
            "6": "工业类投资项目", "7": "交通工程类项目", "8": "水利工程类项目",
            "9": "能源工程类项目", "10": "其他",
        },
        FIRST,
    ),
    "acceptance": Codes("受理方式", {"1": "窗口受理", "4": "全流程网上办理"}, SECOND, whole=False),
    "publicity": Codes("公开方式", {"1": "主动公开"}, SECOND, whole=False),
    "file": Codes("附件分类", {"1": "申报材料"}, SECOND, whole=False),
    "unknown": Codes("代码表没有查到", {}, "没有查到公开的代码表", whole=False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``actual`` is a day that has happened; ``endless`` may be 9999-01-01 for no expiry;
    ``copies`` is how many rows may hold the same words, 0 for any number."""

    name: str
    label: str
    home: Home
    type: Type = Type.TEXT
    need: Need = Need.REQUIRED
    codes: str = ""
    source: str = FIRST
    actual: bool = False
    endless: bool = False
    copies: int = 0
    note: str = ""

    @property
    def required(self) -> bool:
        return self.need is Need.REQUIRED

    @property
    def seen_in(self) -> str:
        """甲, 乙 or both."""
        return "、".join(
            name for name, source in (("甲", FIRST), ("乙", SECOND)) if source in self.source
        )

    @property
    def filled_here(self) -> bool:
        return self.home in SUPPLEMENTS

    def means(self, value: str) -> str:
        """What a code says, or the day that stands for no expiry; nothing where a value speaks for itself."""
        if self.endless and value == NEVER_EXPIRES.isoformat():
            return "没有期限"
        return CODES[self.codes].values.get(value, "") if self.codes else ""


@dataclass(frozen=True)
class Table:
    """One table. ``before`` names pairs of days of which the first must be earlier; no column is the
    earlier one of two pairs, so that mending one value can bring out one other fault at most."""

    name: str
    label: str
    columns: tuple[Column, ...]
    before: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}


R, OPT, T = Need.REFERENCE, Need.OPTIONAL, Type
_KEY = Column("DFSJZJ", "地方数据主键", Home.PLACE, source=SECOND)
_REGION = Column("XZQHDM", "行政区划代码", Home.PLACE, T.REGION, source=BOTH)
_VALID = Column("SJYXBS", "数据有效标识", Home.PLACE, T.CODE, codes="flag", source=BOTH)
_PROCESS = (
    Column("SPLCBM", "审批流程编码", Home.PROCESS, need=R),
    Column("SPLCBBH", "审批流程版本号", Home.PROCESS, T.NUMBER, R),
)
_PROJECT = Column("GCDM", "工程代码", Home.PROJECT, need=R, source=BOTH)
_CASE = Column("SPSXSLBM", "审批事项实例编码", Home.PROCEDURE_LEDGER, need=R, source=BOTH)
_MATTER = (
    Column("SPSXBM", "审批事项编码", Home.CATALOGUE),
    Column("SPSXBBH", "审批事项版本号", Home.CATALOGUE, T.NUMBER),
)
_BUREAU = (
    Column("SPBMBM", "审批部门编码", Home.DEPARTMENT),
    Column("SPBMMC", "审批部门名称", Home.CATALOGUE),
)


def _table(
    name: str, label: str, *columns: Column, before: Iterable[tuple[str, str]] = ()
) -> Table:
    return Table(f"SPGL_{name}", label, (_KEY, _REGION, *columns, _VALID), tuple(before))


PROCESS = _table(
    "DFXMSPLCXXB",
    "地方项目审批流程信息表",
    Column("SPLCBM", "审批流程编码", Home.PROCESS, copies=1),
    Column("SPLCMC", "审批流程名称", Home.PROCESS),
    Column("SPLCBBH", "审批流程版本号", Home.PROCESS, T.NUMBER),
    Column("SPLCSXSJ", "审批流程生效时间", Home.PROCESS, T.DATE),
    Column("SPLCLX", "审批流程类型", Home.PROCESS, T.CODE, codes="process"),
    Column("SPLCSM", "审批流程说明", Home.PROCESS, need=OPT),
)
STAGE = _table(
    "DFXMSPLCJDXXB",
    "地方项目审批流程阶段信息表",
    *_PROCESS,
    Column("SPJDBM", "审批阶段编码", Home.CATALOGUE),
    Column("SPJDMC", "审批阶段名称", Home.CATALOGUE),
    Column("SPJDXH", "审批阶段序号", Home.CATALOGUE, T.WHOLE),
    Column("DYBZSPJDXH", "对应标准审批阶段序号", Home.CATALOGUE, T.CODE, codes="stage"),
    Column("SPJDSX", "审批阶段时限", Home.STAGE, T.WHOLE, note="单位按工作日填写，未核实"),
    Column("LCBSXLX", "里程碑事项类型", Home.STAGE, T.CODE, codes="milestone"),
)
ITEM = _table(
    "DFXMSPLCJDSXXXB",
    "地方项目审批流程阶段事项信息表",
    *_PROCESS,
    Column("SPJDXH", "审批阶段序号", Home.CATALOGUE, T.WHOLE),
    *_MATTER,
    Column("SPSXMC", "审批事项名称", Home.CATALOGUE),
    Column("DYBZSPSXBM", "对应标准审批事项编码", Home.MATTER),
    Column("SFSXGZCNZ", "是否实行告知承诺制", Home.MATTER, T.CODE, codes="flag"),
    Column("BJLX", "办件类型", Home.MATTER, T.CODE, codes="unknown"),
    Column("SQDX", "申请对象", Home.MATTER, T.CODE, codes="unknown"),
    Column("BLJGSDFS", "办理结果送达方式", Home.MATTER),
    Column("SPSXBLSX", "审批事项办理时限", Home.CATALOGUE, T.WHOLE, note="法定时限，单位随事项"),
    *_BUREAU,
    Column("QZSPSXBM", "前置审批事项编码", Home.CATALOGUE, need=OPT),
    Column("SFLCBSX", "是否里程碑事项", Home.MATTER, T.CODE, codes="flag"),
)
PROJECT = _table(
    "XMJBXXB",
    "项目基本信息表",
    Column("XMDM", "项目代码", Home.PROJECT_LEDGER, T.PROJECT_CODE),
    Column("XMMC", "项目名称", Home.PROJECT_LEDGER),
    Column("GCDM", "工程代码", Home.PROJECT, source=BOTH, copies=1),
    Column("GCFW", "工程范围", Home.PROJECT, need=OPT),
    Column("XMTZLY", "项目投资来源", Home.PROJECT, T.CODE, codes="unknown"),
    Column("TDHQFS", "土地获取方式", Home.PROJECT, T.CODE, codes="unknown"),
    Column("TDSFDSJFA", "土地是否带设计方案", Home.PROJECT, T.CODE, codes="flag"),
    Column("SFWCQYPG", "是否完成区域评估", Home.PROJECT, T.CODE, codes="flag"),
    Column("SPLCLX", "审批流程类型", Home.PROCESS, T.CODE, R, codes="process"),
    Column("LXLX", "立项类型", Home.PROJECT, T.CODE, codes="unknown"),
    Column("GCFL", "工程分类", Home.PROJECT, T.CODE, codes="unknown"),
    Column("JSXZ", "建设性质", Home.PROJECT, T.CODE, codes="unknown"),
    Column("XMZJSX", "项目资金属性", Home.PROJECT, T.CODE, codes="unknown"),
    Column("GBHYDMFBND", "国标行业代码发布年代", Home.PROJECT),
    Column("GBHY", "国标行业", Home.PROJECT, note="按 GB/T 4754 的代码"),
    Column("NKGSJ", "拟开工时间", Home.PROJECT_LEDGER, T.DATE),
    Column("NJCSJ", "拟建成时间", Home.PROJECT, T.DATE),
    Column("XMSFWQBJ", "项目是否完全办结", Home.PROCEDURE_LEDGER, T.CODE, codes="flag"),
    Column("XMWQBJSJ", "项目完全办结时间", Home.PROCEDURE_LEDGER, T.DATE, actual=True),
    Column("ZTZE", "总投资额（万元）", Home.PROJECT_LEDGER, T.NUMBER),
    Column("JSDDXZQH", "建设地点行政区划", Home.PROJECT_LEDGER, T.REGION),
    Column("JSDD", "建设地点", Home.PROJECT_LEDGER),
    Column("JSGMJNR", "建设规模及内容", Home.PROJECT_LEDGER),
    Column(
        "YDMJ", "用地面积", Home.PROJECT_LEDGER, T.NUMBER, note="由公顷换算为平方米，单位未核实"
    ),
    Column("JZMJ", "建筑面积", Home.PROJECT, T.NUMBER, OPT, note="平方米，单位未核实"),
    Column("SBSJ", "申报时间", Home.PROCEDURE_LEDGER, T.DATE, actual=True, note="项目第一个收件日"),
    Column("SPLCBM", "审批流程编码", Home.PROJECT),
    Column("SPLCBBH", "审批流程版本号", Home.PROCESS, T.NUMBER, R),
    before=[("NKGSJ", "NJCSJ")],
)
UNIT = _table(
    "XMDWXXB",
    "项目单位信息表",
    Column("XMDM", "项目代码", Home.PROJECT_LEDGER, T.PROJECT_CODE, R),
    _PROJECT,
    Column("DWTYSHXYDM", "单位统一社会信用代码", Home.PROJECT_LEDGER, T.CREDIT_CODE),
    Column("DWMC", "单位名称", Home.PROJECT_LEDGER),
    Column("DWLX", "单位类型", Home.PROJECT_LEDGER, T.CODE, codes="unit"),
)
CASE = _table(
    "XMSPSXBLXXB",
    "项目审批事项办理信息表",
    _PROJECT,
    *_MATTER,
    *_PROCESS,
    Column("SPSXSLBM", "审批事项实例编码", Home.PROCEDURE_LEDGER, source=BOTH, copies=1),
    *_BUREAU,
    Column("SLFS", "受理方式", Home.PROCEDURE, T.CODE, codes="acceptance", source=BOTH),
    Column("GKFS", "公开方式", Home.MATTER, T.CODE, codes="publicity", source=BOTH),
    Column("BLSPSLBM", "并联审批实例编码", Home.PROCEDURE_LEDGER, need=OPT, source=BOTH),
    Column("SXBLSX", "事项办理时限", Home.PROCEDURE_LEDGER, T.WHOLE, source=BOTH,
           note="承诺时限，没有承诺的为法定时限"),
)  # fmt: skip
STEP = _table(
    "XMSPSXBLXXXXB",
    "项目审批事项办理详细信息表",
    _PROJECT,
    _CASE,
    Column("BLCS", "办理处（科）室", Home.DEPARTMENT, source=BOTH),
    Column("BLR", "办理人", Home.PROCEDURE_LEDGER, source=BOTH),
    Column("BLZT", "办理状态", Home.PROCEDURE_LEDGER, T.CODE, codes="state", source=BOTH),
    Column("BLYJ", "办理意见", Home.PROCEDURE, T.OPINION, source=BOTH, copies=3),
    Column("BLSJ", "办理时间", Home.PROCEDURE_LEDGER, T.DATE, source=BOTH, actual=True),
)
DOCUMENT = _table(
    "XMSPSXPFWJXXB",
    "项目审批事项批复文件信息表",
    _PROJECT,
    _CASE,
    Column("PFRQ", "批复日期", Home.PROCEDURE_LEDGER, T.DATE, actual=True),
    Column("PFWH", "批复文号", Home.PROCEDURE_LEDGER),
    Column("PFWJBT", "批复文件标题", Home.PROCEDURE),
    Column("PFWJYXQX", "批复文件有效期限", Home.PROCEDURE, T.DATE, endless=True,
           note="没有期限的填 9999-01-01"),
    before=[("PFRQ", "PFWJYXQX")],
)  # fmt: skip
FILE = _table(
    "XMQTFJXXB",
    "项目其他附件信息表",
    _PROJECT,
    Column("SPSXSLBM", "审批事项实例编码", Home.PROCEDURE_LEDGER, need=R, source=SECOND),
    Column("FJMC", "附件名称", Home.FILE, source=SECOND),
    Column("FJFL", "附件分类", Home.FILE, T.CODE, codes="file", source=SECOND),
    Column("FJLX", "附件类型", Home.FILE, source=SECOND),
    Column("FJID", "附件编号", Home.FILE, source=SECOND, copies=1),
)

#: Parents first: a row whose parent was refused is refused with it.
TABLES = (PROCESS, STAGE, ITEM, PROJECT, UNIT, CASE, STEP, DOCUMENT, FILE)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}


COLUMNS: Mapping[str, Column] = {c.name: c for table in reversed(TABLES) for c in table.columns}


def fields_of(home: Home) -> dict[str, Column]:
    """What is filled in for one ``home``, by column, each once, the required ones first."""
    found: dict[str, Column] = {}
    for table in TABLES:
        for column in table.columns:
            if column.home is home and column.need is not Need.REFERENCE:
                found.setdefault(column.name, column)
    found.pop("SPLCBM" if home is Home.PROCESS else "", None)  # a process is called by its code
    return dict(sorted(found.items(), key=lambda pair: not pair[1].required))
