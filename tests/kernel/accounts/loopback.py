"""A running provider, the wire to it that a test may tamper with, and a person at its pages."""

import base64
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGTERM
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from deploy.demo import ROOT
from kernel.embedded.processes import die_with_parent, stop
from tests.kernel.accounts.provider_server import PASSWORD

#: Headers that belong to one stretch of the way only.
OWN = {"connection", "transfer-encoding", "content-length", "server", "date", "keep-alive"}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def says(self) -> Any:
        return json.loads(self.body)

    def now_says(self, content: Any) -> None:
        self.body = json.dumps(content).encode()


Change = Callable[[Answer], None]


@dataclass
class Wire:
    """Between us and the provider, which it makes look as if it lived here. ``changes`` are applied
    to what comes back, by the address it was asked at."""

    provider_port: int
    port: int = 0
    changes: dict[str, Change] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self, **orders: str) -> None:
        requests.post(f"http://127.0.0.1:{self.provider_port}/control/", data=orders, timeout=5)

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.provider_port, timeout=20)
        try:
            connection.request(method, path, body or None, headers)
            got = connection.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
        finally:
            connection.close()
        place = urlsplit(path).path
        self.asked.append(place)
        if change := self.changes.get(place):
            change(answer)
        return answer


@contextmanager
def running_wire(folder: Path) -> Iterator[Wire]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kernel.accounts.provider_server", str(folder)],
        cwd=ROOT,
        env={"PATH": "/usr/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=die_with_parent(SIGTERM),
    )
    try:
        assert process.stdout
        with process.stdout as said:
            wire = Wire(json.loads(said.readline())["port"])
        with listening(wire):
            yield wire
    finally:
        stop(process, SIGTERM, patience=5)


@contextmanager
def listening(wire: Wire) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = wire.pass_on(self.command, self.path, dict(self.headers), body)
            self.send_response(answer.status)
            for name, value in answer.headers:
                if name.lower() not in OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked may have had no more patience
                self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815 -- the name the base class asks for

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        wire.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def signs_in_there(url: str, username: str, cookies: requests.Session | None = None) -> str:
    """A person at the provider: where it sends them in the end."""
    with cookies or requests.Session() as browser:
        answer = browser.get(url, allow_redirects=False, timeout=20)
        while "/sign-in/back/" not in answer.headers.get("Location", ""):
            if "Location" in answer.headers:
                place = requests.compat.urljoin(answer.url, answer.headers["Location"])
                answer = browser.get(place, allow_redirects=False, timeout=20)
            else:
                token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', answer.text)
                assert token, answer.text
                answer = browser.post(
                    answer.url,
                    {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1]},
                    allow_redirects=False,
                    timeout=20,
                )
        return answer.headers["Location"]


# Tampering -----------------------------------------------------------------------------------------


def slow(seconds: float) -> Change:
    return lambda _: time.sleep(seconds)


def becomes(status: int, body: bytes) -> Change:
    def change(answer: Answer) -> None:
        answer.status, answer.body = status, body

    return change


def read(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))


def bent(token: str, **facts: Any) -> str:
    """``token`` with other claims under the old signature."""
    head, _, signature = token.split(".")
    body = json.dumps(read(token) | facts).encode()
    return ".".join((head, base64.urlsafe_b64encode(body).rstrip(b"=").decode(), signature))


class Signer:
    """Signs the provider's claims anew with a key of its own, and publishes it if asked to."""

    def __init__(self, wire: Wire, algorithm: str = "RS256", *, known: bool = True) -> None:
        self.algorithm = algorithm
        if algorithm == "ES256":
            self.key: Any = ECKey.generate_key("P-256", auto_kid=True)
        else:
            self.key = RSAKey.generate_key(2048, auto_kid=True)
        if known:
            wire.changes["/.well-known/jwks.json"] = lambda answer: answer.now_says(
                {"keys": [self.key.as_dict(private=False)]}
            )
        self.facts: dict[str, Any] = {}
        wire.changes["/token/"] = self.sign

    def sign(self, answer: Answer) -> None:
        said = answer.says()
        if "id_token" in said:
            claims = {k: v for k, v in (read(said["id_token"]) | self.facts).items() if v != ""}
            claims.pop("at_hash", None)
            said["id_token"] = jwt.encode(
                {"alg": self.algorithm, "kid": self.key.kid}, claims, self.key
            )
            answer.now_says(said)
