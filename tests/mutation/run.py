"""`make mutate`: plant faults in the clock and the plan, one by one, and see the tests catch them.

A fault that no test catches is a survivor. One that changes nothing anybody could see is explained
in `explained.toml`; any other ends the run with an error.
"""

import argparse
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

import chinese_calendar  # noqa: F401 -- these three are slow to import, and each mutant needs them
import holidays  # noqa: F401
import hypothesis
import numpy as np  # noqa: F401
import pytest

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "platform"
_READ = ("clock/test_read.py", "clock/test_read_against_the_oracle.py")
_SCHEDULE = ("plan/test_schedule.py",)
_COLUMNS = ("clock/test_columns.py", "plan/test_columns.py")
#: The tests each module answers to, the fastest first: a fault goes through them until one fails.
TESTS = {
    "kernel.clock.lines": ("clock/test_read.py",),
    "kernel.clock.ledger": _READ,
    "kernel.clock.opening": _READ,
    "kernel.clock.running": _READ,
    "kernel.clock.reading": _READ,
    "kernel.clock.calendar": (
        "clock/test_calendar.py", "clock/test_validity.py", *_READ, *_SCHEDULE,
    ),
    "kernel.clock.validity": ("clock/test_validity.py",),
    "kernel.clock.meter": ("clock/test_meter.py",),
    "kernel.plan.graph": _SCHEDULE,
    "kernel.plan.schedule": _SCHEDULE,
    "kernel.clock.days": ("clock/test_days.py", *_COLUMNS),
    "kernel.clock.columns": _COLUMNS[:1],
    "kernel.plan.columns": _COLUMNS[1:],
}  # fmt: skip
#: Random cases a comparison draws: enough to meet every rule, few enough for two thousand runs.
CASES = {"LEDGERS": "10000", "PROJECTS": "3000"}
OPTIONS = (
    "-x", "-q", "--no-header", "-p", "no:django", "-p", "no:xdist", "-p", "no:randomly", "-p",
    "no:cacheprovider", "-c", os.devnull, "--rootdir", str(ROOT), "--noconftest",
    "--import-mode=importlib", "-W", "ignore",
)  # fmt: skip
PASSED = 0


class Planted(MetaPathFinder, Loader):
    """Imports one module from a mutant instead of from its file."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def path_of(module: str) -> Path:
    return SOURCES / f"{module.replace('.', '/')}.py"


def begun(module: str, mutant: Mutant | None, seconds: int) -> int:
    """Start the tests of a module on a mutant, or on the source as it is, in a process of its own,
    which ends after so many seconds of computing: a fault may well never end."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    result = 1
    try:
        if mutant:
            code = compile(mutant.tree, str(path_of(module)), "exec")
            sys.meta_path.insert(0, Planted(module, code))
        result = pytest.main([*OPTIONS, *(f"{ROOT}/tests/kernel/{f}" for f in TESTS[module])])
    finally:
        os._exit(result)


def allowance(module: str) -> int:
    """Seconds of computing after which a mutant of this module counts as endless."""
    child = begun(module, None, 600)
    _, status, used = os.wait4(child, 0)
    if status != PASSED:
        raise SystemExit(f"{module} 的测试在未植入差错时就不通过，先修好测试。")
    return round(10 + 5 * (used.ru_utime + used.ru_stime))


def known() -> dict[tuple[str, str], str]:
    """What was explained: the module and the mutant, and why nobody can see it."""
    text = Path(__file__).with_name("explained.toml").read_text("utf-8")
    return {(e["module"], e["mutant"]): e["why"] for e in tomllib.loads(text)["survivor"]}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="变异测试：在时钟和计划里逐一植入差错")
    parser.add_argument("modules", nargs="*", help="只试这些模块，如 kernel.clock.reading")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--every", type=int, default=1, help="每隔几处试一处，默认逐处")
    chosen = parser.parse_args(arguments)
    hypothesis.settings.register_profile(
        "mutate",
        database=None,
        derandomize=True,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutate")
    os.environ |= CASES
    explained = known()
    open_ = sum(
        _tried(module, chosen.workers, chosen.every, explained)
        for module in TESTS
        if not chosen.modules or module in chosen.modules
    )
    return 1 if open_ else 0


def _tried(module: str, workers: int, every: int, explained: Mapping[tuple[str, str], str]) -> int:
    """Try the mutants of one module; how many survivors nobody explained, and explanations that
    explain none."""
    waiting = list(mutants(path_of(module).read_text("utf-8")))[::every]
    total, began, seconds = len(waiting), time.monotonic(), allowance(module)
    running: dict[int, Mutant] = {}
    survivors: set[str] = set()
    endless = 0
    waiting.reverse()
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            running[begun(module, mutant, seconds)] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
            endless += 1
        if status == PASSED:
            survivors.add(mutant.name)
            word = "已说明" if (module, mutant.name) in explained else "存活"
            print(f"{word}：{module}:{mutant.line} {mutant.name}", flush=True)
    open_ = [name for name in survivors if (module, name) not in explained]
    idle = [name for of, name in explained if of == module and name not in survivors]
    for name in idle if every == 1 else ():
        print(f"说明已不需要：{module} {name}", flush=True)
    print(
        f"{module}：共 {total} 处，查出 {total - len(survivors)}（其中超时 {endless}），"
        f"存活 {len(survivors)}，未说明 {len(open_)}（{time.monotonic() - began:.0f} 秒）",
        flush=True,
    )
    return len(open_) + (len(idle) if every == 1 else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
