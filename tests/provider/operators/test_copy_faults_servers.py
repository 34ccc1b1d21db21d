"""A database server is killed in the middle of a copy and started again, or its disk is full; servers of this module's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.s3 import upload

from tests.provider.operators.copy_paths import PATHS, Attempt, Middle, Path, Place, in_databases
from tests.servers import faulty
from tests.servers import mariadb as mariadb_server
from tests.servers import postgres as postgres_server
from tests.servers.process import ProgramMissingError, recorded

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from tests.conftest import SetConnection
    from tests.provider.operators.conftest import Run
    from tests.servers.seaweedfs import S3

KINDS: dict[str, Any] = {"orders": (postgres_server, "postgres"), "shop": (mariadb_server, "mariadb")}
# The tests' servers are told not to wait for the disk: what they had committed would be gone.
DURABLE = {
    "orders": "alter role current_user set synchronous_commit = on",
    "shop": "set global innodb_flush_log_at_trx_commit = 1",
}
CONN_TYPES = {"orders": "postgres", "shop": "mysql"}


class Doomed:
    """A server that can be killed, and be started again on the same data."""

    def __init__(self, kind: str, folder: pathlib.Path) -> None:
        self._module, self._name = KINDS[kind]
        self._folder, self._durable = folder, DURABLE[kind]
        self.server = self._module.create(folder)
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        """Start it."""
        self._running.enter_context(self._module.serve(self.server, self._folder))
        self.run(self._durable)

    def kill(self) -> None:
        """Kill all its processes at once."""
        process = recorded(self._folder / f"{self._name}.pid")
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """Wait for its end."""
        self._running.close()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL on a new connection."""
        with closing(self.server.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Doomed]]:
    """The two servers."""
    with ExitStack() as stack:
        found = {}
        for kind in KINDS:
            try:
                found[kind] = Doomed(kind, tmp_path_factory.mktemp(kind))
            except ProgramMissingError as missing:
                pytest.skip(str(missing))
            stack.callback(found[kind].stop)
        yield found


@pytest.fixture
def way(s3: S3) -> Iterator[faulty.Faulty]:
    """A way to S3 that can be held."""
    with faulty.run(s3.port) as found:
        yield found
        found.go_on.set()


@pytest.fixture
def place(
    servers: dict[str, Doomed],
    s3: S3,
    bucket: str,
    way: faulty.Faulty,
    run: Run,
    airflow_connection: SetConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """Connections to the servers, which hold nothing of an earlier test."""
    monkeypatch.setattr(upload, "FIRST_PARTS", 5 << 20)
    for kind, doomed in servers.items():
        server = doomed.server
        where = {"host": server.host, "port": server.port, "login": server.user, "password": server.password}
        airflow_connection(kind, conn_type=CONN_TYPES[kind], schema=server.dbname, **where)
    extra = {
        "endpoint_url": way.endpoint_url,
        "region_name": s3.region,
        "config_kwargs": {"s3": {"addressing_style": "path"}},
    }
    airflow_connection(
        "aws_default", conn_type="aws", login=s3.access_key, password=s3.secret_key, extra=extra
    )
    found = Place(s3, bucket, lambda kind, sql: servers[kind].run(sql))
    monkeypatch.setattr(CopyActivityOperator, "log", found)
    yield found
    way.go_on.set()
    for kind in servers:
        found.end_sessions(kind)
        for sql in (
            "drop view slow",
            "drop function pause",
            "drop table t",
            "drop table u",
            "drop table pace",
        ):
            with suppress(Exception):
                servers[kind].run(sql)


EVERY_DAY = {"postgresql->mariadb"}


@pytest.mark.parametrize(("path", "side"), in_databases(EVERY_DAY))
def test_a_killed_database_leaves_nothing(
    path: Path, side: str, place: Place, servers: dict[str, Doomed], run: Run, way: faulty.Faulty
) -> None:
    operator = place.prepare(path)
    middle = Middle(place, path, way, 600 if side == path.source else 5)
    attempt = Attempt(run, operator)
    middle.wait()
    servers[side].kill()
    way.go_on.set()
    error = attempt.end()
    assert isinstance(error, DatabaseError), error
    assert f"Connection '{side}'" in str(error)
    with pytest.raises(DatapipelineError, match=f"Connection '{side}': connecting failed"):
        run(operator)  # it is still down
    servers[side].start()
    assert place.result(path) == place.nothing(path)
    place.check_nothing_left(path)
    run(operator)
    place.check_clean(path)


@contextmanager
def small_disk(folder: pathlib.Path) -> Iterator[None]:
    """Mount a file system that the data does not fit on; skips where this is not allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=777", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        shutil.chown(folder, "nobody")  # as whom PostgreSQL runs
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


ON_A_DISK = "create table u (id int, v varchar(600)) tablespace small"
# MariaDB itself ends on a full disk, which is a killed server.
EVERY_DAY_FULL = {"s3->postgresql"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name, marks=[] if name in EVERY_DAY_FULL else [pytest.mark.long])
        for name, path in PATHS.items()
        if path.sink == "orders"
    ],
)
def test_a_full_disk_leaves_nothing(path: Path, place: Place, run: Run, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "disk"
    with small_disk(folder):
        operator = place.prepare(path)
        place.sql("orders", "drop table u")
        place.sql("orders", f"create tablespace small location '{folder}'")
        place.sql("orders", ON_A_DISK)
        with pytest.raises(DatapipelineError, match="could not extend file") as caught:
            run(operator)
        assert "xxx" not in str(caught.value)
        assert place.result(path) == []
        place.check_nothing_left(path)
        place.sql("orders", "alter table u set tablespace pg_default")  # somebody makes room
        place.sql("orders", "drop tablespace small")
        run(operator)
        place.check_clean(path)
