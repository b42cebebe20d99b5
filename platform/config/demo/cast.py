"""The tenants and the invented people of the sample city. Office lines only."""

from dataclasses import dataclass

from tenants.models import Kind

PASSWORD = "Lianshen-2026"  # noqa: S105 -- printed at every start of the demo, for the demo alone


@dataclass(frozen=True)
class Place:
    """A tenant to open, in the order parents come first."""

    name: str
    slug: str
    kind: Kind
    code: str
    prefix: str
    parent: str | None = "city"


PLACES = (
    Place("鄂尔多斯市", "city", Kind.CITY, "150600", "ERD", None),
    Place("东胜区", "dongsheng", Kind.DISTRICT, "150602", "DSQ"),
    Place("康巴什区", "kangbashi", Kind.DISTRICT, "150603", "KBS"),
    Place("达拉特旗", "dalate", Kind.BANNER, "150621", "DLT"),
    Place("准格尔旗", "zhungeer", Kind.BANNER, "150622", "ZGE"),
    Place("鄂托克前旗", "etuokeqian", Kind.BANNER, "150623", "EQQ"),
    Place("鄂托克旗", "etuoke", Kind.BANNER, "150624", "ETK"),
    Place("杭锦旗", "hangjin", Kind.BANNER, "150625", "HJQ"),
    Place("乌审旗", "wushen", Kind.BANNER, "150626", "WSQ"),
    Place("伊金霍洛旗", "yijinhuoluo", Kind.BANNER, "150627", "YJH"),
    Place("鄂尔多斯蒙苏经济开发区", "mengsu", Kind.PARK, "150627-P1", "MSK", "yijinhuoluo"),
    Place("准格尔经济开发区", "zhungeer-jkq", Kind.PARK, "150622-P1", "ZJK", "zhungeer"),
    Place("上海庙经济开发区", "shanghaimiao", Kind.PARK, "150623-P1", "SHM", "etuokeqian"),
)


@dataclass(frozen=True)
class Person:
    """An account with its posts: (tenant, role, department code) each."""

    username: str
    name: str
    post: str
    memberships: tuple[tuple[str, str, str], ...]


PEOPLE = (
    Person("shiban", "苏某（示例）", "市机制办公室联络员", (("city", "office", ""),)),
    Person("shizhang", "白某（示例）", "副总召集人", (("city", "leader", ""),)),
    Person("ducha", "韩某（示例）", "督查专员", (("city", "supervision", ""),)),
    Person("shizrzy", "乔某（示例）", "市自然资源局经办", (("city", "department", "zrzy"),)),
    Person(
        "zhunban",
        "娜某（示例）",
        "准格尔旗机制办公室联络员",
        (("zhungeer", "office", ""), ("zhungeer-jkq", "office", "")),
    ),
    Person(
        "zhunban2",
        "齐某（示例）",
        "准格尔旗机制办公室审核岗",
        (("zhungeer", "office", ""), ("zhungeer-jkq", "office", "")),
    ),
    Person("zhunducha", "宝某（示例）", "旗督查室专员", (("zhungeer", "supervision", ""),)),
    Person("zhunzrzy", "王某（示例）", "用地科经办", (("zhungeer", "department", "zrzy"),)),
    Person(
        "zhunsthj", "李某（示例）", "生态环境首席代表", (("zhungeer", "representative", "sthj"),)
    ),
    Person("zhunbangban", "张某（示例）", "帮办代办员", (("zhungeer", "helper", ""),)),
    Person("zhunqizhang", "巴某（示例）", "总召集人", (("zhungeer", "leader", ""),)),
    Person("zhungongkai", "云某（示例）", "公开发布员", (("zhungeer", "editor", ""),)),
    Person("dalaban", "郭某（示例）", "达拉特旗机制办公室联络员", (("dalate", "office", ""),)),
    Person("yuanqu", "刘某（示例）", "蒙苏园区机制办公室", (("mengsu", "office", ""),)),
)
