"""样例清单：writes the two sample workbooks; ``python -m workflows.projects.samples.make_samples``.

Projects, companies and codes are invented. The same run always gives the same bytes.
"""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from workflows.projects.codes import body_check, credit_check

HERE = Path(__file__).parent
CLEAN, DIRTY = HERE / "list-2026-zhungeer.xlsx", HERE / "list-2026-zhungeer-dirty.xlsx"

# Group head, heading, width. A heading that is no catalogue feature is one of the list's columns.
COLUMNS = (
    ("", "序号", 6),
    ("项目概况", "项目名称", 34),
    ("项目概况", "项目代码", 27),
    ("项目概况", "建设地点", 20),
    ("项目概况", "所属行业", 12),
    ("项目概况", "审批类型", 10),
    ("项目概况", "建设内容及规模", 46),
    ("项目单位", "单位名称", 30),
    ("项目单位", "统一社会信用代码", 22),
    ("建设计划", "总投资（万元）", 13),
    ("建设计划", "计划开工时间", 15),
    ("建设计划", "用地面积（公顷）", 11),
    ("建设计划", "土石方（万立方米）", 12),
    ("项目特征", "需要供地", 8),
    ("项目特征", "取用水", 8),
    ("项目特征", "占用草原", 8),
    ("项目特征", "涉及危险化学品", 10),
    ("项目特征", "其他特征", 34),
    ("", "入选依据", 26),
    ("", "备注", 24),
)
SECTIONS = {"一": "能源化工", "二": "工业与新能源", "三": "交通水利和民生"}


def credit(body: str) -> str:
    """An invented credit code of a company registered in 准格尔旗, both check digits right."""
    first_17 = "91150622" + body + body_check(body)
    return first_17 + credit_check(first_17)


# 所属部分, 名称, 代码, 地点, 行业, 类型, 内容, 单位, 信用代码, 总投资, 开工, 公顷, 万方, 供地, 取水, 草原, 危化, 其他, 依据, 备注
PROJECTS = (
    ("一", "准格尔煤基新材料一体化项目（示例）", "2509-150622-04-01-203841", "准格尔旗大路镇", "化工", "核准",
     "年产60万吨煤基新材料，配套空分、净化、合成装置和公用工程", "准格尔旗示例新材料有限责任公司", credit("MA0X1A01"),
     "46.8亿", date(2026, 4, 15), 86.5, 142.6, "是", "√", "√", "是",
     "须国家或自治区立项、有房屋建筑工程、特殊建设工程、环评报告书、须节能审查、可能压覆矿产、有职业病危害、油气、化工、矿山防雷",
     "总投资10亿元以上", "市级重点跟进"),
    ("一", "大路园区绿氢耦合煤制烯烃改造项目（示例）", "2510-150622-04-02-118206", "准格尔旗大路镇", "化工", "备案",
     "新增电解水制氢装置，替代部分煤制氢", "内蒙古示例绿氢化工有限公司", credit("MA0X1A02"),
     "186,000", "2026年5月", 18, 21.3, "是", "是", "", "是", "环评报告书、须节能审查、特殊建设工程", "总投资10亿元以上", ""),
    ("一", "魏家峁煤矿智能化改扩建配套选煤厂项目（示例）", "２５１１－１５０６２２－０４－０２－３３０７１５", "准格尔旗魏家峁镇", "矿山", "核准",
     "配套年入洗300万吨选煤厂", "准格尔旗示例煤业有限公司", credit("MA0X1A03"),
     "１０２，５００", "2026.9.20", 12.4, 9.8, "是", "", "√", "",
     "环评报告书、可能压覆矿产、地质灾害易发区、矿山、金属冶炼等、有职业病危害", "总投资10亿元以上", "井上工程，不含采掘"),
    ("一", "暖水乡储配煤基地项目（示例）", "2511-150622-04-01-440127", "准格尔旗暖水乡", "能源", "备案",
     "封闭储煤棚、装车系统和厂内道路", "鄂尔多斯市示例仓储物流有限公司", credit("MA0X1A04"),
     68000, "2026年8月10日", 20, 31, "是", "", "√", "", "环评报告表、占用林地", "市级推进重大能源项目", ""),
    ("二", "准格尔旗60万千瓦光伏治沙项目（示例）", "2508-150622-04-01-507318", "准格尔旗十二连城乡", "能源", "备案",
     "装机60万千瓦，配建升压站和储能", "准格尔旗示例新能源有限公司", credit("MA0X1A05"),
     "28.6亿元", "2026/3/25", 1180, 66, "否", "否", "是", "否", "新能源指标、环评报告表", "总投资10亿元以上", ""),
    ("二", "薛家湾装备再制造产业园项目（示例）", "2512-150622-04-01-616004", "准格尔旗薛家湾镇", "工业制造", "备案",
     "建设矿山装备再制造车间和检测中心", "内蒙古示例装备再制造有限公司", credit("MA0X1A06"),
     42000, date(2026, 6, 1), 9.6, 6.2, "是", "", "", "", "有房屋建筑工程、环评报告表、有职业病危害", "重点招商引资项目", "招商协议已签"),
    ("二", "粉煤灰综合利用新型建材项目（示例）", "2510-150622-04-01-725519", "准格尔旗龙口镇", "工业制造", "备案",
     "年利用粉煤灰120万吨，生产新型墙材", "准格尔旗示例环保建材有限公司", credit("MA0X1A07"),
     31500, "2026-07-15", 11.2, 7.5, "是", "√", "", "", "有房屋建筑工程、环评报告书、须节能审查", "重点招商引资项目", ""),
    ("二", "算力中心一期项目（示例）", "2511-150622-04-01-834466", "准格尔旗薛家湾镇", "其他", "备案",
     "建设机房、变电站和配套用房", "准格尔旗示例数据科技有限公司", credit("MA0X1A08"),
     "128,000", "2026年10月8日", 6.8, 4.1, "是", "", "", "", "有房屋建筑工程、须节能审查、特殊建设工程、涉及国家安全", "总投资10亿元以上", ""),
    ("三", "大路至龙口公路改扩建工程（示例）", "2507-150622-04-01-943270", "准格尔旗", "交通", "政府投资",
     "二级公路38公里", "准格尔旗示例交通建设投资有限公司", credit("MA0X1A09"),
     96400, "2026年4月20日", 74.5, 210, "是", "", "√", "",
     "划拨用地、农用地转用、环评报告书、占用林地、公路建设项目、地质灾害易发区", "市级推进重大交通项目", ""),
    ("三", "纳日松镇矿井疏干水综合利用工程（示例）", "2509-150622-04-01-057713", "准格尔旗纳日松镇", "水利", "政府投资",
     "输水管线52公里和净水站一座", "准格尔旗示例水务投资有限公司", credit("MA0X1A10"),
     57800, 46127, 4.2, 18.6, "是", "是", "√", "", "划拨用地、环评报告书、涉河涉洪、涉路施工", "市级推进重大水利项目", "开工日期以数字存放"),
    ("三", "沙圪堵镇肉羊全产业链项目（示例）", "", "准格尔旗沙圪堵镇", "农牧", "备案",
     "养殖小区、屠宰加工和冷链", "准格尔旗示例农牧业有限公司", credit("MA0X1A11"),
     26300, "2026年9月1日", "15.0", "", "", "√", "", "", "设施农用地或草畜平衡、环评报告表", "重点招商引资项目", "代码申领中"),
    ("三", "薛家湾第三中学迁建项目（示例）", "2512-150622-04-01-168092", "150622", "房建市政", "政府投资",
     "校舍3.2万平方米和室外工程", "准格尔旗示例教育发展有限公司", credit("MA0X1A12"),
     19800, "2026年7月1日", 5.3, 3.4, "是", "", "", "", "划拨用地、有房屋建筑工程、特殊建设工程、环评报告表", "市政府研究确定", ""),
)  # fmt: skip

# Row of PROJECTS, heading, what a hurried clerk wrote instead.
FAULTS = (
    (0, "统一社会信用代码", credit("MA0X1A01")[:-1] + "0"),
    (1, "计划开工时间", "4月底"),
    (2, "项目名称", ""),
    (3, "总投资（万元）", -68000),
    (3, "建设地点", "包头市固阳县"),
    (5, "项目代码", "2613-150622-04-01-616004"),
    (6, "总投资（万元）", "约3.2亿"),
    (6, "计划开工时间", "2026年2月30日"),
    (8, "审批类型", "备案或核准"),
    (9, "项目代码", "2509-150622-04-01-203841"),
    (8, "其他特征", "环评报告表、养羊"),
    (11, "用地面积（公顷）", "八十亩"),
    (11, "需要供地", "大概要"),
    (11, "统一社会信用代码", "9115O622MA0X1A12"),
)


def write_list(path: Path, projects: tuple[tuple[object, ...], ...]) -> None:
    """One workbook as an office keeps it: title, unit line, two-row header, sections, total, notes."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "重点项目清单（样例）", "created": datetime(2025, 10, 28)})  # noqa: DTZ001 - a file property
        sheet = book.add_worksheet("重点项目清单")
        book.add_worksheet("Sheet2")
        choices = book.add_worksheet("选项")
        choices.write_column(0, 0, ["备案", "核准", "政府投资"])
        choices.hide()

        face = {"font_name": "宋体", "valign": "vcenter", "text_wrap": True, "border": 1}
        title = book.add_format({"font_name": "黑体", "font_size": 20, "align": "center"})
        head = book.add_format(face | {"bold": True, "align": "center", "bg_color": "#E8EDF3"})
        cell, bold = book.add_format(face), book.add_format(face | {"bold": True})
        day = book.add_format(face | {"num_format": 'yyyy"年"m"月"d"日"'})
        small = book.add_format({"font_name": "宋体", "text_wrap": True, "valign": "top"})

        last = len(COLUMNS) - 1
        sheet.merge_range(0, 0, 0, last, "准格尔旗2026年计划新开工重点项目清单", title)
        sheet.merge_range(
            1, 0, 1, last, "单位：万元、公顷、万立方米        填报日期：2025年10月28日", small
        )
        for column, (_, heading, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write(3, column, heading, head)
        for group in dict.fromkeys(group for group, _, _ in COLUMNS if group):
            within = [n for n, (name, _, _) in enumerate(COLUMNS) if name == group]
            sheet.merge_range(2, within[0], 2, within[-1], group, head)
        for column, (group, heading, _) in enumerate(COLUMNS):
            if not group:
                sheet.merge_range(2, column, 3, column, heading, head)

        row, serial = 4, 0
        for section, name in SECTIONS.items():
            sheet.write_row(row, 0, [section, f"{name}项目"] + [""] * (last - 1), bold)
            row += 1
            for project in projects:
                if project[0] == section:
                    serial += 1
                    for column, value in enumerate((serial, *project[1:])):
                        if isinstance(value, date):
                            sheet.write_datetime(row, column, value, day)
                        else:
                            sheet.write(row, column, value, cell)
                    row += 1
        sheet.write_row(row, 0, ["合计", f"{serial}个项目"] + [""] * (last - 1), bold)
        sheet.merge_range(
            row + 2, 0, row + 2, last,
            "注：1.本表为样例，项目、单位、代码均为虚构。2.特征列打√或填“是”，其余特征写入“其他特征”，用顿号分开。",
            small,
        )  # fmt: skip
        sheet.freeze_panes(4, 2)


def spoiled() -> tuple[tuple[object, ...], ...]:
    """The same projects with ``FAULTS`` written in."""
    headings = [heading for _, heading, _ in COLUMNS]
    rows = [list(project) for project in PROJECTS]
    for number, heading, value in FAULTS:
        rows[number][headings.index(heading)] = value
    return tuple(tuple(row) for row in rows)


if __name__ == "__main__":
    write_list(CLEAN, PROJECTS)
    write_list(DIRTY, spoiled())
