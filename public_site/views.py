"""Pages of the portal that are not Wagtail's: search, what crawlers ask for, documents, no such page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import Truncator
from django.views.decorators.http import require_safe
from wagtail.documents.models import Document
from wagtail.documents.views.serve import serve
from wagtail.models import Page, ReferenceIndex

from cms import released
from cms.frame import frame
from cms.models import EXAMPLES, InfoPage, NewsPage, SectionPage, latest_news, with_places
from kernel.web.http import open_to_all
from tenants.choosing import LISTED_AT_MOST
from tenants.registry.models import Disclosure, DisclosureKind
from tenants.registry.searching import LONGEST_QUERY, folded, found, words_of
from workflows.disclosure.comparing import limit, spoken

PER_PAGE = 20
NOTE_LENGTH = 120
NEWS = "news"
KINDS = (*DisclosureKind.choices, (NEWS, "动态"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of an answer."""

    title: str
    url: str
    place: str
    kind: str
    note: str


@require_safe
@open_to_all
def search(request: HttpRequest) -> HttpResponse:
    """Released records and live news that hold every word asked for; titles come first."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    live = SectionPage.objects.live().select_related("tenant").order_by("tenant__order", "pk")
    place = live.filter(tenant__slug=request.GET.get("place", "")).first()
    sections = list(live[: LISTED_AT_MOST + 1])
    if (
        len(sections) > LISTED_AT_MOST
    ):  # no list any more: whoever wants one place starts from its pages
        sections = [place] if place else []
    kind = request.GET.get("kind", "")
    answers = sorted(_answers(query, place, kind), key=lambda row: not _in_title(row.title, query))
    page = Paginator(answers, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "public_site/search.html",
        {
            "title": f"查找“{query}”" if query else "查找",
            "description": "在已公开的办事指南、项目进度、机构人员和动态中查找。",
            "crumbs": [("首页", "/"), ("查找", "")],
            "portal": frame(
                request.path, place.title if place else "", place.tenant.slug if place else ""
            ),
            "query": query,
            "words": words_of(query),
            "place": place,
            "kind": kind,
            "sections": sections,
            "kinds": KINDS,
            "examples": EXAMPLES,
            "page": page,
            "hits": _hits(page.object_list, query),
        },
    )


def _answers(query: str, place: SectionPage | None, kind: str) -> list[Disclosure | NewsPage]:
    """Rows that hold every word, records before news; what they say is left in the database."""
    records = Disclosure.objects.filter(withdrawn_at=None).defer("search", "payload")
    news = latest_news().defer("search", "body")
    if place:
        records = records.filter(owner=place.tenant.schema_name)
        news = news.descendant_of(place)
    if kind:
        records = records.filter(kind=kind)
    answers: list[Disclosure | NewsPage] = []
    if kind != NEWS:
        answers += found(records, query).order_by("kind", "key", "owner_slug")
    if kind in ("", NEWS):
        answers += found(news, query)
    return answers


def _hits(rows: Iterable[Disclosure | NewsPage], query: str) -> list[Hit]:
    rows = list(rows)
    numbers = [row.pk for row in rows if isinstance(row, Disclosure)]
    payloads = dict(Disclosure.objects.filter(pk__in=numbers).values_list("pk", "payload"))
    with_places([row for row in rows if isinstance(row, NewsPage)])
    return [
        Hit(row.title, row.get_url() or "", row.place, "动态", row.summary)
        if isinstance(row, NewsPage)
        else Hit(
            row.title,
            released.address(row.owner_slug, row.kind, row.key),
            row.owner_name,
            row.get_kind_display(),
            _note(row.kind, payloads[row.pk], "" if _in_title(row.title, query) else query),
        )
        for row in rows
    ]


def _in_title(title: str, query: str) -> bool:
    return all(word in folded(title) for word in words_of(query))


def _note(kind: str, payload: Mapping[str, Any], query: str) -> str:
    """What the record says at a glance, or the line in which the words asked for were found."""
    for label, text in spoken(kind, payload).items() if query else ():
        if any(word in folded(f"{label} {text}") for word in words_of(query)):
            return Truncator(f"{label}：{text}").chars(NOTE_LENGTH)
    if kind == DisclosureKind.MATTER:
        promised = limit(payload["promised"])
        parts = [payload["departments"][0], promised and f"承诺 {promised}", payload["stage_name"]]
    elif kind == DisclosureKind.PROJECT:
        done = sum(stage["done"] for stage in payload["stages"])
        total = sum(stage["total"] for stage in payload["stages"])
        parts = [payload["owner"], payload["region"], f"{done} / {total} 项办结"]
    else:
        parts = [f"成员单位 {len(payload['units'])} 个", payload["office"]["host"]]
    return " · ".join(filter(None, parts))


@require_safe
@open_to_all
def document(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """An attachment, once a page that the public can read names it; else it does not exist."""
    found_document = get_object_or_404(Document, pk=number)
    named = ReferenceIndex.get_references_to(found_document).values_list("object_id", flat=True)
    pages = Page.objects.live().public().type(NewsPage, InfoPage)
    public = pages.filter(pk__in=[int(pk) for pk in named if pk.isdecimal()]).exists()
    if not public and not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    return serve(request, number, name)


@require_safe
@open_to_all
def robots(request: HttpRequest) -> HttpResponse:
    lines = (
        "User-agent: *",
        "Disallow: /cms/",
        "Disallow: /search/",
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@open_to_all
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public address, with the day it last changed where that is known."""
    slugs = (
        SectionPage.objects.live().order_by("tenant__order").values_list("tenant__slug", flat=True)
    )
    entries: list[tuple[str, Any]] = [("/", None), ("/news/", None)]
    for slug in slugs:
        entries += [(f"/{slug}/{part}", None) for part in ("", "matters/", "projects/", "news/")]
    entries += [
        (released.address(slug, kind, key), at) for slug, kind, key, at in released.addresses()
    ]
    entries += [
        (page.get_url() or "/", page.last_published_at)
        for page in Page.objects.live().public().type(NewsPage, InfoPage).order_by("path")
    ]
    return render(
        request,
        "public_site/sitemap.xml",
        {"entries": [(request.build_absolute_uri(url), at) for url, at in entries]},
        content_type="application/xml",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(
        request,
        "public_site/404.html",
        {
            "title": "没有这一页",
            "description": "没有这一页",
            "portal": frame(request.path),
            "examples": EXAMPLES,
        },
        status=404,
    )
