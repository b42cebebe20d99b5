"""The frame of every portal page (网站框架): its name, its navigation, its foot."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    url: str
    current: bool


def frame(path: str, place: str = "", slug: str = "") -> dict[str, Any]:
    """``portal`` for `base_portal.html`; within a tenant's section the links are its own."""
    links = (
        [
            (place, f"/{slug}/"),
            ("办事指南", f"/{slug}/matters/"),
            ("项目进度", f"/{slug}/projects/"),
            ("机构与联系", f"/{slug}/staff/"),
            ("动态", f"/{slug}/news/"),
            ("查找", f"/search/?place={slug}"),
        ]
        if slug
        else [("选旗区", "/#places"), ("动态", "/news/"), ("查找", "/search/")]
    )
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "home_url": "/",
        "nav": [Item(label, url, _leads_to(url, path, slug)) for label, url in links],
        "footer": "内容由各级机制办公室审核发布；办理以受理窗口书面告知为准。",
    }


def _leads_to(url: str, path: str, slug: str) -> bool:
    url = url.partition("?")[0]
    if "#" in url:
        return False
    return path == url if url == f"/{slug}/" else path.startswith(url)
