"""A copy meets S3 that breaks, sessions that are ended and workers that are killed; the retry gives what one clean run gives."""

from __future__ import annotations

import dataclasses
import datetime
import io
import logging
import os
import resource
import signal
import sys
import tempfile
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import postgresql
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.s3 import server_copy, upload

from tests.provider.operators.copy_paths import (
    FAILED,
    OBJECTS,
    PATHS,
    SECONDS_TO_GO,
    Attempt,
    Middle,
    Path,
    Place,
    Worker,
    in_databases,
    time_limit,
)
from tests.servers import faulty
from tests.servers.faulty import Fault, Faulty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.conftest import SetConnection
    from tests.provider.operators.conftest import Run
    from tests.servers.seaweedfs import S3


LEAST_PART = 5 << 20
SLEEP = time.sleep


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """Let no test run for ever."""
    with time_limit():
        yield


@pytest.fixture
def way(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """A breakable way to S3, small parts, and short waits before a request is repeated."""
    monkeypatch.setattr(upload, "FIRST_PARTS", LEAST_PART)
    monkeypatch.setattr(server_copy, "IN_PARTS_ABOVE", LEAST_PART)
    monkeypatch.setattr(server_copy, "PART", LEAST_PART)
    sooner = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: SLEEP(seconds / 10)})
    monkeypatch.setattr("botocore.endpoint.time", sooner)  # it waits before it tries again
    with faulty.run(s3.port) as found:
        yield found
        found.go_on.set()


@pytest.fixture
def connect(s3: S3, way: Faulty, airflow_connection: SetConnection) -> Any:
    """Set the connection to S3, through the breakable way."""

    def set_up(**retries: Any) -> None:
        config = {"s3": {"addressing_style": "path"}, **({"retries": retries} if retries else {})}
        extra = {"endpoint_url": way.endpoint_url, "region_name": s3.region, "config_kwargs": config}
        airflow_connection(
            "aws_default", conn_type="aws", login=s3.access_key, password=s3.secret_key, extra=extra
        )

    return set_up


EVERY_DAY = {"s3->mariadb"}


def each(names: Iterable[str]) -> list[Any]:
    """Give paths as parameters; most are for the long run."""
    return [
        pytest.param(PATHS[name], id=name, marks=[] if name in EVERY_DAY else [pytest.mark.long])
        for name in names
    ]


@pytest.fixture(params=each(PATHS))
def path(request: pytest.FixtureRequest) -> Path:
    """Give each path in turn."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def place(
    path: Path,
    s3: S3,
    bucket: str,
    run: Run,
    connect: Any,
    way: Faulty,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """The servers that a path needs; `run` is asked for before `connect`, which has the last word about S3."""
    tables = {kind: request.getfixturevalue(kind) for kind in {path.source, path.sink} - {"s3"}}
    connect()
    found = Place(s3, bucket, lambda kind, sql: tables[kind].run(sql))
    monkeypatch.setattr(CopyActivityOperator, "log", found)
    yield found
    way.go_on.set()
    for kind in tables:  # or the tables could not be dropped after a failed test
        found.end_sessions(kind)


def test_what_breaks_for_a_while_is_not_noticed(path: Path, place: Place, run: Run, way: Faulty) -> None:
    operator = place.prepare(path)
    if path.source == "s3":
        way.faults += [Fault("HEAD", "/in/k", 503), Fault("GET", "list-type", 500)]
        way.faults += [Fault("GET", "/in/k", kind) for kind in (503, "cut", "lose", 500, "cut")]
    if path.sink == "s3":
        way.faults += [Fault("POST", "uploads", 503), Fault("POST", "uploadId=", "lose")]
        way.faults += [Fault("PUT", "partNumber=2", kind) for kind in (500, "lose")]
        way.faults += [] if path.route == OBJECTS else [Fault("PUT", "partNumber=3", "cut")]
    run(operator)
    assert next(text for text in place.messages if text.startswith("Copying")).endswith(path.route)
    place.check_clean(path)
    if not way.faults:
        return
    met = [fault for fault in way.faults if fault.seen]
    assert len(met) >= 3


IN_S3 = [name for name, path in PATHS.items() if "s3" in (path.source, path.sink)]


@pytest.mark.parametrize("path", each(IN_S3))
def test_what_breaks_for_ever_leaves_nothing(
    path: Path, place: Place, run: Run, way: Faulty, connect: Any
) -> None:
    operator = place.prepare(path)
    requests: list[tuple[str, str, int | str]] = []
    if path.source == "s3":
        requests += [("HEAD", "/in/k", 500) if path.sink != "s3" else ("GET", "list-type", 500)]
    if path.source == "s3" and path.route != OBJECTS:
        requests += [("GET", "/in/k", 503), ("GET", "/in/k", "cut")]
    if path.sink == "s3":
        requests += [("PUT", "partNumber=2", 503), ("POST", "uploads", 500), ("POST", "uploadId=", 503)]
    connect(mode="standard", max_attempts=2)
    for method, query, kind in requests:
        way.faults[:] = [Fault(method, query, kind, 1000)]
        with pytest.raises(DatapipelineError, match=f"s3://{place.bucket}/"):
            run(operator)
        assert way.faults[0].seen >= 2
        assert place.result(path) == place.nothing(path)
        place.check_nothing_left(path)
    if path.sink == "s3":  # nor can the upload be aborted: the next attempt does it
        way.faults[:] = [Fault("PUT", "partNumber=2", 503, 1000), Fault("DELETE", "uploadId=", 503, 1000)]
        with pytest.raises(DatapipelineError):
            run(operator)
        assert place.uploads() == ["out/k"]
    way.faults.clear()
    run(operator)
    place.check_clean(path)


@pytest.mark.parametrize("path", each(IN_S3))
def test_a_slow_way_is_waited_for(path: Path, place: Place, run: Run, way: Faulty) -> None:
    operator = place.prepare(path)
    way.bytes_a_second = 12 << 20 if path.sink == "s3" else 3 << 20
    run(operator)
    place.check_clean(path)


@pytest.mark.parametrize(("path", "side"), in_databases(EVERY_DAY))
def test_a_session_that_is_ended_leaves_nothing(
    path: Path, side: str, place: Place, run: Run, way: Faulty
) -> None:
    operator = place.prepare(path)
    middle = Middle(place, path, way, 600 if side == path.source else 3)
    attempt = Attempt(run, operator)
    middle.wait()
    place.end_sessions(side)
    way.go_on.set()
    error = attempt.end()
    assert isinstance(error, DatabaseError), error
    assert f"Connection '{side}'" in str(error)
    assert place.result(path) == place.nothing(path)
    place.check_nothing_left(path)
    run(operator)
    place.check_clean(path)


def test_a_killed_worker_is_cleaned_up_after(
    path: Path, place: Place, run: Run, way: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "SECONDS_BETWEEN_CHECKS", 1)
    operator = place.prepare(path)
    middle = Middle(place, path, way, 3 if path.source == "shop" else 600)
    worker = Worker(run, operator)
    middle.wait()
    worker.send(signal.SIGKILL)
    assert worker.end() == -signal.SIGKILL
    way.go_on.set()
    assert place.result(path) == place.nothing(path)
    place.check_nothing_left(path, uploads=False)
    run(operator)
    place.check_clean(path)


def test_a_cleared_task_is_gone_before_it_is_killed(path: Path, place: Place, run: Run, way: Faulty) -> None:
    operator = place.prepare(path)
    middle = Middle(place, path, way)
    worker = Worker(run, operator)
    middle.wait()
    worker.send(signal.SIGTERM)
    assert worker.end(SECONDS_TO_GO) == FAILED  # while S3 still does not answer
    assert place.result(path) == place.nothing(path)
    place.check_nothing_left(path)
    way.go_on.set()
    run(operator)
    place.check_clean(path)


STALLS = [
    ("postgresql->s3", Fault("PUT", "partNumber=1", "hold")),
    ("postgresql->s3", Fault("POST", "uploads", "stall")),
    ("postgresql->s3", Fault("POST", "uploadId=", "stall")),
    ("s3->postgresql", Fault("HEAD", "/in/k", "stall")),
    ("s3->s3", Fault("GET", "list-type", "stall")),
]


@pytest.mark.parametrize(
    ("path", "fault"),
    [(PATHS[name], fault) for name, fault in STALLS],
    ids=lambda each: each.query if isinstance(each, Fault) else "",
)
def test_a_cleared_task_does_not_wait_for_s3(
    path: Path, fault: Fault, place: Place, run: Run, way: Faulty
) -> None:
    operator = place.prepare(path)
    way.faults.append(dataclasses.replace(fault))
    worker = Worker(run, operator)
    assert way.held.wait(20)
    worker.send(signal.SIGTERM)
    assert worker.end(SECONDS_TO_GO) == FAILED
    way.go_on.set()
    assert place.result(path) == place.nothing(path)
    run(operator)
    place.check_clean(path)


INTO_TABLES = [name for name, path in PATHS.items() if path.sink != "s3"]


@pytest.mark.parametrize("path", each(INTO_TABLES))
@pytest.mark.parametrize("exactly_once", [True, False], ids=["once", "as often as it runs"])
def test_a_worker_killed_between_commit_and_report(
    path: Path, place: Place, aws_default: str, connect: Any, exactly_once: bool
) -> None:
    connect()
    place.prepare(path)
    operator = place.operator(path, exactly_once=exactly_once)

    def run(each: CopyActivityOperator) -> Any:
        task = SimpleNamespace(dag_id="dag", task_id="x", run_id="run 1", map_index=-1, max_tries=2)
        started = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        return each.execute({"ti": task, "dag_run": SimpleNamespace(start_date=started)})  # type: ignore[typeddict-item]

    def dies(self: Progress, when: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Progress, "tell", dies)
        worker = Worker(run, operator)
        assert worker.end() == -signal.SIGKILL
    place.check_clean(path)
    run(operator)
    if exactly_once:
        place.check_clean(path)
    else:
        assert len(place.result(path)) == 2 * len(place.expected(path))


def test_nothing_is_written_to_the_workers_disk(path: Path, place: Place, run: Run) -> None:
    operator = place.prepare(path)

    def without_disk(operator: CopyActivityOperator) -> Any:
        sys.stdout = sys.stderr = io.StringIO()  # the file that pytest has put there
        logging.disable()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        with tempfile.TemporaryFile(buffering=0) as file, pytest.raises(OSError, match="File too large"):
            file.write(b"x")
        return run(operator)

    assert Worker(without_disk, operator).end() == 0
    place.check_clean(path)
