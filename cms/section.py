"""What a tenant's section shows (专栏): figures, lists, guides, progress, people. Released records only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.utils import timezone

from cms import released
from cms.forms import MatterFilter
from kernel.calendars.queries import work_calendar
from kernel.web.parts import Fact
from tenants.models import Tenant
from tenants.registry.models import Disclosure, DisclosureKind
from tenants.registry.searching import found, words_of
from workflows.disclosure.comparing import limit
from workflows.disclosure.showing import Imprint, office_lines, shown

PER_PAGE = 20
FIRST_FEW = 5


def overview(tenant: Tenant) -> dict[str, Any]:
    """The answer first: what is public here, how much shorter than the law, whom to ring."""
    guides = [_guide(record) for record in released.in_force(tenant.schema_name, "matter")]
    projects = released.in_force(tenant.schema_name, DisclosureKind.PROJECT)
    count = projects.count()
    lines = _office_lines(tenant)
    at = f"/{tenant.slug}/"
    shorter = _shorter(guide["payload"] for guide in guides)
    return {
        "lead": "要办什么、先办什么、几天办完、找谁办，都以本级机制办公室审核发布的为准。",
        "facts": [
            Fact("办事指南", f"{len(guides)} 项", "已公开", url=f"{at}matters/" if guides else ""),
            Fact("项目进度", f"{count} 个", "已公开", url=f"{at}projects/" if count else ""),
            Fact(
                "承诺比法定",
                "暂无统计" if shorter is None else f"缩短 {shorter}%",
                "" if shorter is None else "同按工作日计的事项",
            ),
            Fact("机制办公室电话", lines[0] if lines else "未公开", url=f"{at}staff/"),
        ],
        "stages": by_stage(guides),
        "projects": [_progress(record) for record in projects[:FIRST_FEW]],
        "more_projects": count > FIRST_FEW,
    }


def matters(tenant: Tenant, request: HttpRequest) -> dict[str, Any]:
    """Guides by stage, promised beside statutory."""
    guides = [_guide(record) for record in released.in_force(tenant.schema_name, "matter")]
    departments = {name: None for guide in guides for name in guide["payload"]["departments"]}
    form = MatterFilter(departments, request.GET or None)
    kept = [guide for guide in guides if form.keeps(guide["payload"])]
    return {
        "title": "办事指南",
        "form": form,
        "stages": by_stage(kept),
        "count": len(kept),
        "all": len(guides),
    }


def projects(tenant: Tenant, request: HttpRequest) -> dict[str, Any]:
    """Public progress of projects, a page at a time; ``q`` narrows it."""
    records = released.in_force(tenant.schema_name, DisclosureKind.PROJECT)
    query = request.GET.get("q", "").strip()
    if words_of(query):
        records = found(records, query)
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "title": "项目进度",
        "query": query,
        "page": page,
        "projects": [_progress(record) for record in page],
    }


def record(tenant: Tenant, kind: str, key: str) -> dict[str, Any]:
    """One record as its page; 404 when it was not released or was taken down."""
    one = released.one(tenant.schema_name, kind, key)
    if one is None:
        raise Http404
    known = released.keys(tenant.schema_name, DisclosureKind.MATTER)
    parts = shown(
        kind,
        one.payload,
        on=timezone.localdate(),
        calendar=work_calendar(),
        url_of=lambda code: f"/{tenant.slug}/matters/{code}/" if code in known else None,
    )
    office = None if kind != DisclosureKind.MATTER else released.mechanism(tenant.schema_name)
    return {
        "title": one.title,
        "description": f"{one.owner_name}{one.title}：{parts['lead']}",
        "imprint": Imprint(one.owner_name, one.version, one.digest, one.released_at),
        "office_phones": office_lines(office.payload) if office else [],
        "staff_url": f"/{tenant.slug}/staff/" if office else "",
        **parts,
    }


def by_stage(guides: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, list[Mapping[str, Any]]]]:
    """(name, number, guides) of each stage that has any, in the order of the work."""
    ordered = sorted(guides, key=lambda guide: (guide["payload"]["stage"], guide["key"]))
    return [
        (rows[0]["payload"]["stage_name"], stage, rows)
        for stage, group in groupby(ordered, key=lambda guide: guide["payload"]["stage"])
        for rows in [list(group)]
    ]


def _guide(record: Disclosure) -> dict[str, Any]:
    payload = record.payload
    return {
        "key": record.key,
        "title": record.title,
        "url": released.address(record.owner_slug, record.kind, record.key),
        "promised": limit(payload["promised"]),
        "statutory": limit(payload["statutory"]),
        "verified": payload["verified"]["limit"],
        "fewer": _fewer(payload),
        "payload": payload,
    }


def _fewer(payload: Mapping[str, Any]) -> int | None:
    """Working days the promise saves; None where the two can't be compared."""
    promised, statutory = payload["promised"], payload["statutory"]
    if not promised or statutory["days"] is None or promised["unit"] != statutory["unit"]:
        return None
    return int(statutory["days"]) - int(promised["days"])


def _shorter(payloads: Iterable[Mapping[str, Any]]) -> int | None:
    granted = saved = 0
    for payload in payloads:
        fewer = _fewer(payload)
        if fewer is not None:
            granted += payload["statutory"]["days"]
            saved += fewer
    return round(100 * saved / granted) if granted and saved > 0 else None


def _progress(record: Disclosure) -> dict[str, Any]:
    payload = record.payload
    stages = payload["stages"]
    return {
        "title": record.title,
        "url": released.address(record.owner_slug, record.kind, record.key),
        "owner": payload["owner"],
        "industry": payload["industry"],
        "target_on": date.fromisoformat(payload["target_on"]),
        "done": sum(stage["done"] for stage in stages),
        "running": sum(stage["running"] for stage in stages),
        "total": sum(stage["total"] for stage in stages),
    }


def _office_lines(tenant: Tenant) -> list[str]:
    office = released.mechanism(tenant.schema_name)
    return office_lines(office.payload) if office else []
