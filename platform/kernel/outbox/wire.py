"""HTTP to somebody else's server (外发): no redirects, no proxy of the machine's, short patience, and never to this
machine or its neighbours on the wire unless the installation allows it."""

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from threading import Timer

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

PATIENCE = urllib3.Timeout(connect=5, read=15)
#: Seconds after which the line is cut, however busily the other side still sends.
WHOLE = 30.0
#: So much of an answer is read and kept.
READ = 2_000


class NotAllowed(Exception):
    """The address leads where nothing may be sent; the text says so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and the beginning of the body, and how long the other side asks to wait, in seconds."""

    status: int
    text: str
    retry_after: int | None = None


def check_peer(address: str) -> None:
    """Raise `NotAllowed` for this machine, its link and whatever is no unicast address."""
    peer = ip_address(address.partition("%")[0])
    peer = getattr(peer, "ipv4_mapped", None) or peer
    if any(peer in ip_network(net) for net in settings.OUTBOX_ALLOWED_NETWORKS):
        return
    if peer.is_loopback or peer.is_link_local or peer.is_multicast or peer.is_unspecified:
        raise NotAllowed(
            f"地址指向 {peer}，本平台不向本机和链路本地地址发送。请改填对方的正式地址。"
        )


class _Line:
    """A connection that is cut after `WHOLE` seconds: the patience above begins anew with every byte."""

    _cutting: tuple[Timer, socket.socket] | None = None

    def _new_conn(self) -> socket.socket:
        # Before a line is opened: whether it could be says what listens here.
        for address in _addresses(self._dns_host, self.port):  # type: ignore[attr-defined]
            check_peer(address)
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            # The peer itself as well: names can be made to change their mind.
            check_peer(connected.getpeername()[0])
        except NotAllowed:
            connected.close()
            raise
        line = connected.dup()  # the handshake takes the first one away
        timer = Timer(WHOLE, _cut, [line])
        timer.daemon = True
        timer.start()
        self._cutting = timer, line
        return connected

    def close(self) -> None:
        if self._cutting:
            timer, line = self._cutting
            timer.cancel()
            line.close()
            self._cutting = None
        super().close()  # type: ignore[misc]


def _addresses(host: str, port: int | None) -> set[str]:
    try:
        return {
            str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        }
    except OSError:
        return set()  # connecting will say so


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)


class _Http(_Line, HTTPConnection):
    pass


class _Https(_Line, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST ``body`` and read the beginning of the answer.

    Raises `NotAllowed`, and `urllib3.exceptions.HTTPError` when there is no answer.
    """
    pools = urllib3.PoolManager(num_pools=1, retries=False, timeout=PATIENCE)
    pools.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    with pools:
        answer = pools.request(
            "POST",
            url,
            body=body,
            headers={"User-Agent": "Lianshen", **headers},
            redirect=False,
            preload_content=False,
        )
        try:
            text = answer.read(READ).decode("utf-8", "replace")
        finally:
            answer.close()
        after = answer.headers.get("Retry-After", "")
        wait = int(after) if re.fullmatch("[0-9]{1,9}", after) else None
        return Answer(answer.status, text, wait)
