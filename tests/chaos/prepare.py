"""The small city of the browser tests, with a list of drafts that the worker will have to work through."""

import json
import sys

from tests.browser.prepare_city import prepare

from kernel.trail import SYSTEM  # isort: skip -- Django stands only now
from tenants.gateway import visiting  # isort: skip
from tenants.models import Tenant  # isort: skip
from workflows.projects import actions, sample  # isort: skip

DRAFTED = 2027
DRAFTS = 30


def add_drafts() -> None:
    with visiting(Tenant.objects.get(slug="zhungeer")):
        for facts in sample.sample_rows("zhungeer", DRAFTED, DRAFTS):
            actions.register(year=DRAFTED, facts=facts, actor=SYSTEM)


if __name__ == "__main__":
    sessions = prepare()
    add_drafts()
    json.dump(sessions, sys.stdout)
