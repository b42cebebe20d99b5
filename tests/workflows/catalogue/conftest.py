from collections.abc import Iterator

import pytest

from tenants.gateway import visiting
from tenants.models import Tenant


@pytest.fixture
def in_city(city: Tenant) -> Iterator[Tenant]:
    with visiting(city):
        yield city
