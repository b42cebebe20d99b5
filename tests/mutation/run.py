"""`make mutate`: plant faults in the clock and the plan, one by one, and see the tests catch them.

A fault that no test catches is a survivor. One that changes nothing anybody could see is explained
in `explained.toml`; any other ends the run with an error.
"""

import argparse
import os
import resource
import sys
import time
import tomllib
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "platform"
TESTS = {
    "kernel.clock": ("tests/kernel/clock", "tests/kernel/plan"),
    "kernel.plan": ("tests/kernel/plan",),
}
SLOW = ("columns", "oracle", "schedule")
CPU_SECONDS = 240
OPTIONS = (
    "-x", "-q", "--no-header", "-p", "no:django", "-p", "no:xdist", "-p", "no:randomly", "-p",
    "no:cacheprovider", "-c", os.devnull, "--rootdir", str(ROOT), "--noconftest",
    "--import-mode=importlib", "-W", "ignore",
)  # fmt: skip
CAUGHT, SURVIVED = 1, 0


class Planted(MetaPathFinder, Loader):
    """Imports one module from a mutant instead of from its file."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def modules(package: str) -> list[tuple[str, Path]]:
    folder = SOURCES / package.replace(".", "/")
    return [
        (f"{package}.{path.stem}", path)
        for path in sorted(folder.glob("*.py"))
        if path.stem != "__init__"
    ]


def tried(module: str, path: Path, mutant: Mutant, tests: Sequence[str]) -> None:
    """In a process of its own: run the tests against the mutant and leave with what came of it."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.meta_path.insert(0, Planted(module, compile(mutant.tree, str(path), "exec")))
    code = CAUGHT
    try:
        files = [file for folder in tests for file in sorted((ROOT / folder).glob("test_*.py"))]
        # What the tables catch needs no search: the slow ones come last.
        files.sort(key=lambda file: ("read.py" not in file.name, *(w in file.name for w in SLOW)))
        code = pytest.main([*OPTIONS, *map(str, files)])
    finally:
        os._exit(SURVIVED if code == SURVIVED else CAUGHT)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="变异测试：在时钟和计划里逐一植入差错")
    parser.add_argument("modules", nargs="*", help="只试这些模块，如 kernel.clock.reading")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args(arguments)
    hypothesis.settings.register_profile("mutate", database=None, derandomize=True, deadline=None)
    hypothesis.settings.load_profile("mutate")
    os.environ.setdefault("LIANSHEN_CASES", "4000")
    explained = {
        (entry["module"], entry["mutant"])
        for entry in tomllib.loads(
            Path(__file__).with_name("explained.toml").read_text("utf-8")
        ).get("survivor", [])
    }
    waiting = [
        (module, path, mutant, tests)
        for package, tests in TESTS.items()
        for module, path in modules(package)
        if not chosen.modules or module in chosen.modules
        for mutant in mutants(path.read_text("utf-8"))
    ]
    total, done, begun = len(waiting), 0, time.monotonic()
    running: dict[int, tuple[str, Mutant]] = {}
    survivors: list[tuple[str, Mutant]] = []
    while waiting or running:
        while waiting and len(running) < chosen.workers:
            module, path, mutant, tests = waiting.pop(0)
            sys.stdout.flush()
            child = os.fork()
            if not child:
                tried(module, path, mutant, tests)
            running[child] = module, mutant
        child, status = os.wait()
        module, mutant = running.pop(child)
        done += 1
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == SURVIVED:
            known = (module, mutant.name) in explained
            survivors.append((module, mutant))
            print(
                f"{'已说明' if known else '存活'}：{module}:{mutant.line} {mutant.name}", flush=True
            )
        if done % 50 == 0:
            print(f"{done}/{total}（{time.monotonic() - begun:.0f} 秒）", flush=True)
    open_ = [(m, mutant) for m, mutant in survivors if (m, mutant.name) not in explained]
    print(
        f"共 {total} 处，查出 {total - len(survivors)}，存活 {len(survivors)}，其中未说明 {len(open_)}。"
    )
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
