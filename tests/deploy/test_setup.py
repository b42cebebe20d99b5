"""`make setup` and the list that `make` prints."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_an_interpreter_too_old_gets_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    done = subprocess.run(
        ["/bin/sh", "deploy/setup.sh"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/bin/false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith("✗ 未找到 Python 3.11")
    assert not (tmp_path / ".venv").exists()


def test_uv_is_pinned_with_hashes() -> None:
    pinned = (ROOT / "deploy" / "uv.lock.txt").read_text()
    assert re.match(r"uv==[\d.]+ \\\n +--hash=sha256:[0-9a-f]{64}", pinned)
    assert "://" not in pinned


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_alone_explains_every_command() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    assert re.findall(r"make ([a-z-]+) +\S", shown) == targets
