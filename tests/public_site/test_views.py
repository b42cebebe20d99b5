"""Search in Chinese, what crawlers ask for, attachments, and a page that is not there."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.documents.models import Document

from cms.models import NewsPage, SectionPage
from cms.sample import publish_news
from tenants.models import Tenant

pytestmark = pytest.mark.django_db


def test_two_characters_inside_a_title_are_found(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08", "B01")
    page = portal.get("/search/", {"q": "选址"}).content.decode()
    assert "建设项目用地预审与<mark>选址</mark>意见书" in page
    assert "/zhungeer/matters/A08/" in page
    assert "/zhungeer/matters/B01/" not in page


def test_pieces_that_do_not_stand_together_are_no_answer(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    # 预审 and 意见书 both occur, 预审意见书 does not.
    assert "没有找到" in portal.get("/search/", {"q": "预审意见书"}).content.decode()
    assert "/A08/" in portal.get("/search/", {"q": "预审 意见书"}).content.decode()


@pytest.mark.parametrize("query", ["", " ", "%", "_", "'", "\\", "选", "A08", "ａ０８", "<script>"])
def test_any_question_gets_a_page(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int], query: str
) -> None:
    publish(zhungeer, "A08")
    answer = portal.get("/search/", {"q": query})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("<main")[1]


def test_a_code_is_found_in_either_width(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    for query in ("A08", "ａ０８"):
        assert "/matters/A08/" in portal.get("/search/", {"q": query}).content.decode()


def test_news_is_found_and_a_place_narrows(
    portal: Client, sections: dict[str, SectionPage]
) -> None:
    publish_news(sections["zhungeer"], on=date(2026, 1, 12))
    found = portal.get("/search/", {"q": "园区"}).content.decode()
    assert "帮办代办队伍走进<mark>园区</mark>" in found
    elsewhere = portal.get("/search/", {"q": "园区", "place": "dalate"}).content.decode()
    assert "没有找到" in elsewhere
    assert "没有找到" in portal.get("/search/", {"q": "园区", "kind": "matter"}).content.decode()


def test_a_large_city_shows_some_places_and_a_way_to_all(
    portal: Client, sections: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = portal.get("/").content.decode()
    assert "/zhungeer/" in whole
    assert "/dalate/" in whole
    assert "/places/" not in whole
    monkeypatch.setattr("cms.models.CARDS", 1)
    monkeypatch.setattr("public_site.views.LISTED_AT_MOST", 1)
    front = portal.get("/").content.decode()
    assert '<a href="/places/">全部旗区、园区</a>' in front
    assert ('href="/zhungeer/"' in front) != ('href="/dalate/"' in front)
    assert '<select class="input" id="place"' not in portal.get("/search/").content.decode()
    narrowed = portal.get("/search/", {"q": "园区", "place": "dalate"}).content.decode()
    assert '<option value="dalate" selected>' in narrowed


def test_a_place_is_found_by_part_of_its_name(portal: Client, sections: object) -> None:
    everything = portal.get("/places/").content.decode()
    assert 'href="/zhungeer/"' in everything
    assert 'href="/dalate/"' in everything
    found = portal.get("/places/", {"q": "达拉"}).content.decode()
    assert 'href="/dalate/"' in found
    assert 'href="/zhungeer/"' not in found
    assert "没有找到" in portal.get("/places/", {"q": "无此旗"}).content.decode()
    assert portal.get("/places/", {"q": "\x00"}).status_code in (200, 400)
    assert portal.get("/search/?place=%00").status_code == 400


def test_elder_mode_is_a_cookie_or_an_address(portal: Client, sections: object) -> None:
    assert "data-elder>" not in portal.get("/").content.decode()
    assert "data-elder>" in portal.get("/?elder=1").content.decode()
    portal.cookies["lianshen_elder"] = "1"
    assert "data-elder>" in portal.get("/search/").content.decode()


def test_a_page_that_is_not_there_offers_the_search(portal: Client, sections: object) -> None:
    answer = portal.get("/nowhere/")
    assert answer.status_code == 404
    assert 'action="/search/"' in answer.content.decode()


def test_crawlers_find_what_is_public_and_are_kept_from_the_editors_door(
    portal: Client, zhungeer: Tenant, publish: Callable[..., int]
) -> None:
    publish(zhungeer, "A08")
    robots = portal.get("/robots.txt").content.decode()
    assert "Disallow: /cms/" in robots
    sitemap = portal.get("/sitemap.xml").content.decode()
    assert "http://localhost/zhungeer/matters/A08/" in sitemap
    for line in sitemap.splitlines():
        if "<loc>" in line:
            path = line.split("<loc>http://localhost")[1].split("</loc>")[0]
            assert portal.get(path).status_code == 200


def test_an_attachment_is_served_once_a_public_page_names_it(
    portal: Client, sections: dict[str, SectionPage], settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    document = Document.objects.create(
        title="附件", file=ContentFile("内容".encode(), name="list.pdf")
    )
    url = reverse("wagtaildocs_serve", "config.urls_portal", args=[document.pk, document.filename])
    assert portal.get(url).status_code == 404
    page = NewsPage(
        title="带附件",
        slug="with",
        summary="概要",
        date=date(2026, 1, 12),
        body=[("attachment", document)],
        live=False,
    )
    sections["zhungeer"].add_child(instance=page)
    assert portal.get(url).status_code == 404
    page.save_revision().publish()
    answer = portal.get(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode() == "内容"
