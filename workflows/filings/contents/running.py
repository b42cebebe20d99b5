"""Whether a mechanism runs (机制运行), besides being set up: its list, its half-months, its public pages."""

from datetime import date
from typing import Any

from kernel.web.templatetags.lianshen import full_day
from tenants.gateway import current_tenant
from tenants.registry.models import Disclosure, DisclosureKind
from workflows.annual.models import ListVersion
from workflows.dispatch.lifecycle import Period
from workflows.dispatch.models import Report

LIST_MONTH = 10  # by its end next year's list is drawn up (A4.1)
PUBLIC = (DisclosureKind.MATTER, DisclosureKind.MECHANISM)  # flow, staff and helpers (A5.3)


def running(on: date) -> list[dict[str, Any]]:
    """What the city's model asks of a mechanism at work, what there is of it on day ``on``, and whether that does;
    three queries."""
    return [_list(on), _half_month(on), _public()]


def _list(on: date) -> dict[str, Any]:
    due = on.year + 1 if on.month > LIST_MONTH else on.year
    newest = (
        ListVersion.objects.select_related("cycle").filter(issued_on__lte=on).order_by("-cycle__year", "-number").first()
    )  # fmt: skip
    found = (
        f"已印发{newest.cycle.year}年清单第 {newest.number} 版，{full_day(newest.issued_on)}"
        if newest
        else "还没有印发过清单"
    )
    met = newest is not None and newest.cycle.year >= due
    return _row("年度项目清单", "每年10月底前印发下一年度的清单", found, met)


def _half_month(on: date) -> dict[str, Any]:
    last = Report.objects.filter(issued_on__lte=on).order_by("-first", "-edition").first()
    period = Period.of(last.first) if last else None
    found = f"最近一期是{period.words}" if period else "还没有签发过调度报告"
    # The half-month that has just ended may still be in the making.
    met = period is not None and period.first >= Period.of(on).before.before.first
    return _row("半月调度", "每半月向召集人报告一次", found, met)


def _public() -> dict[str, Any]:
    owner = current_tenant().schema_name
    rows = Disclosure.objects.filter(owner=owner, withdrawn_at=None, kind__in=PUBLIC).order_by()
    kinds = set(rows.values_list("kind", flat=True).distinct())
    lacking = [str(kind.label) for kind in PUBLIC if kind not in kinds]
    found = f"还没有公开{'、'.join(lacking)}" if lacking else "都已公开"
    return _row("公开页面", "办事指南、机构与人员向社会公开", found, not lacking)


def _row(part: str, demand: str, found: str, met: bool) -> dict[str, Any]:
    return {"part": part, "demand": demand, "found": found, "met": met}
