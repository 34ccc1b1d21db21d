"""Stands between a client and an S3 server and breaks what it is told to break."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from tests.servers.process import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = {
    403: (b"403 Forbidden", b"AccessDenied"),
    500: (b"500 Internal Server Error", b"InternalError"),
    503: (b"503 Service Unavailable", b"SlowDown"),
}
BLOCK = 1 << 16


@dataclass
class Fault:
    """What happens to some requests.

    :param method: HTTP's.
    :param query: a text in the request's target, `partNumber=2` for example.
    :param kind: a status of ERRORS; `cut`, which closes the connection in the middle of what the request carries, or
        of the answer if it carries nothing; `lose`, which passes the request on and closes before the answer;
        `stall`, which takes no more until `go_on` is set; or `hold`, which does so where `cut` closes.
    :param times: how many such requests are broken; the others pass.
    """

    method: str
    query: str
    kind: int | str
    times: int = 1
    seen: int = 0


@dataclass
class Faulty:
    """The way through: its address, and what is to break."""

    endpoint_url: str
    faults: list[Fault] = field(default_factory=list)
    bytes_a_second: float = 0.0
    """How fast requests and answers get through; 0 for as fast as they can."""
    requests: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    """Set when a request has come to where it is held."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """Lets requests that are held go on."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault_of(self, method: str, target: str) -> Fault | None:
        """Give what is to happen to a request."""
        with self._lock:
            self.requests.append(f"{method} {target}")
            for each in self.faults:
                if each.method == method and each.query in target and each.seen < each.times:
                    each.seen += 1
                    return each
        return None

    def hold(self) -> None:
        """Wait until `go_on` is set."""
        self.held.set()
        self.go_on.wait(600)


@contextmanager
def run(port: int) -> Iterator[Faulty]:
    """Stand in front of the server at `port` until the block ends; nothing breaks at first."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                _Exchange(self.request, port, faulty).run()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server((LOOPBACK, 0), Handler) as server:
        faulty = Faulty(f"http://{LOOPBACK}:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield faulty
        finally:
            server.shutdown()


class _Exchange:
    """One client's connection, with one of its own to the server."""

    def __init__(self, client: socket.socket, port: int, faulty: Faulty) -> None:
        self._client, self._faulty = client, faulty
        self._from_client = client.makefile("rb")
        self._server = socket.create_connection((LOOPBACK, port))
        self._from_server = self._server.makefile("rb")

    def run(self) -> None:
        with self._server, self._from_client, self._from_server:
            while self._one():
                pass

    def _one(self) -> bool:
        head = _head(self._from_client)
        if not head:
            return False
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        fault = self._faulty.fault_of(method, target)
        length = int(_value(head, b"content-length") or 0)
        if _value(head, b"expect"):
            self._client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = b"\r\n".join(
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:")
            )
        if fault is not None and fault.kind == "stall":
            self._faulty.hold()
        if fault is not None and isinstance(fault.kind, int):
            self._skip(length)
            self._refuse(fault.kind)
            return True
        self._server.sendall(head)
        middle = fault.kind if fault is not None and fault.kind in {"cut", "hold"} else None
        if not self._pass(self._from_client, self._server, length, middle if length else None):
            return False
        if fault is not None and fault.kind == "lose":
            _head(self._from_server)
            return False
        return self._answer(method, None if length else middle)

    def _pass(self, source: BinaryIO, target: socket.socket, length: int, middle: int | str | None) -> bool:
        """Pass bytes on; False if the connection is to be closed in the middle of them."""
        half = length // 2
        while length:
            data = source.read(min(length, BLOCK, half) if half else min(length, BLOCK))
            if not data:
                raise ConnectionError
            target.sendall(data)
            length -= len(data)
            half = max(half - len(data), 0)
            if self._faulty.bytes_a_second:
                time.sleep(len(data) / self._faulty.bytes_a_second)
            if not half and middle == "cut":
                return False
            if not half and middle == "hold":
                self._faulty.hold()
                middle = None
        return True

    def _skip(self, length: int) -> None:
        while length > 0:
            length -= len(self._from_client.read(min(length, BLOCK)) or b"x" * length)

    def _refuse(self, status: int) -> None:
        line, code = ERRORS[status]
        body = b"<Error><Code>%s</Code><Message>as ordered</Message></Error>" % code
        self._client.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (line, len(body), body))

    def _answer(self, method: str, middle: int | str | None) -> bool:
        head = _head(self._from_server)
        if not head:
            return False
        self._client.sendall(head)
        status = head.split(b" ", 2)[1]
        if method == "HEAD" or status in (b"204", b"304"):
            return True
        if _value(head, b"transfer-encoding"):
            self._pass_chunks()
            return True
        length = int(_value(head, b"content-length") or 0)
        return self._pass(self._from_server, self._client, length, middle)

    def _pass_chunks(self) -> None:
        while True:
            line = self._from_server.readline()
            size = int(line.split(b";")[0], 16)
            self._client.sendall(line + self._from_server.read(size + 2))
            if not size:
                return


def _head(file: BinaryIO) -> bytes:
    lines = []
    while line := file.readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def _value(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""
