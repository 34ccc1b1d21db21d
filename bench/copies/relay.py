"""Stands between a measured process and S3 and counts the bytes that go through it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.process import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_AT_ONCE = 1 << 16


@dataclass
class Relay:
    """Where it listens, and the bytes so far, in both directions."""

    port: int
    counted: list[int] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """All bytes so far."""
        return sum(self.counted)


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    """Pass connections on to a port of this machine until the block ends."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        found = Relay(listening.getsockname()[1])
        threading.Thread(target=_accept, args=(listening, port, found), daemon=True).start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, port: int, found: Relay) -> None:
    with suppress(OSError):
        while True:
            near, _ = listening.accept()
            far = socket.create_connection((LOOPBACK, port))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other, found), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket, found: Relay) -> None:
    with suppress(OSError):
        while block := one.recv(BYTES_AT_ONCE):
            found.counted.append(len(block))
            other.sendall(block)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
