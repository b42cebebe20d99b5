"""One year (一年) in three tenants, from the October list to the August target, on the whole stack."""

import pytest

from tests.browser.stack import City

pytestmark = pytest.mark.browser


def test_every_process_lives_on_the_day_of_the_story(year_city: City) -> None:
    year_city.turn_to("2025-10-09 09:00")
    status, _, page = year_city.ask(
        year_city.url("zhungeer", "/"), session=year_city.sessions["zhunban"]
    )
    assert status == 200
    assert "2025年10月9日" in page
    year_city.run_beat()
