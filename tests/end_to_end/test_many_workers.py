"""A converted pipeline on two Celery workers, each with a queue of its own; and how preconditions wait under a scheduler."""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from demo.conversion import aws_connection, convert_file, database_connection
from demo.local_airflow import START_SECONDS, Airflow
from tests.servers import postgres as postgres_server
from tests.servers import redis as redis_server
from tests.servers.process import (
    ProgramMissingError,
    free_ports,
    started,
    stop_together,
    wait_ready,
    wait_until,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.moto import Aws
    from tests.servers.redis import Redis
    from tests.servers.seaweedfs import S3

pytest.importorskip(
    "airflow.providers.celery", reason="Celery is missing: `make install` puts it into .venv."
)
pytestmark = pytest.mark.long

RUN_SECONDS = 600
METADATA = "airflow"
BUCKET = "many-workers"
WORKERS = {"first": "default,warehouse", "second": "reports"}
"""The workers by the name that they have in WORKER, and the queues that each serves."""
SAY = 'echo "{0} $WORKER" >> #{{myJournal}}'
# Where a definition says nothing, a minute is between two checks.
POKE = ("default_args={", 'default_args={"poke_interval": 10, ')


def shell(object_id: str, group: str, command: str = "true", **fields: Any) -> dict[str, Any]:
    said = f"{SAY.format(object_id)}; {command}"
    return {"id": object_id, "type": "ShellCommandActivity", "workerGroup": group, "command": said, **fields}


def ref(object_id: str) -> dict[str, str]:
    return {"ref": object_id}


PIPELINE = {
    "objects": [
        {"id": "Default", "scheduleType": "ondemand", "maximumRetries": "0"},
        shell(
            "Collect",
            "warehouse",
            'echo 1,2 > "$OUTPUT1_STAGING_DIR/rows.csv"',
            stage="true",
            output=ref("Rows"),
        ),
        # What one worker has made in S3 the other one reads; nothing else is between them.
        {"id": "Rows", "type": "S3DataNode", "directoryPath": f"s3://{BUCKET}/rows"},
        shell(
            "Report",
            "reports",
            'cat "$INPUT1_STAGING_DIR/rows.csv" >> #{myJournal}',
            stage="true",
            input=ref("Rows"),
            precondition=[ref("Asked"), ref("Marker")],
        ),
        # Its command runs where the activity's runs; the first check fails.
        {
            "id": "Asked",
            "type": "ShellCommandPrecondition",
            "command": f"{SAY.format('Asked')}; test -e #{{myJournal}}.asked || ! touch #{{myJournal}}.asked",
        },
        # Needs no worker while it waits.
        {"id": "Marker", "type": "S3KeyExists", "s3Key": f"s3://{BUCKET}/marker", "role": "R"},
        shell("Mark", "warehouse", "true", stage="true", input=ref("Rows"), output=ref("Markers")),
        {
            "id": "Markers",
            "type": "S3DataNode",
            "directoryPath": f"s3://{BUCKET}/",
            "precondition": ref("There"),
        },
        {"id": "There", "type": "Exists"},
        shell("Last", "reports", input=ref("Markers")),
    ],
    "parameters": [{"id": "myJournal", "type": "String"}],
}
EXPECTED = {
    "Collect first": 1,
    "Mark first": 1,
    "Asked second": 2,
    "Report second": 1,
    "Last second": 1,
    "1,2": 1,
}
TASKS = ("Asked", "Collect", "Last", "Mark", "Marker", "Report", "There")

WAITING_SECONDS = 3
# Nothing of it comes: two attempts each, with their own time. What lacks a right has one, which is over at once.
WAITING = f"""
from datetime import datetime, timedelta
from airflow.sdk import DAG
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.sensors.exists import ExistsSensor
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.sensors.shell_command_precondition import ShellCommandPreconditionSensor

arguments = {{"timeout": {WAITING_SECONDS}, "poke_interval": 1, "retries": 1, "retry_delay": timedelta(seconds=1)}}
with DAG("waiting", schedule=None, start_date=datetime(2026, 1, 1), default_args=arguments):
    key = "s3://{BUCKET}/none"
    S3KeyExistsSensor(task_id="deferred", s3_key=key, deferrable=True)
    S3KeyExistsSensor(task_id="rescheduled", s3_key=key, deferrable=False)
    ShellCommandPreconditionSensor(task_id="command", command="false", queue="reports")
    ExistsSensor(task_id="table", data_node=SqlDataNode("orders", table="none"))
    for how in (True, False):
        ExistsSensor(
            task_id=f"refused_{{how}}", data_node=S3DataNode(file_path=key), aws_conn_id="nobody", deferrable=how
        )
"""
ATTEMPTS = {
    "command": 2,
    "deferred": 2,
    "refused_False": 1,
    "refused_True": 1,
    "rescheduled": 2,
    "table": 2,
}


@dataclass(frozen=True)
class Cluster:
    """An Airflow on two workers, and the lines that their commands wrote."""

    airflow: Airflow
    journal: Path
    run_ids: dict[str, str]

    def states(self, dag_id: str) -> dict[str, str | None]:
        """Return the state of each task of a DAG's one run."""
        return self.airflow.task_states(dag_id, self.run_ids[dag_id])


@contextmanager
def workers(airflow: Airflow) -> Iterator[None]:
    """Run the workers until the block ends, which begins when both are ready."""
    with ExitStack() as stack:
        processes: dict[str, subprocess.Popen[bytes]] = {}
        for name, queues in WORKERS.items():
            command = [sys.executable, "-m", "airflow", "celery", "worker", "--skip-serve-logs"]
            command += ["--concurrency", "2", "--queues", queues, "--celery-hostname", f"{name}@%h"]
            env = {**airflow.env, "WORKER": name}
            processes[name] = stack.enter_context(started(name, command, airflow.home, env))
        stack.callback(stop_together, list(processes.values()))

        def ready() -> bool:
            return all(" ready." in (airflow.home / f"{name}.log").read_text() for name in WORKERS)

        wait_ready(processes, airflow.home, ready, START_SECONDS)
        yield


def prepared(home: Path, broker: Redis, connections: dict[str, Any]) -> Iterator[Airflow]:
    """Make an Airflow for Celery, its data in a PostgreSQL of its own that runs meanwhile."""
    with postgres_server.run(home.parent) as database:
        database.create_database(METADATA)
        where = database.address_of(METADATA)
        airflow = Airflow(home, free_ports(1)[0], f"postgresql+psycopg2://{where}")
        airflow.env.update(
            {
                "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
                "AIRFLOW__CELERY__BROKER_URL": broker.url,
                "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{where}",
                "AIRFLOW__CELERY__WORKER_ENABLE_REMOTE_CONTROL": "False",
                "AIRFLOW__CORE__PARALLELISM": "8",
                "AIRFLOW__CORE__FERNET_KEY": secrets.token_urlsafe(32) + "=",
                "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE": "True",
            }
        )
        airflow.prepare()
        airflow.import_connections({"orders": database_connection(database, METADATA), **connections})
        yield airflow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, s3: S3, aws_emulator: Aws) -> Iterator[Cluster]:
    """Airflow, two workers, and one run of each DAG that has ended."""
    folder = tmp_path_factory.mktemp("workers")
    journal = folder / "journal"
    definition = folder / "reports.json"
    definition.write_text(json.dumps(PIPELINE))
    s3.client().create_bucket(Bucket=BUCKET)
    with ExitStack() as stack:
        try:
            broker = stack.enter_context(redis_server.run(folder))
        except ProgramMissingError as missing:
            pytest.skip(str(missing))
        nobody = aws_connection(s3.as_user("nobody"), aws_emulator)
        connections = {"aws_default": aws_connection(s3, aws_emulator), "nobody": nobody}
        airflow = stack.enter_context(contextmanager(prepared)(folder / "airflow", broker, connections))
        convert_file(definition, airflow.dags, "--run-on", "queue", "--set", f"myJournal={journal}")
        dag = airflow.dags / "reports.py"
        source = dag.read_text()
        assert POKE[0] in source
        dag.write_text(source.replace(*POKE))
        (airflow.dags / "waiting.py").write_text(WAITING)
        stack.enter_context(airflow.up())
        stack.enter_context(workers(airflow))
        run_ids = {dag_id: begin(airflow, dag_id) for dag_id in ("reports", "waiting")}
        s3.client().put_object(Bucket=BUCKET, Key="marker", Body=b"")
        found = Cluster(airflow, journal, run_ids)
        for dag_id in run_ids:
            wait_until(lambda: ended(found, dag_id), RUN_SECONDS, f"{dag_id} has ended", poll=1)  # noqa: B023
        yield found


def begin(airflow: Airflow, dag_id: str) -> str:
    """Begin a run of a DAG as soon as it is known."""
    wait_until(lambda: airflow.has_dag(dag_id), 90, f"Airflow has read {dag_id}", poll=0.5)
    airflow.unpause(dag_id)
    return str(airflow.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"])


def ended(cluster: Cluster, dag_id: str) -> bool:
    """Say whether the run of a DAG is over."""
    run = cluster.airflow.api("GET", f"/dags/{dag_id}/dagRuns/{cluster.run_ids[dag_id]}")
    return run["state"] in {"failed", "success"}


def test_every_task_of_the_pipeline_has_succeeded(cluster: Cluster) -> None:
    assert cluster.states("reports") == dict.fromkeys(TASKS, "success")


def test_each_command_ran_on_the_worker_of_its_queue(cluster: Cluster) -> None:
    assert Counter(cluster.journal.read_text().splitlines()) == EXPECTED


def test_preconditions_wait_as_often_and_as_long_as_they_are_told(cluster: Cluster) -> None:
    assert cluster.states("waiting") == dict.fromkeys(ATTEMPTS, "failed")
    path = f"/dags/waiting/dagRuns/{cluster.run_ids['waiting']}/taskInstances"
    for task_id, count in ATTEMPTS.items():
        tries = cluster.airflow.api("GET", f"{path}/{task_id}/tries")["task_instances"]
        assert [each["try_number"] for each in tries] == list(range(1, count + 1)), task_id
        if count == 2:
            first, second = (datetime.fromisoformat(each["end_date"]) for each in tries)
            # The second attempt begins a second after the first, and has all of its own time.
            assert (second - first).total_seconds() > WAITING_SECONDS + 1, task_id


@pytest.mark.parametrize(
    ("task_id", "said"),
    [
        ("deferred", f"s3://{BUCKET}/none was not there within 0:00:0{WAITING_SECONDS}"),
        ("rescheduled", f"s3://{BUCKET}/none was not there within 0:00:0{WAITING_SECONDS}"),
        ("command", f"command: the command did not end with exit code 0 within 0:00:0{WAITING_SECONDS}"),
        ("table", f"Table none of connection 'orders' was not there within 0:00:0{WAITING_SECONDS}"),
        ("refused_True", f"s3:GetObject on arn:aws:s3:::{BUCKET}/none and s3:ListBucket on"),
        ("refused_False", f"s3:GetObject on arn:aws:s3:::{BUCKET}/none and s3:ListBucket on"),
    ],
)
def test_the_log_says_what_was_missing(cluster: Cluster, task_id: str, said: str) -> None:
    folder = cluster.airflow.home / "logs" / "dag_id=waiting" / f"run_id={cluster.run_ids['waiting']}"
    log = folder / f"task_id={task_id}" / f"attempt={ATTEMPTS[task_id]}.log"
    assert said in log.read_text()
