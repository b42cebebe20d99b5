"""The wall: tiles as they lie, what stands below rolls into them, and who may see and place them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.trail import Actor
from kernel.trail.models import TrailEntry
from tenants.models import Kind, Tenant
from tenants.rollup.writing import put
from tests.workflows.overview.test_views import ON, procedure, project
from workflows.overview import wall
from workflows.overview.actions import TilesRefused, place_tiles

pytestmark = pytest.mark.django_db
In = Callable[[Tenant], AbstractContextManager[Tenant]]
CLERK = Actor(1, "苏某（示例）", "机制办公室")
WALL = "/overview/wall/"


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-01-14T09:20:00+08:00", tick=False):
        yield


@pytest.fixture
def office(city: Tenant, member: Callable[..., Any], console: Callable[..., Client]) -> Client:
    return console(city, member(city, "office"))


def opened(parent: Tenant, n: int, **facts: Any) -> Tenant:
    """A place that is only a name: nothing of it is entered."""
    return Tenant.objects.create(
        **{
            "schema_name": f"t_p{n}", "slug": f"p{n}", "kind": Kind.PARK, "parent": parent,
            "name": f"第{n}园区（示例）", "code": f"{parent.code}-X{n}", "prefix": f"P{n}",
            "order": 100 + n, "ready": True,
        } | facts
    )  # fmt: skip


@contextmanager
def as_of(tenant: Tenant) -> Iterator[None]:
    """In the name of a place whose schema is empty: the shared tables are enough."""
    before = connection.tenant
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {tenant.schema_name}")
    connection.set_tenant(tenant)
    try:
        yield
    finally:
        connection.set_tenant(before)


def test_a_tile_counts_all_that_stands_under_it(
    city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
) -> None:
    park = opened(zhungeer, 1)
    with in_tenant(zhungeer), transaction.atomic():
        put([project("Z1"), procedure("Z1-1", "Z1", yellow_on=ON)])
    with as_of(park), transaction.atomic():
        put([project("P1"), procedure("P1-1", "P1", red_on=ON)])
    with in_tenant(city):
        found = wall.wall(city, 2026, ON)
    tiles = {tile.tenant.slug: tile for tile in found.tiles}
    assert (tiles["zhungeer"].procedures.total, tiles["zhungeer"].lamp) == (2, "red")
    assert tiles["dalate"].lamp == "none"
    assert [(s.tenant.slug, s.red) for s in tiles["zhungeer"].below] == [("p1", 1)]
    assert not found.own.procedures.total


def test_the_nine_places_lie_roughly_as_they_do() -> None:
    spots = wall.BY_CODE
    assert len(set(spots.values())) == 9
    west, east = spots["150624"], spots["150622"]
    north, south = spots["150621"], spots["150626"]
    assert west[0] < east[0]
    assert north[1] < south[1]


def test_a_place_of_its_own_comes_before_the_one_shipped_and_others_find_room(city: Tenant) -> None:
    def place(pk: int, code: str, column: int | None = None, row: int | None = None) -> Tenant:
        return Tenant(pk=pk, code=code, tile_column=column, tile_row=row)

    shipped = wall.BY_CODE["150622"]
    spots = wall.placed([place(1, "150622"), place(2, "x", *shipped), place(3, "y")])
    assert spots[2] == shipped
    assert len(set(spots.values())) == 3
    many = wall.placed([place(n, f"c{n}") for n in range(1, 71)])
    placed = [spot for spot in many.values() if spot != (0, 0)]
    assert len(placed) == len(set(placed)) == 64


@pytest.mark.parametrize(
    ("on", "last"),
    [
        (date(2026, 3, 16), [date(2026, 2, 15), date(2026, 2, 28), date(2026, 3, 15)]),
        (date(2026, 3, 15), [date(2026, 1, 31), date(2026, 2, 15), date(2026, 2, 28)]),
        (date(2026, 1, 1), [date(2025, 11, 30), date(2025, 12, 15), date(2025, 12, 31)]),
        (date(2024, 3, 1), [date(2024, 1, 31), date(2024, 2, 15), date(2024, 2, 29)]),
    ],
)
def test_the_half_months_before_a_day(on: date, last: list[date]) -> None:
    assert wall.half_months(on, 4) == [*last, on]


def test_the_page_is_whole_and_what_it_asks_for_anew_is_its_content(
    office: Client, zhungeer: Tenant, in_tenant: In
) -> None:
    with in_tenant(zhungeer), transaction.atomic():
        put([project("Z1"), procedure("Z1-1", "Z1", red_on=ON, promised_due_on=ON)])
    whole = office.get(WALL).content.decode()
    part = office.get(WALL, headers={"HX-Request": "true"}).content.decode()
    for words in ("截至", "准格尔旗", "最急的 1 件", "建设用地规划许可证", "不是地图"):
        assert words in whole
        assert words in part
    assert "<html" in whole
    assert "<html" not in part


def test_an_empty_city_has_a_wall_too(office: Client) -> None:
    page = office.get(WALL).content.decode()
    assert "没有红灯和黄灯" in page
    assert page.count("尚无数据") == 2


def test_a_wall_looks_into_one_of_its_places_and_nowhere_else(
    office: Client, zhungeer: Tenant
) -> None:
    opened(zhungeer, 1)
    assert "第1园区" in office.get(f"{WALL}?within=t_zhungeer").content.decode()
    assert office.get(f"{WALL}?within=nobody").status_code == 404


def test_the_banners_have_no_wall(
    zhungeer: Tenant, member: Callable[..., Any], console: Callable[..., Client]
) -> None:
    browser = console(zhungeer, member(zhungeer, "office"))
    for path in (WALL, f"{WALL}?within=t_dalate", f"{WALL}tiles/", "/overview/breakdown/"):
        assert browser.get(path).status_code == 403


def test_it_asks_the_same_number_of_questions_of_any_number_of_places(
    office: Client, city: Tenant, zhungeer: Tenant, in_tenant: In
) -> None:
    def asked(path: str) -> int:
        office.get(path)
        with CaptureQueriesContext(connection) as found:
            assert office.get(path).status_code == 200
        return len(found)

    paths = (WALL, "/overview/breakdown/?by=place", "/overview/days/", "/overview/resolutions/")
    opened(zhungeer, 1)
    with in_tenant(zhungeer), transaction.atomic():
        put([project("P1"), procedure("P1-1", "P1", red_on=ON)])
    few = [asked(path) for path in paths]
    for n in range(2, 62):
        opened(city if n % 2 else zhungeer, n)
    with in_tenant(zhungeer), transaction.atomic():
        put([project(f"P{n}") for n in range(2, 40)])
        put([procedure(f"P{n}-1", f"P{n}", red_on=ON) for n in range(2, 40)])
    assert [asked(path) for path in paths] == few
    page = office.get(WALL).content.decode()
    assert page.count('class="place ') == 32
    assert "另 " in page


def test_no_more_tiles_than_a_wall_holds(office: Client, city: Tenant) -> None:
    for n in range(1, 60):
        opened(city, n)
    page = office.get(WALL).content.decode()
    assert page.count('class="place ') == wall.MOST_TILES
    assert "另有 21 个单位" in page


class TestPlacing:
    def test_the_office_places_tiles_and_the_trail_says_so(
        self, office: Client, city: Tenant, zhungeer: Tenant, dalate: Tenant, in_tenant: In
    ) -> None:
        told = {
            "t_zhungeer-column": "1", "t_zhungeer-row": "2", "t_dalate-column": "",
            "t_dalate-row": "",
        }  # fmt: skip
        page = office.post(f"{WALL}tiles/", told, follow=True).content.decode()
        assert "at-c1 at-r2" in page
        zhungeer.refresh_from_db()
        assert (zhungeer.tile_column, zhungeer.tile_row) == (1, 2)
        with in_tenant(city):
            assert "准格尔旗" in TrailEntry.objects.get(action="overview.tiles").summary

    def test_two_change_places(self, city: Tenant, zhungeer: Tenant, dalate: Tenant) -> None:
        place_tiles(under=city, spots={"t_zhungeer": (1, 1), "t_dalate": (2, 1)}, actor=CLERK)
        moved = place_tiles(
            under=city, spots={"t_zhungeer": (2, 1), "t_dalate": (1, 1)}, actor=CLERK
        )
        assert moved == 2
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize(
        ("spots", "words"),
        [
            ({"t_zhungeer": (1, 1), "t_dalate": (1, 1)}, "一格只能放一个"),
            ({"t_dalate": (4, 2)}, "是准格尔旗默认的位置"),
            ({"t_zhungeer": (9, 1)}, "大屏只有 8 列 8 行"),
        ],
    )
    def test_what_can_not_lie_so_is_refused_by_name(
        self, city: Tenant, spots: dict[str, tuple[int, int]], words: str
    ) -> None:
        with pytest.raises(TilesRefused, match=words) as refused:
            place_tiles(under=city, spots=spots, actor=CLERK)
        assert "准格尔旗" in str(refused.value)
        assert not Tenant.objects.filter(tile_column__isnull=False).exists()

    def test_half_a_place_is_told_at_its_field(self, office: Client) -> None:
        page = office.post(f"{WALL}tiles/", {"t_zhungeer-column": "1", "t_zhungeer-row": ""})
        assert "列和行要么都填，要么都空着" in page.content.decode()

    def test_leaders_look_and_do_not_place(
        self, city: Tenant, member: Callable[..., Any], console: Callable[..., Client]
    ) -> None:
        leader = console(city, member(city, "leader"))
        assert leader.get(WALL).status_code == 200
        assert leader.get(f"{WALL}tiles/").status_code == 403

    def test_the_database_holds_one_tile_a_spot(self, zhungeer: Tenant, dalate: Tenant) -> None:
        both = Tenant.objects.filter(pk__in=[zhungeer.pk, dalate.pk])
        with (
            pytest.raises(IntegrityError, match="tenant_tile_alone"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            both.update(tile_column=1, tile_row=1)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
