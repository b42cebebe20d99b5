"""Child processes that do not outlive the one who started them (子进程)."""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import Signals

PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """Something is missing or in the way; the text is one sentence for the person at the screen."""


def die_with_parent(signum: Signals) -> Callable[[], None]:
    """A ``preexec_fn``: Linux sends ``signum`` to the child once the thread that starts it ends."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def run(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, end: Signals) -> int:
    """Run ``command`` to its end and return its code; cut short, it is ended by ``end``.

    It has a session of its own, so that Ctrl-C reaches it once and only through us.
    """
    process = subprocess.Popen(  # noqa: S603 -- the caller's own program
        command, env=env, cwd=cwd, start_new_session=True, preexec_fn=die_with_parent(end)
    )
    try:
        return process.wait()
    finally:
        stop(process, end, patience=10)


def stop(process: subprocess.Popen[bytes], signum: Signals, *, patience: float) -> None:
    """End ``process`` and its session: politely, and after ``patience`` seconds by force."""
    process.send_signal(signum)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
    sweep(process)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the session that ``process`` leads, then reap the leader."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, Signals.SIGKILL)
    process.wait()


def end_leftover(pid_file: Path, *, folder: Path, signum: Signals, name: str) -> None:
    """Clear the way after a run that was killed.

    A process counts as our leftover only if it works in ``folder``: the number in a stale file may
    long belong to a stranger. Raises CannotStart if the leftover does not end within 20 seconds.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        pid = 0
    if pid and _works_in(pid, folder):
        os.kill(pid, signum)
        deadline = time.monotonic() + 20
        while _works_in(pid, folder):
            if time.monotonic() > deadline:
                raise CannotStart(f"上次运行遗留的{name}（进程 {pid}）未能结束，请先结束该进程。")
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return False
