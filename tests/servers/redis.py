"""A real Redis of Debian's redis-server, in memory only: the broker between Airflow's scheduler and its workers."""

from __future__ import annotations

import secrets
import shutil
import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.process import LOOPBACK, ProgramMissingError, free_ports, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Redis:
    """Where the server is, and its password."""

    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(9))

    @property
    def url(self) -> str:
        """The address of its first database, as Celery takes it."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def answers(self) -> bool:
        """Say whether it takes the password."""
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
            connection.sendall(f"AUTH {self.password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
        return False


@contextmanager
def run(directory: Path) -> Iterator[Redis]:
    """Run an empty server until the block ends; ProgramMissingError where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise ProgramMissingError("Redis is missing: install Debian's package redis-server.")
    server = Redis(free_ports(1)[0])
    settings = {"bind": LOOPBACK, "port": server.port, "save": "", "appendonly": "no", "dir": directory}
    file = directory / "redis.conf"
    file.touch(mode=0o600)
    lines = [f'{name} "{value}"' for name, value in settings.items()]
    file.write_text("\n".join([*lines, f"requirepass {server.password}", ""]))
    with running("redis", [program, file], directory, ready=server.answers):
        yield server
