"""A token in a form means something only under a view that heeds it, and the other way round."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from kernel.once.sending import once

ACTION = re.compile(r"""action="{% url ['"]([\w:-]+)['"]""")
GUARD = once(lambda request: None).__code__  # type: ignore[arg-type, return-value, attr-defined]


def views(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from views(each, each.namespace or space)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{space}:{each.name}", each.callback


def heeds(view: Any) -> bool:
    while view is not None:
        if getattr(view, "__code__", None) is GUARD:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def forms() -> Iterator[str]:
    """Where each form with a token goes: the name of an address, or ``space:`` of a page that answers itself."""
    for app in apps.get_app_configs():
        for path in Path(app.path, "templates").rglob("*.html"):
            for form in path.read_text(encoding="utf-8").split("<form")[1:]:
                if "{% once %}" not in (whole := form.partition("</form>")[0]):
                    continue
                action = ACTION.search(whole)
                yield action[1] if action else f"{app.label}:"


def test_each_token_goes_to_a_view_that_heeds_it_and_each_such_view_gets_one() -> None:
    heeding = {name for name, view in views(get_resolver()) if heeds(view)}
    going = set(forms())
    assert len(heeding) > 15
    assert {name for name in going if not name.endswith(":")} <= heeding
    assert {name for name in going if name.endswith(":")} <= {
        f"{n.partition(':')[0]}:" for n in heeding
    }
    assert [
        n for n in sorted(heeding) if n not in going and f"{n.partition(':')[0]}:" not in going
    ] == []
