"""The city on the morning a year's work begins: three tenants with their mechanisms, no project yet.

One of the tenants has a person in every role. Prints as JSON who holds which session.
"""

import json
import sys
from datetime import date

import django

django.setup()

from config.demo.cast import PEOPLE, Person  # noqa: E402
from tests.browser.prepare_city import open_city, sessions_of  # noqa: E402

FOUNDED_ON = date(2025, 9, 1)
MORE = (
    Person("zhunfgw", "高某（示例）", "发改委经办", (("zhungeer", "department", "fgw"),)),
    Person("zhunlcj", "包某（示例）", "林草局经办", (("zhungeer", "department", "lcj"),)),
    Person("dalazrzy", "赵某（示例）", "自然资源局经办", (("dalate", "department", "zrzy"),)),
    Person("dalaqizhang", "吴某（示例）", "总召集人", (("dalate", "leader", ""),)),
    Person("yuanzrzy", "孟某（示例）", "自然资源局经办", (("zhungeer-jkq", "department", "zrzy"),)),
    Person("yuanzhang", "胡某（示例）", "总召集人", (("zhungeer-jkq", "leader", ""),)),
)


if __name__ == "__main__":
    open_city(on=FOUNDED_ON)
    json.dump(sessions_of([*PEOPLE, *MORE]), sys.stdout)
