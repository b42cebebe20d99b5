"""What waits for a member in the task force (等我办): terms that end soon."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from kernel.authority.permissions import Permission, Role
from kernel.web.http import SignedInRequest
from kernel.web.lamps import Lamp
from kernel.web.waiting import Item
from workflows.taskforce import queries

MOST = 12


def items(request: SignedInRequest, on: date) -> Iterator[Item]:
    """The office sees every term that ends within a month; a department those of its own people."""
    may_change = Permission.MECHANISM_CHANGE in request.permissions
    if not may_change and Role(request.membership.role) not in (
        Role.DEPARTMENT,
        Role.REPRESENTATIVE,
    ):
        return
    code = None if may_change else request.membership.department_code
    for row in queries.ending(on, department_code=code)[:MOST]:
        over = row.planned_until < on
        yield Item(
            f"{row.name}选派{'已经期满' if over else '将要期满'}",
            "专项工作组",
            "延期或者结束" if may_change else "看任期",
            reverse("taskforce:person", args=[row.pk]),
            "计划至",
            row.planned_until,
            (Lamp.RED if over else Lamp.YELLOW).value,
            note=row.purpose,
        )
