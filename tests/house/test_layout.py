"""The house stands as drawn: layout, names, source root."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = {"platform", "tenants", "cms", "workflows", "public_site", "deploy", "tests"}


def test_platform_stays_a_source_root() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_nothing_in_a_source_root_wears_a_standard_library_name() -> None:
    names = {p.stem for root in (ROOT, ROOT / "platform") for p in root.iterdir()}
    assert names & sys.stdlib_module_names == {"platform"}


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    ignored = {"static", "media", "test-results"}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    assert folders - ignored == TOP
    files = {p.name for p in ROOT.iterdir() if p.is_file() and not p.name.startswith(".")}
    assert files == {"pyproject.toml", "requirements.lock", "README.md", "Makefile"}


def test_every_room_introduces_itself() -> None:
    rooms = [*(ROOT / "workflows").iterdir(), *(ROOT / "platform" / "kernel").iterdir()]
    rooms += [ROOT / "tenants", ROOT / "cms", ROOT / "public_site", ROOT / "deploy"]
    missing = [
        str(room.relative_to(ROOT))
        for room in rooms
        if room.is_dir() and room.name != "__pycache__" and not (room / "README.md").exists()
    ]
    assert not missing


def test_no_drawers() -> None:
    drawers = {"utils", "helpers", "common", "manager", "misc"}
    found = [
        str(path.relative_to(ROOT))
        for top in TOP - {"tests"}
        for path in (ROOT / top).rglob("*.py")
        if path.stem in drawers
    ]
    assert not found
