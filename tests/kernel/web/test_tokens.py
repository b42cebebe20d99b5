"""The colours can be read: every pair a page uses has a contrast of at least 4.5."""

import re
from itertools import product
from pathlib import Path

import pytest

from kernel.web import gantt

STATIC = Path(__file__).parents[3] / "platform/kernel/web/static/lianshen"
CSS = (STATIC / "tokens.css").read_text(encoding="utf-8")


def block(selector: str) -> dict[str, str]:
    found = re.search(rf"^\s*{re.escape(selector)} \{{(.*?)\}}", CSS, re.DOTALL | re.MULTILINE)
    assert found, selector
    return dict(re.findall(r"--([\w-]+): ([^;]+);", found[1]))


LIGHT = block(":root")
DARK = block(':root[data-theme="dark"]')
THEMES = {"light": LIGHT, "dark": LIGHT | DARK}

GROUNDS = ["panel", "ground", "raised", "hover"]
PAIRS = [
    *product(["ink", "muted", "link", "brand-ink", "red", "yellow", "green", "blue"], GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("green", "yellow", "red", "blue", "grey")),
    ("ink", "yellow-soft"),
    ("ink", "red-soft"),
    ("ink", "brand-soft"),
    ("brand-ink", "brand-soft"),
    ("muted", "brand-soft"),
    ("on-brand", "brand"),
    ("on-danger", "danger"),
    ("bar-ink", "bar"),
    ("bar-muted", "bar"),
    ("bar-muted", "bar-field"),
    ("bar-ink", "bar-field"),
    *(
        ("bar-ink", plot)  # white figures on the parts of a bar
        for plot in ("plot-done", "plot-yellow", "plot-late", "plot-slate", "plot-blue")
    ),
    ("ink", "plot-planned"),
]
SHAPES = [  # what is a shape and no letter needs 3 to its ground
    *((f"{tone}-mark", f"{tone}-soft") for tone in ("green", "yellow", "red", "blue", "grey")),
    ("focus", "panel"),
    ("focus", "ground"),
    ("focus-bar", "bar"),
    ("line-strong", "panel"),
    ("plot-critical", "panel"),
    ("plot-hatch", "plot-paused"),
    *((f"plot-{state}", "panel") for state in ("done", "running", "late", "planned-edge")),
    *((f"series-{n}", "panel") for n in range(1, 5)),
]


def luminance(colour: str) -> float:
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_words_have_a_contrast_of_at_least_four_and_a_half(theme: str) -> None:
    tokens = THEMES[theme]
    ratios = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_shapes_have_a_contrast_of_at_least_three(theme: str) -> None:
    tokens = THEMES[theme]
    ratios = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


def test_dark_by_choice_and_dark_by_system_are_the_same_tokens() -> None:
    assert block(':root:not([data-theme="light"])') == DARK


def test_dark_changes_every_colour_that_light_sets() -> None:
    colours = {name for name, value in LIGHT.items() if value.startswith("#")}
    assert colours - set(DARK) == set()


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_sheets_use_only_tokens_that_exist_and_load_nothing(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert set(re.findall(r"var\(--([\w-]+)", text)) <= set(LIGHT)
    assert "@import" not in text
    assert "url(" not in text
    if sheet.name != "tokens.css":
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) <= {"#fff"}


def test_row_height_is_the_same_in_the_sheet_and_in_the_drawing() -> None:
    base = (STATIC / "base.css").read_text(encoding="utf-8")
    assert f".gantt-labels li {{ height: {gantt.ROW}px;" in base
    assert f"padding-top: {gantt.HEAD}px;" in base
