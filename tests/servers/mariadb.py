"""A real MariaDB, from the programs of Debian's package mariadb-server."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pymysql

from tests.servers.process import (
    ANSWER_SECONDS,
    LOOPBACK,
    START_SECONDS,
    ProgramMissingError,
    free_ports,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SBIN = os.pathsep.join(["/usr/sbin", "/usr/local/sbin"])  # often not on the path of an ordinary user


@dataclass(frozen=True)
class Mariadb:
    """Where the server is and who may log in (with all privileges)."""

    port: int
    password: str = "rds password"
    host: str = LOOPBACK
    user: str = "etl"
    dbname: str = "rds"

    @property
    def dsn(self) -> str:
        """The default database as a URL without the password."""
        return f"mysql://{self.user}@{self.host}:{self.port}/{self.dbname}"

    def connect(self, dbname: str | None = None) -> pymysql.connections.Connection[pymysql.cursors.Cursor]:
        """Open an autocommit connection to a database, `rds` if none is named."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=dbname or self.dbname,
            charset="utf8mb4",
            autocommit=True,
            read_timeout=ANSWER_SECONDS,  # also of the greeting, for which connect_timeout does not hold
            write_timeout=ANSWER_SECONDS,
        )

    def create_database(self, name: str) -> None:
        """Create an empty database."""
        with closing(self.connect()) as opened, opened.cursor() as cursor:
            cursor.execute(f"create database `{name}`")

    def answers(self) -> bool:
        """Say whether a login succeeds now."""
        with suppress(pymysql.err.OperationalError), closing(self.connect()):
            return True
        return False


@contextmanager
def run(directory: Path) -> Iterator[Mariadb]:
    """Run a fresh server with its data in `directory` until the block ends; ProgramMissingError without one."""
    server = create(directory)
    with serve(server, directory):
        yield server


def create(directory: Path) -> Mariadb:
    """Make the data of a server in `directory`; ProgramMissingError without the programs."""
    server = Mariadb(free_ports(1)[0])
    subprocess.run(
        [
            _program("mariadb-install-db"),
            *_files(directory),
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ],
        check=True,
        timeout=START_SECONDS,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    return server


@contextmanager
def serve(server: Mariadb, directory: Path, options: Sequence[str] = ()) -> Iterator[None]:
    """Run a server that was created in `directory` until the block ends; again, perhaps, after it was killed."""
    script = directory / "mariadb.sql"
    script.write_text(_first_statements(server))
    command = [
        _program("mariadbd"),
        *_files(directory),
        f"--bind-address={server.host}",
        f"--port={server.port}",
    ]
    # A relative socket lies in the data directory; an absolute path would be limited to 107 characters.
    command += ["--skip-name-resolve", "--socket=mariadb.sock", "--pid-file=server.pid"]
    command += ["--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0"]
    command += ["--default-time-zone=+00:00", f"--init-file={script}", *options]
    with running("mariadb", command, directory, ready=server.answers):
        yield


def _files(directory: Path) -> list[str]:
    user = ["--user=root"] if os.geteuid() == 0 else []
    return ["--no-defaults", f"--datadir={directory / 'mariadb'}", *user]


def _first_statements(server: Mariadb) -> str:
    who = f"'{server.user}'@'%'"
    return (
        f"create database if not exists {server.dbname};\n"
        f"create user if not exists {who} identified by '{server.password}';\n"
        f"grant all privileges on *.* to {who} with grant option;\n"
    )


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), SBIN]))
    if found is None:
        raise ProgramMissingError(
            f"MariaDB's program {name} is missing: install Debian's package mariadb-server."
        )
    return found
