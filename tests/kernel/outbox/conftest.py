"""A receiver that answers as it is told, over real HTTP on loopback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Other:
    """The other side: what came in, and what it answers next; the last answer goes for all that follow."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, str, dict[str, str]]] = field(
        default_factory=lambda: [(200, "ok", {})]
    )

    def says(self, *statuses: int, text: str = "", **headers: str) -> None:
        self.answers = [
            (s, text, {k.replace("_", "-"): v for k, v in headers.items()}) for s in statuses
        ]

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.came]


@pytest.fixture
def other() -> Iterator[Other]:
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

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    side.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield side
    server.shutdown()
    server.server_close()
    thread.join()
