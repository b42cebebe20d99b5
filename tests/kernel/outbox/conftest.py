"""A receiver over real HTTP on loopback."""

from collections.abc import Iterator

import pytest

from tests.other_side import Other, listening


@pytest.fixture
def other() -> Iterator[Other]:
    with listening() as side:
        yield side
