import pytest

from kernel.trail import Actor


@pytest.fixture
def actor() -> Actor:
    return Actor(1, "测试员", "机制办公室")
