"""`make test` names what it did not run."""

import os
import shlex
from pathlib import Path

import pytest

from deploy import test as make_test
from kernel.embedded.processes import CannotStart


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A suite of two tests in place of ours: one quick, one for a browser that fails."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser\n  bench\n  chaos\n")
    (tmp_path / "test_two.py").write_text(
        "import pytest\n\ndef test_quick(): pass\n\n"
        "@pytest.mark.browser\ndef test_page(): raise SystemError\n"
    )
    words = ["-c", str(tmp_path / "pytest.ini"), "-p", "no:django", "-p", "no:cacheprovider"]
    monkeypatch.setenv("PYTEST_ARGS", shlex.join([*words, "-q", str(tmp_path)]))
    return dict(os.environ)


def test_without_a_browser_the_last_line_says_so(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_test.all_tests(environment, chromium=None) == 0
    last = capsys.readouterr().out.strip().split("\n")[-1]
    assert last.startswith("浏览器测试未运行：未找到 Chromium")


def test_a_failure_in_the_browser_fails_the_run(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_test.all_tests(environment, chromium="/usr/bin/chromium") == 1
    quick, chaos, browser = capsys.readouterr().out.strip().split("\n")[-3:]
    assert quick.startswith("测试：通过")
    assert chaos.startswith("故障测试：没有符合条件的测试")
    assert "浏览器测试：未通过" in browser


def test_no_browser_is_found_on_an_empty_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert make_test.find_chromium() is None


def test_a_browser_named_wrongly_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(CannotStart, match="CHROMIUM=/nowhere/chromium"):
        make_test.find_chromium()
