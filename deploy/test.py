"""`make test`: all tests on servers of their own, which leave nothing behind (测试)."""

import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.demo import ROOT, heed_signals
from kernel.embedded import processes
from kernel.embedded.home import Home
from kernel.embedded.processes import CannotStart
from kernel.embedded.services import running_services

NOTHING_COLLECTED = 5
#: The tests whose number of ledgers and of kills the environment sets.
SOAK = (
    "tests/kernel/clock/test_read_against_the_oracle.py",
    "tests/kernel/clock/test_columns.py",
    "tests/tenants/rollup/test_writing.py",
    "tests/chaos",
)
SOAKED = {"LEDGERS": "1000000", "ROLLUP_WRITES": "100000", "KILLS": "200"}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> int:
    heed_signals()
    home = Home(Path(tempfile.mkdtemp(prefix="lianshen-test-")))
    try:
        with running_services(home.path, durable=False) as services:
            environment = {
                **os.environ,
                **services.environment,
                "ADMIN_DATABASE_URL": services.admin_database_url,
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "LIANSHEN_HOME": str(home.path),
            }
            if arguments == ["bench"]:
                return pytest("bench", environment, "--capture=no", "-p", "no:randomly")
            if arguments == ["soak"]:
                soaked = {**SOAKED, **environment}
                return pytest("not browser and not bench", soaked, *SOAK, "-p", "no:randomly")
            return all_tests(environment, chromium=find_chromium())
    except CannotStart as reason:
        print(f"\n✗ {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n■ 测试已中断。")
        return 130
    finally:
        home.remove()


def all_tests(environment: Mapping[str, str], *, chromium: str | None) -> int:
    """Quick tests, those that kill servers, those in a browser; the last lines say what did not run."""
    begun = time.monotonic()
    # Spread over the processors, unless somebody asks for some tests alone.
    spread = () if os.environ.get("PYTEST_ARGS") else ("-n", "auto")
    codes = [pytest("not browser and not bench and not chaos", environment, *spread)]
    lines = [f"测试：{verdict(codes[0])}（{time.monotonic() - begun:.0f} 秒）"]
    begun = time.monotonic()
    codes.append(pytest("chaos", environment, "-p", "no:randomly"))
    lines.append(f"故障测试：{verdict(codes[1])}（{time.monotonic() - begun:.0f} 秒）")
    if chromium:
        begun = time.monotonic()
        codes.append(pytest("browser", {**environment, "CHROMIUM": chromium}))
        lines.append(
            f"浏览器测试：{verdict(codes[-1])}（{time.monotonic() - begun:.0f} 秒，{chromium}）"
        )
    else:
        lines.append(
            "浏览器测试未运行：未找到 Chromium（可安装 chromium，或用 CHROMIUM=路径 make test 指明）。"
        )
    print("\n" + "\n".join(lines), flush=True)
    if set(codes) == {NOTHING_COLLECTED}:
        return NOTHING_COLLECTED
    return next((code for code in codes if code not in {0, NOTHING_COLLECTED}), 0)


def pytest(marks: str, environment: Mapping[str, str], *options: str) -> int:
    chosen = shlex.split(os.environ.get("PYTEST_ARGS", ""))
    return processes.run(
        [sys.executable, "-m", "pytest", "-m", marks, *options, *chosen],
        env=environment,
        cwd=ROOT,
        end=signal.SIGINT,
    )


def verdict(code: int) -> str:
    return {0: "通过", NOTHING_COLLECTED: "没有符合条件的测试"}.get(
        code, f"未通过（返回码 {code}）"
    )


def find_chromium() -> str | None:
    """CHROMIUM if given, else the first browser of that family on the PATH."""
    given = os.environ.get("CHROMIUM")
    if given and not shutil.which(given):
        raise CannotStart(f"CHROMIUM={given} 不是可执行程序。")
    return given or next(filter(None, map(shutil.which, CHROMIUMS)), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
