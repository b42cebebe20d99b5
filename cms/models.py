"""The portal's pages (门户页面): home, one section a tenant, news, and plain information."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import AbstractGroupApprovalTask, Page

from cms import released, section
from cms.blocks import Body
from cms.frame import frame
from tenants.models import Kind, Tenant
from tenants.registry.models import DisclosureKind
from tenants.registry.searching import LONGEST_QUERY, searchable
from workflows.disclosure.fitness import NotForThePublic, fit_for_public

NEWS_PER_PAGE = 20
LATEST = 6
#: Groups of places on the front page; of a larger group it shows the first and links to all.
PLACES = (
    ("市本级", {Kind.CITY}),
    ("旗区", {Kind.BANNER, Kind.DISTRICT}),
    ("园区", {Kind.PARK}),
)
CARDS, PLACES_PER_PAGE = 24, 60
EXAMPLES = ("选址", "环评", "水土保持", "施工许可")
RECORD_PAGE = "disclosure/public/page.html"
#: First words of addresses that a page under a section must not take.
RESERVED = frozenset({"matters", "projects", "staff", "news"})


class PortalPage(Page):
    """What all pages share: the portal's frame, a description, and no say for editors over addresses."""

    class Meta:
        abstract = True

    promote_panels: ClassVar[list[Any]] = []

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        home = self.section()
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "title": self.title,
            "description": self.search_description or self.title,
            "place": home.title if home else "",
            "section": home,
            "crumbs": self.crumbs(home),
            "portal": frame(
                request.path, home.title if home else "", home.tenant.slug if home else ""
            ),
        }

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The editor's own window may frame a preview; nothing else may frame anything."""
        framed = csp_replace({"frame-ancestors": [SELF]})
        response = framed(lambda asked: super(PortalPage, self).serve_preview(asked, mode_name))(
            request
        )
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def section(self) -> "SectionPage | None":
        """The section this page is or belongs to."""
        return SectionPage.objects.ancestor_of(self).select_related("tenant").first()

    def crumbs(self, home: "SectionPage | None") -> list[tuple[str, str]]:
        news = [("动态", "/news/")]
        if home:
            at = f"/{home.tenant.slug}/"
            news = [(home.title, at), ("动态", f"{at}news/")]
        return [("首页", "/"), *news, (self.title, "")]


class HomePage(RoutablePageMixin, PortalPage):
    """The front door (首页): search, the tenants as cards, the latest news."""

    template = "public_site/home.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["cms.SectionPage", "cms.NewsPage", "cms.InfoPage"]

    intro = models.CharField("一句话介绍", max_length=120, blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = "首页"

    def section(self) -> None:
        return None

    def crumbs(self, home: "SectionPage | None") -> list[tuple[str, str]]:
        return []

    @path("")
    def front(self, request: HttpRequest) -> HttpResponse:
        groups = [(label, places(kinds)) for label, kinds in PLACES]
        return self.render(
            request,
            context_overrides={
                "description": self.intro or self.title,
                "groups": [
                    (label, _with_figures(found[:CARDS]), found.count())
                    for label, found in groups
                    if found
                ],
                "news": with_places(latest_news()[:LATEST]),
                "examples": EXAMPLES,
            },
        )

    @path("places/")
    def all_places(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        found = places({kind for _, kinds in PLACES for kind in kinds})
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(parent__name__icontains=word))
        page_of = Paginator(found, PLACES_PER_PAGE).get_page(request.GET.get("page"))
        return self.render(
            request,
            template="public_site/places.html",
            context_overrides={
                "title": "旗区、园区",
                "description": "各旗区、园区的专栏",
                "crumbs": [("首页", "/"), ("旗区、园区", "")],
                "words": words,
                "page_of": page_of,
                "places": _with_figures(page_of.object_list),
            },
        )

    @path("news/")
    def all_news(self, request: HttpRequest) -> HttpResponse:
        page_of = Paginator(latest_news(), NEWS_PER_PAGE).get_page(request.GET.get("page"))
        page_of.object_list = with_places(page_of.object_list)
        return self.render(
            request,
            template="public_site/news_list.html",
            context_overrides={
                "title": "动态",
                "description": "各级重点项目联审联批工作动态",
                "crumbs": [("首页", "/"), ("动态", "")],
                "page_of": page_of,
            },
        )


class SectionPage(RoutablePageMixin, PortalPage):
    """A tenant's section (专栏). Facts come from its released records; editors add words and news."""

    template = "public_site/section.html"
    is_creatable = False  # opened with the tenant, never by hand and never twice
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.NewsPage", "cms.InfoPage"]

    tenant = models.OneToOneField(
        Tenant, models.PROTECT, related_name="section", verbose_name="租户", editable=False
    )
    intro = RichTextField("介绍", blank=True, features=["bold", "ul", "link"])

    content_panels: ClassVar[list[Any]] = [FieldPanel("intro")]

    class Meta:
        verbose_name = "专栏"

    def section(self) -> "SectionPage":
        return self

    def _shown(
        self,
        request: HttpRequest,
        template: str,
        label: str,
        context: dict[str, Any],
        leaf: str = "",
    ) -> HttpResponse:
        crumbs = [("首页", "/"), (self.title, f"/{self.tenant.slug}/" if label else "")]
        if label:
            crumbs.append((label, "../" if leaf else ""))
        if leaf:
            crumbs.append((leaf, ""))
        return self.render(
            request,
            template=template,
            context_overrides={
                "description": f"{self.title}{label or '重点项目联审联批'}：承诺时限、材料、步骤和联系电话。",
                "crumbs": crumbs,
                **context,
            },
        )

    @path("")
    def overview(self, request: HttpRequest) -> HttpResponse:
        news = latest_news().descendant_of(self)[:LATEST]
        context = {**section.overview(self.tenant), "news": news}
        return self._shown(request, "public_site/section.html", "", context)

    @path("matters/")
    def matters(self, request: HttpRequest) -> HttpResponse:
        context = section.matters(self.tenant, request)
        return self._shown(request, "public_site/matters.html", "办事指南", context)

    @path("matters/<str:code>/")
    def matter(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._record(request, DisclosureKind.MATTER, code, "办事指南")

    @path("projects/")
    def projects(self, request: HttpRequest) -> HttpResponse:
        context = section.projects(self.tenant, request)
        return self._shown(request, "public_site/projects.html", "项目进度", context)

    @path("projects/<str:number>/")
    def project(self, request: HttpRequest, number: str) -> HttpResponse:
        return self._record(request, DisclosureKind.PROJECT, number, "项目进度")

    @path("staff/")
    def staff(self, request: HttpRequest) -> HttpResponse:
        record = released.mechanism(self.tenant.schema_name)
        if record is None:
            return self._shown(
                request, "public_site/nobody.html", "机构与联系", {"title": "机构与联系"}
            )
        context = section.record(self.tenant, record.kind, record.key)
        return self._shown(request, RECORD_PAGE, "机构与联系", context)

    @path("news/")
    def news(self, request: HttpRequest) -> HttpResponse:
        rows = latest_news().descendant_of(self)
        context = {
            "title": f"{self.title}动态",
            "page_of": Paginator(rows, NEWS_PER_PAGE).get_page(request.GET.get("page")),
        }
        return self._shown(request, "public_site/news_list.html", "动态", context)

    def _record(self, request: HttpRequest, kind: str, key: str, label: str) -> HttpResponse:
        context = section.record(self.tenant, kind, key)
        return self._shown(request, RECORD_PAGE, label, context, leaf=context["title"])


class NewsPage(PortalPage):
    """A piece of news (动态): progress, results, breakthroughs (A5.6). Published by a second person."""

    template = "public_site/news.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.SectionPage"]
    subpage_types: ClassVar[list[str]] = []

    date = models.DateField("日期", default=timezone.localdate)
    summary = models.CharField("概要", max_length=200)
    body = StreamField(Body(), verbose_name="正文", blank=True)
    search = models.TextField(editable=False, default="")

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[Any]] = [FieldPanel("slug")]

    class Meta:
        verbose_name = "动态"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), "description": self.summary}

    def text(self) -> str:
        return " ".join(
            str(part) for part in self.body.stream_block.get_searchable_content(self.body)
        )

    def clean(self) -> None:
        super().clean()
        _check_slug(self.slug)
        _check_words(title=self.title, summary=self.summary, body=self.text())

    def save(self, *args: Any, **kwargs: Any) -> Any:
        self.search = searchable(self.title, self.summary, self.text())
        return super().save(*args, **kwargs)


class InfoPage(PortalPage):
    """A page of plain words (说明), such as how to use the site."""

    template = "public_site/info.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.SectionPage"]
    subpage_types: ClassVar[list[str]] = []

    body = StreamField(Body(), verbose_name="正文", blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("body")]
    promote_panels: ClassVar[list[Any]] = [FieldPanel("slug")]

    class Meta:
        verbose_name = "说明页"

    def crumbs(self, home: "SectionPage | None") -> list[tuple[str, str]]:
        return [
            ("首页", "/"),
            *([(home.title, f"/{home.tenant.slug}/")] if home else []),
            (self.title, ""),
        ]

    def clean(self) -> None:
        super().clean()
        _check_slug(self.slug)
        text = self.body.stream_block.get_searchable_content(self.body)
        _check_words(title=self.title, body=" ".join(str(part) for part in text))


class SecondPersonTask(AbstractGroupApprovalTask):
    """A review (审核) by someone who neither wrote the last words nor asked for the review."""

    class Meta:
        verbose_name = verbose_name_plural = "第二人审核"

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        state = obj.current_workflow_state
        if state and user.pk in {
            state.requested_by_id,
            state.current_task_state.revision.user_id,
        }:
            return []
        actions: list[tuple[str, str, bool]] = super().get_actions(obj, user)
        return actions

    @classmethod
    def get_description(cls) -> str:
        return "由提交人和最后修改人以外的审核人通过后发布"


def latest_news() -> Any:
    """News before the public, newest first."""
    return NewsPage.objects.live().public().defer("search").order_by("-date", "-pk")


def places(kinds: Collection[str]) -> QuerySet[Tenant]:
    """Tenants of these kinds whose section is live, in the city's order."""
    sections = SectionPage.objects.live().values("tenant")
    return (
        Tenant.objects.filter(ready=True, kind__in=kinds, pk__in=sections)
        .select_related("parent")
        .order_by("order", "code")
    )


def _with_figures(tenants: Iterable[Tenant]) -> list[tuple[Tenant, Mapping[str, int] | None]]:
    tenants = list(tenants)
    figures = released.figures([tenant.schema_name for tenant in tenants])
    return [(tenant, figures.get(tenant.schema_name)) for tenant in tenants]


def with_places(news: Iterable[NewsPage]) -> list[NewsPage]:
    """The same news, each with the title of its section as ``place``."""
    news = list(news)
    above = {page.path[: -page.steplen] for page in news}
    sections = SectionPage.objects.filter(path__in=above).order_by("path")
    titles = dict(sections.values_list("path", "title"))
    for page in news:
        page.place = titles.get(page.path[: -page.steplen], "")
    return news


def _check_slug(slug: str) -> None:
    if slug in RESERVED:
        raise ValidationError({"slug": f"网址名“{slug}”是专栏自用的，请换一个。"})


def _check_words(**texts: str) -> None:
    for field, text in texts.items():
        try:
            fit = fit_for_public(text, place="动态")
        except NotForThePublic as refusal:
            raise ValidationError({field: str(refusal)}) from refusal
        if fit != text:
            raise ValidationError({field: "有公民身份号码，不能对外公开，请删去。"})
