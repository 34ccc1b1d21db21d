"""Every way of copying with data of its own: what is read and written, what has to be there at the end, what may not."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

from tests.servers.faulty import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tests.provider.operators.conftest import Run
    from tests.servers.faulty import Faulty
    from tests.servers.seaweedfs import S3

TEXT = "x" * 494
ROWS = {"s3": 25_000, "orders": 5_000, "shop": 5_000}
"""By the kind of the output: S3 takes parts of 5 MiB or more."""
SERIES = {"orders": "generate_series(1, {rows}) n", "shop": "(select seq n from seq_1_to_{rows}) s"}
FILL = (
    "insert into {table} select n, concat(lpad(cast(n as char(6)), 6, '0'), repeat('x', 494)) from {series}"
)
# A query that stops for a while when it is through four fifths of the rows.
PAUSE = {
    "orders": """create function pause() returns boolean language plpgsql as
        $$ begin perform pg_sleep(seconds) from pace; return true; end $$""",
    "shop": """create function pause() returns int reads sql data
        begin declare waited int; select sleep(seconds) into waited from pace; return 1; end""",
}
SLOW = "create view slow as select id, v from t where id <> {row} or pause() = {true}"
PAUSED = {
    "orders": "select count(*) from pg_stat_activity where wait_event = 'PgSleep'",
    "shop": "select count(*) from information_schema.processlist where state = 'User sleep'",
}
END_SESSIONS = {
    "orders": "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'airflow%%'",
    "shop": "select concat('kill ', id) from information_schema.processlist where db = database() and id <> connection_id()",
}
SESSIONS = {
    "orders": "select count(*) from pg_stat_activity where application_name like 'airflow%%' and datname = current_database()",
    "shop": "select count(*) from information_schema.processlist where db = database() and id <> connection_id()",
}
LEFT_TABLES = {
    "orders": "select count(*) from pg_class where relname = 'datapipeline_stage'",
    "shop": "select count(*) from information_schema.innodb_sys_tables where name like '%%#sql%%'",
}
BATCHED = {
    "orders": "insert into u select x::int, y from (select ?, ?) n (x, y)",
    "shop": "insert into u select ?, ?",
}
OURS = ("datapipeline", "s3-")
"""What the names of our threads begin with."""
SECONDS_TO_GO = 5
"""After this time Airflow ends with SIGKILL what SIGTERM did not."""
SECONDS_A_TEST = 180
"""More than any test takes, its waits for servers that are slow to start included."""


def lines(separator: str, rows: int) -> bytes:
    """Give the rows as a file."""
    return "".join(f"{n}{separator}{n:06d}{TEXT}\n" for n in range(1, rows + 1)).encode()


@dataclass(frozen=True)
class Path:
    """One way of copying.

    :param source: `orders` (PostgreSQL), `shop` (MariaDB) or `s3`.
    :param sink: likewise.
    :param route: what the log calls it.
    :param insert: the insert query, if there is one.
    """

    source: str
    sink: str
    route: str
    insert: str | None = None
    rewritten: bool = False


OBJECTS, REWRITE = "object copy inside S3", "file by file, record by record"
EXPORT, LOAD, PLAIN = "export by the database", "load by the database", "record by record"
PATHS = {
    "postgresql->s3": Path("orders", "s3", EXPORT),
    "mariadb->s3": Path("shop", "s3", EXPORT),
    "s3->postgresql": Path("s3", "orders", LOAD),
    "s3->postgresql, staged": Path("s3", "orders", LOAD, "insert into u (id, v) values (?, ?)"),
    "s3->postgresql, batched": Path("s3", "orders", PLAIN, BATCHED["orders"]),
    "s3->mariadb": Path("s3", "shop", LOAD),
    "s3->mariadb, staged": Path("s3", "shop", LOAD, "insert into u (id, v) values (?, concat(?, ''))"),
    "s3->mariadb, batched": Path("s3", "shop", PLAIN, BATCHED["shop"]),
    "postgresql->mariadb": Path("orders", "shop", "export and load by the databases, without a file"),
    "s3->s3": Path("s3", "s3", OBJECTS),
    "s3->s3, rewritten": Path("s3", "s3", REWRITE, rewritten=True),
}


def in_databases(every_day: Collection[str]) -> list[Any]:
    """Give paths with each of their ends that is in a database, as parameters.

    :param every_day: the names of the paths that are not for the long run
    """
    return [
        pytest.param(path, side, id=f"{name}-{side}", marks=[] if name in every_day else [pytest.mark.long])
        for name, path in PATHS.items()
        for side in (path.source, path.sink)
        if side != "s3"
    ]


@dataclass
class Place:
    """The servers of one test.

    :param sql: runs SQL in the database behind a connection id, apart from what is tested.
    """

    s3: S3
    bucket: str
    sql: Callable[..., list[tuple[Any, ...]]]
    messages: list[str] = field(default_factory=list)

    def prepare(self, path: Path) -> CopyActivityOperator:
        """Make the input and an empty output, and the operator."""
        rows = ROWS[path.sink]
        if path.source == "s3":
            self.s3.client().put_object(Bucket=self.bucket, Key="in/k", Body=lines(",", rows))
        else:
            self.sql(path.source, "create table t (id int, v varchar(600))")
            series = SERIES[path.source].format(rows=rows)
            self.sql(path.source, FILL.format(table="t", series=series))
            self.sql(path.source, "create table pace (seconds int)")
            self.sql(path.source, "insert into pace values (0)")
            self.sql(path.source, PAUSE[path.source])
            self.sql(
                path.source, SLOW.format(row=rows * 4 // 5, true={"orders": "true", "shop": "1"}[path.source])
            )
        if path.sink != "s3":
            self.sql(path.sink, "create table u (id int, v varchar(600))")
        return self.operator(path)

    def operator(self, path: Path, **options: Any) -> CopyActivityOperator:
        """Make the operator of another attempt."""
        return CopyActivityOperator(task_id="x", input=self._source(path), output=self._sink(path), **options)

    # It is the operators' log, too.

    def info(self, message: str, *arguments: object) -> None:
        """Remember what an operator says."""
        self.messages.append(message % arguments if arguments else message)

    warning = info

    def _source(self, path: Path) -> S3DataNode | SqlDataNode:
        if path.source == "s3":
            if path.sink == "s3":
                return S3DataNode(directory_path=f"s3://{self.bucket}/in")
            return S3DataNode(file_path=f"s3://{self.bucket}/in/k")
        return SqlDataNode(path.source, select_query="select id, v from slow")

    def _sink(self, path: Path) -> S3DataNode | SqlDataNode:
        if path.sink != "s3":
            return SqlDataNode(path.sink, table="u", insert_query=path.insert)
        data_format = TSV() if path.rewritten else CSV()
        if path.source == "s3":
            return S3DataNode(directory_path=f"s3://{self.bucket}/out", data_format=data_format)
        return S3DataNode(file_path=f"s3://{self.bucket}/out/k", data_format=data_format)

    def result(self, path: Path) -> Any:
        """Read the output: the objects with their bytes, or the rows."""
        if path.sink == "s3":
            return {key: self.s3.read(self.bucket, key) for key in self.s3.keys(self.bucket, "out")}
        return sorted(self.sql(path.sink, "select id, v from u"))

    def expected(self, path: Path) -> Any:
        """Give what one clean run leaves."""
        rows = ROWS[path.sink]
        if path.sink == "s3":
            return {"out/k": lines("\t" if path.rewritten else ",", rows)}
        return [(n, f"{n:06d}{TEXT}") for n in range(1, rows + 1)]

    def nothing(self, path: Path) -> Any:
        """Give what there is before a run."""
        return {} if path.sink == "s3" else []

    def end_sessions(self, kind: str) -> None:
        """End the sessions of what is tested."""
        ended = self.sql(kind, END_SESSIONS[kind])
        for (statement,) in ended if kind == "shop" else ():
            self.sql(kind, statement)

    def uploads(self) -> list[str]:
        """Name the unfinished uploads."""
        found = self.s3.client().list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return [each["Key"] for each in found]

    def check_nothing_left(self, path: Path, *, uploads: bool = True) -> None:
        """Fail if something of an attempt is still there besides its output."""
        if uploads:
            assert self.uploads() == []
        for kind in {path.source, path.sink} - {"s3"}:
            wait_until(partial(self._no_session, kind), f"a session in {kind} is left")
            assert self.sql(kind, LEFT_TABLES[kind]) == [(0,)]
        wait_until(lambda: not threads(), "a thread is left")

    def _no_session(self, kind: str) -> bool:
        return self.sql(kind, SESSIONS[kind]) == [(0,)]

    def check_clean(self, path: Path) -> None:
        """Fail unless everything is as one clean run leaves it."""
        assert self.result(path) == self.expected(path)
        self.check_nothing_left(path)


@contextmanager
def time_limit() -> Iterator[None]:
    """Fail where the test stands, and show where all threads stand, if the block has not ended in time."""

    def too_long(*_: object) -> None:
        if sys.__stderr__ is not None:
            faulthandler.dump_traceback(sys.__stderr__)
        raise TimeoutError(f"not ended after {SECONDS_A_TEST} seconds; our threads: {threads()}")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(
        signal.ITIMER_REAL, SECONDS_A_TEST, SECONDS_A_TEST
    )  # again, if the fixtures stand still too
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def threads() -> list[str]:
    """Name our threads that run."""
    return [each.name for each in threading.enumerate() if each.name.startswith(OURS)]


def wait_until(ready: Callable[[], bool], otherwise: str, seconds: float = 10) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


class Attempt:
    """A run in a thread of its own, while the test does something to its servers."""

    def __init__(self, run: Run, operator: CopyActivityOperator) -> None:
        self.error: BaseException | None = None
        # As a daemon: one that never ends must not keep the tests from ending.
        self._thread = threading.Thread(target=self._work, args=(run, operator), daemon=True)
        self._thread.start()

    def _work(self, run: Run, operator: CopyActivityOperator) -> None:
        try:
            run(operator)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            self.error = error

    def end(self, seconds: float = 30) -> BaseException | None:
        """Wait for the end, and give the error."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"it still runs: {threads()}"
        return self.error


class Worker:
    """A run in a process of its own, forked as Airflow's supervisor does, which can be killed."""

    def __init__(self, run: Run, operator: CopyActivityOperator) -> None:
        def work() -> None:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SECONDS_A_TEST)  # nobody waits for it if the test fails before it asks for the end
            signal.signal(signal.SIGTERM, lambda *_: operator.on_kill())  # as Airflow's task runner does
            try:
                run(operator)
            except DatapipelineError:
                os._exit(FAILED)
            except BaseException:  # noqa: BLE001 - told by the status
                os._exit(FAILED_OTHERWISE)
            os._exit(0)

        self._process = multiprocessing.get_context("fork").Process(target=work)
        self._process.start()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def end(self, seconds: float = 30) -> int | None:
        """Wait for the end, and give the status, negative for a signal."""
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            raise AssertionError(f"the worker still ran after {seconds} seconds")
        return self._process.exitcode


FAILED, FAILED_OTHERWISE = 3, 4


class Middle:
    """Makes the next copy stop in the middle: of the query, of reading the object, or of S3's own copying.

    Other copies go through, also while that one stands still.

    :param seconds: how long a query stops; S3 until the way's `go_on` is set.
    """

    def __init__(self, place: Place, path: Path, way: Faulty, seconds: int = 600) -> None:
        self._place, self._path, self._way = place, path, way
        if path.source == "s3":
            method, query = ("PUT", "partNumber=2") if path.route == OBJECTS else ("GET", "/in/k")
            way.faults.append(Fault(method, query, "hold"))
        else:
            place.sql(path.source, f"update pace set seconds = {seconds}")

    def wait(self) -> None:
        """Wait until the copy stands still."""
        source = self._path.source
        if source == "s3":
            assert self._way.held.wait(20), "nothing was held"
        else:
            wait_until(
                lambda: self._place.sql(source, PAUSED[source]) == [(1,)], "the query did not pause", 20
            )
            self._place.sql(source, "update pace set seconds = 0")
        if self._path.sink == "s3" and self._path.route != REWRITE:
            wait_until(lambda: self._place.uploads() == ["out/k"], "nothing was uploaded")
