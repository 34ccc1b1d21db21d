"""Copies under the real scheduler whose task is cleared while it runs, or killed: its next attempt gives what one clean run gives."""

from __future__ import annotations

import os
import signal
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from demo import local_airflow
from tests.provider.operators.copy_paths import PATHS, Middle, Path, Place
from tests.servers import faulty
from tests.servers.process import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterator

    from demo.local_airflow import Airflow
    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long

NAME = "killed-copies"
"""Of the databases and of the bucket."""
COPIES = {name: PATHS[name] for name in ("postgresql->s3", "mariadb->s3", "s3->postgresql", "s3->mariadb")}
NODES = {
    "s3": f'S3DataNode(file_path="s3://{NAME}/{{place}}/k")',
    "orders": 'SqlDataNode("orders", table="u", select_query="select id, v from slow")',
    "shop": 'SqlDataNode("shop", table="u", select_query="select id, v from slow")',
}
IMPORTS = """
from datetime import datetime, timedelta
from airflow.sdk import DAG
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
"""
COPY = """
with DAG("{dag_id}", schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):
    CopyActivityOperator(
        task_id="x", input={source}, output={sink}, retries={retries}, retry_delay=timedelta(seconds=1)
    )
"""
MADE = ("drop view slow", "drop function pause", "drop table t", "drop table u", "drop table pace")
SECONDS_A_STEP = 120
UNDONE = "Task failed with exception"
"""What an attempt still says that ends by itself."""


@dataclass(frozen=True)
class Running:
    """An Airflow, and the servers that its DAGs copy between."""

    airflow: Airflow
    s3: S3
    way: faulty.Faulty
    sql: Callable[[str, str], list[tuple[Any, ...]]]


def dag_id(how: str, name: str) -> str:
    """Name the DAG of a copy."""
    return f"{how}_{name.replace('->', '_to_')}"


def dag_file() -> str:
    """Write a DAG for each test."""
    copies = [
        COPY.format(
            dag_id=dag_id(how, name),
            source=NODES[path.source].format(place="in"),
            sink=NODES[path.sink].format(place="out"),
            retries=retries,
        )
        for how, retries in (("cleared", 0), ("killed", 1))
        for name, path in COPIES.items()
    ]
    return "".join([IMPORTS, *copies])


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, mariadb: Mariadb, s3: S3
) -> Iterator[Running]:
    """Airflow up, its DAGs read."""
    servers: dict[str, Any] = {"orders": postgres, "shop": mariadb}

    def sql(kind: str, text: str) -> list[tuple[Any, ...]]:
        with closing(servers[kind].connect(NAME)) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall()) if cursor.description else []

    airflow = local_airflow.create(tmp_path_factory.mktemp("killed") / "airflow")
    (airflow.dags / "copies.py").write_text(dag_file())
    s3.client().create_bucket(Bucket=NAME)
    with faulty.run(s3.port) as way:
        connections: dict[str, Any] = {
            kind: {
                "conn_type": conn_type,
                "host": servers[kind].host,
                "port": servers[kind].port,
                "login": servers[kind].user,
                "password": servers[kind].password,
                "schema": NAME,
            }
            for kind, conn_type in (("orders", "postgres"), ("shop", "mysql"))
        }
        extra = {
            "endpoint_url": way.endpoint_url,
            "region_name": s3.region,
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        }
        connections["aws_default"] = {
            "conn_type": "aws",
            "login": s3.access_key,
            "password": s3.secret_key,
            "extra": extra,
        }
        airflow.import_connections(connections)
        for server in servers.values():
            server.create_database(NAME)
        with airflow.up():
            yield Running(airflow, s3, way, sql)
            way.go_on.set()


@pytest.fixture
def place(running: Running) -> Iterator[Place]:
    """The servers, which hold nothing of an earlier test."""
    running.way.go_on.clear()
    running.way.held.clear()
    running.way.faults.clear()
    yield Place(running.s3, NAME, running.sql)
    running.way.go_on.set()
    for kind in ("orders", "shop"):
        for text in MADE:
            with suppress(Exception):
                running.sql(kind, text)
    for key in running.s3.keys(NAME):
        running.s3.client().delete_object(Bucket=NAME, Key=key)


@dataclass
class Task:
    """The one task of a run."""

    airflow: Airflow
    dag_id: str
    run_id: str

    @classmethod
    def begin(cls, airflow: Airflow, dag_id: str) -> Task:
        """Begin a run as soon as Airflow knows the DAG."""
        wait_until(lambda: airflow.has_dag(dag_id), SECONDS_A_STEP, f"Airflow has read {dag_id}", poll=0.5)
        run = airflow.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None})
        return cls(airflow, dag_id, run["dag_run_id"])

    def about(self, name: str) -> Any:
        """Ask Airflow about the task."""
        path = f"/dags/{self.dag_id}/dagRuns/{self.run_id}/taskInstances/x"
        return self.airflow.api("GET", path)[name]

    def clear(self) -> None:
        """Clear it, which lets it run again."""
        body = {"dry_run": False, "dag_run_id": self.run_id, "task_ids": ["x"], "only_failed": False}
        self.airflow.api("POST", f"/dags/{self.dag_id}/clearTaskInstances", body)

    def succeeds(self) -> None:
        """Wait until it has succeeded; fails if it fails."""

        def ended() -> bool:
            state = self.about("state")
            assert state not in {"failed", "upstream_failed"}, self.log(2)
            return bool(state == "success")

        wait_until(ended, SECONDS_A_STEP, "the task has succeeded", poll=0.5)

    def log(self, attempt: int) -> str:
        """Read what an attempt has said."""
        folder = self.airflow.home / "logs" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}"
        file: pathlib.Path = folder / "task_id=x" / f"attempt={attempt}.log"
        return file.read_text() if file.exists() else ""


def begun(running: Running, place: Place, how: str, name: str, seconds: int = 600) -> tuple[Task, Path]:
    """Begin a copy, and wait until it stands still in the middle."""
    path = COPIES[name]
    place.prepare(path)
    middle = Middle(place, path, running.way, seconds)
    task = Task.begin(running.airflow, dag_id(how, name))
    wait_until(lambda: task.about("state") == "running", SECONDS_A_STEP, "the task runs", poll=0.5)
    middle.wait()
    assert place.result(path) == place.nothing(path)
    return task, path


@pytest.mark.parametrize("name", COPIES)
def test_a_task_that_is_cleared_while_it_runs(running: Running, place: Place, name: str) -> None:
    task, path = begun(running, place, "cleared", name)
    first = task.about("pid")
    task.clear()
    task.succeeds()
    assert task.about("pid") != first
    assert task.about("try_number") == 2
    assert UNDONE in task.log(1)  # five seconds after SIGTERM it would have been killed
    place.check_clean(path)


@pytest.mark.parametrize("name", COPIES)
def test_a_task_that_is_killed(running: Running, place: Place, name: str) -> None:
    # MariaDB does not look whether the client of a query that sleeps is still there.
    task, path = begun(running, place, "killed", name, 3 if COPIES[name].source == "shop" else 600)
    os.kill(task.about("pid"), signal.SIGKILL)
    task.succeeds()
    assert task.about("try_number") == 2
    assert UNDONE not in task.log(1)
    place.check_clean(path)
