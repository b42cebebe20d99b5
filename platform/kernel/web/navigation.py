"""The console's navigation (导航): each room registers its own entries, in the office's words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

GROUPS = ("我的工作", "台账", "会商", "报备与公开", "汇总", "机制", "系统")


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. ``count`` says how many things wait for someone; 0 shows nothing. ``args`` complete the address."""

    group: str
    label: str
    url_name: str
    permission: str
    order: int = 100
    count: Callable[[HttpRequest], int] | None = None
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and its links. A template reads it as ``group.label`` and ``group.items``."""

    label: str
    items: Sequence[Link]


_registry: dict[tuple[str, ...], NavItem] = {}


def register(item: NavItem) -> NavItem:
    """Add an entry; called from a room's ``AppConfig.ready``.

    Raises ValueError for an unknown group, or when another entry has the address or the words.
    """
    if item.group not in GROUPS:
        raise ValueError(f"unknown navigation group: {item.group}")
    address = (item.url_name, *item.args)
    known = _registry.get(address)
    if known == item:  # ready() may run twice
        return item
    if known or any((i.group, i.label) == (item.group, item.label) for i in _registry.values()):
        raise ValueError(f"navigation entry registered twice: {item.label} ({item.url_name})")
    _registry[address] = item
    return item


def groups_for(request: HttpRequest, may: Callable[[str], bool]) -> list[Group]:
    """The groups and entries this person may open, in fixed order, with the current one marked.

    The current entry is the longest address that the page's own address begins with, so that a
    project's page lights the project list.
    """
    allowed = sorted(
        (item for item in _registry.values() if may(item.permission)),
        key=lambda item: (GROUPS.index(item.group), item.order, item.label),
    )
    urls = {item: reverse(item.url_name, args=item.args) for item in allowed}
    here = max((url for url in urls.values() if _leads_to(url, request.path)), key=len, default="")
    links = {
        item: Link(item.label, url, url == here, item.count(request) if item.count else 0)
        for item, url in urls.items()
    }
    groups = [
        Group(label, [link for item, link in links.items() if item.group == label])
        for label in GROUPS
    ]
    return [group for group in groups if group.items]


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
