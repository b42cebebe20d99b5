"""The folder in which one installation keeps its data, ports and secrets (数据目录)."""

import fcntl
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kernel.embedded.processes import CannotStart


@dataclass(frozen=True)
class Home:
    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other run out of this folder, which is made if need be.

        The lock belongs to the process, so one left by a killed run holds nobody up; the number
        written in it only serves the sentence of CannotStart.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # Under root PostgreSQL runs as somebody else, who must be able to pass through.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as refusal:
            raise CannotStart(f"数据目录 {self.path} 不可用：{refusal.strerror}。") from refusal
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode().strip() or "未知"
            os.close(lock)
            raise CannotStart(
                f"数据目录 {self.path} 正由另一个运行中的联审使用（进程 {holder}），请先停止它。"
            ) from None
        os.truncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        try:
            yield
        finally:
            os.close(lock)

    def secret(self, name: str) -> str:
        """A random text, made at the first call and kept for the owner's eyes only."""
        return self._read(name) or self._keep(name, secrets.token_urlsafe(32))

    def port(self, name: str) -> int:
        """A free port of 127.0.0.1: the one used before, as long as nobody else took it."""
        kept = int(self._read(name) or 0)
        return kept if kept and is_free(kept) else int(self._keep(name, str(_any_port())))

    def remove(self) -> None:
        """Delete the folder and what it points to; the caller has seen to it that nobody runs."""
        for link in self.path.glob("*"):
            if link.is_symlink():
                shutil.rmtree(link.resolve(), ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def _read(self, name: str) -> str:
        file = self.path / name
        return file.read_text() if file.exists() else ""

    def _keep(self, name: str, text: str) -> str:
        draft = self.path / f"{name}.new"
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.replace(self.path / name)  # whole or not at all
        return text


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on ``port`` now; connections dying away do not count."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
