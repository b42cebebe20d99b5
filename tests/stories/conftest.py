"""A story is told in its order, and not past a chapter that went wrong."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.stack import City, running_city
from tests.browser.visitor import Visitor

FAILED = pytest.StashKey[str]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the chapters of each story back in order, in the places that a shuffle gave them."""
    for path in {item.path for item in items if "stories" in item.path.parts}:
        places = [n for n, item in enumerate(items) if item.path == path]
        told = sorted((items[n] for n in places), key=lambda item: item.reportinfo()[1] or 0)
        for place, item in zip(places, told, strict=True):
            items[place] = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.failed and item.parent:
        item.parent.stash.setdefault(FAILED, item.name)
    return report


@pytest.fixture(autouse=True)
def _chapter_before_went_well(request: pytest.FixtureRequest) -> None:
    if failed := request.node.parent.stash.get(FAILED, ""):
        pytest.skip(f"the story ended at {failed}")


class Cast:
    """The people of a story by account, each at a window of their own."""

    def __init__(self, city: City, chromium: Any) -> None:
        self.city, self._chromium = city, chromium
        self.visitors: dict[str, Visitor] = {}

    def at(self, host: str, username: str = "") -> Visitor:
        """The person's window on that host, signed in on first use; without a name the public's."""
        key = f"{username}@{host}"
        if key not in self.visitors:
            visitor = self.visitors[key] = Visitor(self.city, self._chromium, host)
            if username:
                visitor.sign_in(username)
        return self.visitors[key]


@pytest.fixture(scope="module")
def cast(city_stack: City, chromium: Any) -> Iterator[Cast]:
    cast = Cast(city_stack, chromium)
    yield cast
    for visitor in cast.visitors.values():
        visitor.close()


@pytest.fixture(scope="module")
def year_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city that lives through a year: `turn_to` moves its day, `run_beat` does the day's schedule."""
    folder = tmp_path_factory.mktemp("year")
    with running_city(
        folder, seeding="tests.stories.prepare_year", moment="2025-09-01 09:00"
    ) as city:
        yield city
        assert city.troubles() == []
