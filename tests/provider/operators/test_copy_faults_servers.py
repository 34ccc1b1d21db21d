"""A database server is killed in the middle of a copy and started again, or its disk is full; servers of this module's own."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import postgresql
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.s3 import upload

from tests.provider.operators.copy_paths import (
    FAILED,
    PATHS,
    PLAIN,
    SECONDS_TO_GO,
    Attempt,
    Middle,
    Path,
    Place,
    Worker,
    in_databases,
    time_limit,
    wait_until,
)
from tests.servers import faulty
from tests.servers import mariadb as mariadb_server
from tests.servers import postgres as postgres_server
from tests.servers.process import ProgramMissingError, kill_with_children, recorded

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
        kill_with_children(process.pid)
        self.stop()

    def stop(self) -> None:
        """Wait for its end."""
        self._running.close()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still while the block lasts: connections to it are taken, and nothing is answered."""
        process = recorded(self._folder / f"{self._name}.pid")
        assert process is not None
        processes = [process, *process.children(recursive=True)]
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.suspend()
        try:
            yield
        finally:
            for each in processes:
                with suppress(psutil.NoSuchProcess):
                    each.resume()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return recorded(self._folder / f"{self._name}.pid") is not None

    def start_again(self) -> None:
        """Start it if it has ended."""
        if not self.runs:
            self.stop()
            self.start()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL on a new connection."""
        with closing(self.server.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """Let no test run for ever."""
    with time_limit():
        yield


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
    for kind, doomed in servers.items():
        doomed.start_again()
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


FROZEN_EVERY_DAY = {"postgresql->s3", "s3->mariadb"}


@pytest.mark.parametrize(("path", "side"), in_databases(FROZEN_EVERY_DAY))
def test_a_cleared_task_does_not_wait_for_a_database(
    path: Path,
    side: str,
    place: Place,
    servers: dict[str, Doomed],
    run: Run,
    way: faulty.Faulty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgresql, "SECONDS_BETWEEN_CHECKS", 1)
    operator = place.prepare(path)
    middle = Middle(place, path, way, 3 if path.source == "shop" else 600)
    worker = Worker(run, operator)
    middle.wait()
    with servers[side].frozen():
        worker.send(signal.SIGTERM)
        assert worker.end(SECONDS_TO_GO) == FAILED
    way.go_on.set()
    assert place.result(path) == place.nothing(path)
    place.check_nothing_left(
        path, uploads=False
    )  # who waits for a database cannot abort: the next attempt does
    run(operator)
    place.check_clean(path)


@dataclass(frozen=True)
class FullDisk:
    """A disk on which a table's rows do not have room.

    :param size: of the disk, in megabytes.
    :param before: statements that come before the table, with `{folder}` for where the disk is.
    :param table: the table u.
    :param after: how what `before` has made is removed.
    :param problem: what the error says.
    :param ends: the server gives up altogether.
    """

    sink: str
    size: int
    before: tuple[str, ...]
    table: str
    after: tuple[str, ...]
    problem: str
    ends: bool = False


COLUMNS = "id int, v varchar(600)"
FULL_DISKS = {
    "PostgreSQL": FullDisk(
        "orders",
        2,
        ("create tablespace small location '{folder}'",),
        f"create table u ({COLUMNS}) tablespace small",
        ("drop tablespace small",),
        "could not extend file",
    ),
    # The keys make the table large: InnoDB takes room for a large one before it needs it, and can tell in time.
    "MariaDB": FullDisk(
        "shop",
        6,
        (),
        f"create table u ({COLUMNS}, key (v), key (v, id)) data directory '{{folder}}'",
        (),
        "The table .* is full",
    ),
    "MariaDB, which gives up": FullDisk(
        "shop",
        2,
        (),
        f"create table u ({COLUMNS}) data directory '{{folder}}'",
        (),
        "Lost connection",
        ends=True,
    ),
}
EVERY_DAY_FULL = {("PostgreSQL", "s3->postgresql"), ("MariaDB", "s3->mariadb")}


def mount(*arguments: object) -> None:
    """Mount a file system; skips where this is not allowed."""
    command = ["mount", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.decode().strip()}")


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A place for a disk, which is taken away at the end."""
    folder = tmp_path / "disk"
    folder.mkdir()
    yield folder
    subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False, timeout=30)


@pytest.mark.parametrize(
    ("disk", "path"),
    [
        pytest.param(
            FULL_DISKS[disk],
            path,
            id=f"{disk}-{name}",
            marks=[] if (disk, name) in EVERY_DAY_FULL else [pytest.mark.long],
        )
        for disk in FULL_DISKS
        for name, path in PATHS.items()
        # Of single rows, MariaDB tells in time.
        if path.sink == FULL_DISKS[disk].sink and not (FULL_DISKS[disk].ends and path.route == PLAIN)
    ],
)
def test_a_full_disk_leaves_nothing(
    disk: FullDisk, path: Path, small_disk: pathlib.Path, place: Place, servers: dict[str, Doomed], run: Run
) -> None:
    mount("-t", "tmpfs", "-o", f"size={disk.size}m,mode=777", "tmpfs", small_disk)
    shutil.chown(small_disk, "nobody")  # as whom PostgreSQL runs
    sink = servers[disk.sink]
    operator = place.prepare(path)
    sink.run("drop table u")
    for sql in (*disk.before, disk.table):
        sink.run(sql.format(folder=small_disk))
    with pytest.raises(DatapipelineError, match=disk.problem) as caught:
        run(operator)
    assert "xxx" not in str(caught.value)
    mount("-o", "remount,size=64m", small_disk)  # somebody makes room
    if disk.ends:
        wait_until(lambda: not sink.runs, "the server has not given up")
        sink.start_again()
    assert place.result(path) == []
    place.check_nothing_left(path)
    run(operator)
    place.check_clean(path)
    for sql in ("drop table u", *disk.after):
        sink.run(sql)
