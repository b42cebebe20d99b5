"""The small city of the browser tests, with a list of drafts that the worker will have to work through, and more
projects under way."""

import json
import sys

from tests.browser.prepare_city import LISTED_ON, prepare

from kernel.trail import SYSTEM  # isort: skip -- Django stands only now
from tenants.gateway import visiting  # isort: skip
from tenants.models import Tenant  # isort: skip
from workflows.projects import actions, sample  # isort: skip
from workflows.projects.models import Project  # isort: skip

DRAFTED = 2027
DRAFTS = 30
PROJECTS = 24  # in dalate, so that there is a procedure to move at whatever number of kills


def add_drafts() -> None:
    with visiting(Tenant.objects.get(slug="zhungeer")):
        for facts in sample.sample_rows("zhungeer", DRAFTED, DRAFTS):
            actions.register(year=DRAFTED, facts=facts, actor=SYSTEM)


def add_projects() -> None:
    with visiting(Tenant.objects.get(slug="dalate")):
        known = Project.objects.count()
        rows = sample.sample_rows("dalate", 2026, PROJECTS)[known:]
        sample.load(rows, year=2026, on=LISTED_ON, actor=SYSTEM)


if __name__ == "__main__":
    sessions = prepare()
    add_drafts()
    add_projects()
    json.dump(sessions, sys.stdout)
