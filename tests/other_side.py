"""The other side (对方): a server on loopback that answers as it is told, and keeps what came in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Other:
    """What came in, and what it answers next; the last answer goes for all that follow."""

    port: int = 0
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, str, dict[str, str]]] = field(
        default_factory=lambda: [(200, "ok", {})]
    )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.came]

    def says(self, *statuses: int, text: str = "", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = [(status, text, named) for status in statuses]

    def hears(self, count: int, *, within: float = 30) -> bool:
        """Wait until so many have come."""
        deadline = time.monotonic() + within
        while len(self.came) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(self.came) == count


@contextmanager
def listening(port: int = 0) -> Iterator[Other]:
    """Listen on a free port, or on the one a server before listened on."""
    side = Other()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            side.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status, text, headers = (
                side.answers.pop(0) if len(side.answers) > 1 else side.answers[0]
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        log_message: Callable[..., Any] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    side.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield side
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
