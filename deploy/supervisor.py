"""Runs the demo's processes side by side and ends them together (看护)."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from kernel.embedded.processes import die_with_parent, sweep

PATIENCE = 8  # seconds a process has to finish what it is doing


class Fallen(Exception):
    """A process ended while it was still needed; the text names it."""


class Supervisor:
    """A group of processes: leaving the block ends every one of them, children included."""

    def __init__(self, watched: Mapping[str, subprocess.Popen[bytes]]) -> None:
        """``watched`` are processes of somebody else, whose end is also everybody's end."""
        self._watched = dict(watched)
        self._own: dict[str, subprocess.Popen[bytes]] = {}
        self._echoes: list[threading.Thread] = []

    def __enter__(self) -> "Supervisor":
        return self

    def start(self, name: str, *command: str | Path, env: Mapping[str, str], cwd: Path) -> None:
        """Start ``command`` in a session of its own, its output prefixed with ``name``."""
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the supervisor alone
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._own[name] = process
        if process.stdout:
            echo = threading.Thread(target=_echo, args=(name, process.stdout), daemon=True)
            echo.start()
            self._echoes.append(echo)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Wait for ``until``; raises Fallen as soon as any process ends."""
        while not until():
            for name, process in (self._watched | self._own).items():
                if process.poll() is not None:
                    raise Fallen(
                        f"{name} 意外退出（返回码 {process.returncode}），其余进程已一并停止。"
                    )
            time.sleep(0.2)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._own.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self._own.values():
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
            sweep(process)
        for echo in self._echoes:
            echo.join(1)


def _echo(name: str, pipe: IO[bytes]) -> None:
    with pipe:
        for line in pipe:
            print(f"{name:<8}│ {line.decode(errors='replace').rstrip()}", flush=True)
