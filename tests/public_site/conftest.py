"""The portal's cast is that of `tests/cms`."""

from tests.cms.conftest import _own_cache, publish, sections

__all__ = ["_own_cache", "publish", "sections"]
