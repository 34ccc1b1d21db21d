"""Clusters under the real scheduler whose tasks are killed, and whose EMR fails for a minute: each ends by our call."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from demo import local_airflow
from tests.servers import emr as emr_server
from tests.servers import moto as moto_server
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.local_airflow import Airflow
    from tests.servers.emr import Emr

pytestmark = pytest.mark.long

DAGS = """
from datetime import datetime, timedelta
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from datapipeline_provider.operators.emr_activity import EmrActivityOperator
from datapipeline_provider.operators.emr_cluster import CreateEmrClusterOperator, TerminateEmrClusterOperator

for dag_id, retries, deferrable in [("no_retry", 0, False), ("retry", 1, False), ("deferred", 1, True)]:
    waiting = {"poke_interval": 1, "deferrable": deferrable, "retry_delay": timedelta(seconds=1), "retries": retries}
    with DAG(dag_id, schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False) as dag:
        create = CreateEmrClusterOperator(
            task_id="create",
            job_flow_overrides={
                "ReleaseLabel": "emr-6.15.0",
                "LogUri": "s3://logs/",
                "Instances": {"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 1},
            },
            **waiting,
        )
        work = EmrActivityOperator(
            task_id="work", cluster="create", steps=["command-runner.jar,sleep,20"], log_wait=2.0, **waiting
        )
        terminate = TerminateEmrClusterOperator(task_id="terminate", cluster="create", **waiting)
        create >> work >> [terminate, EmptyOperator(task_id="done")]
        terminate.as_teardown(setups=create, on_failure_fail_dagrun=True)
"""
SECONDS_A_STEP = 180


@dataclass
class Run:
    """One run of a DAG, and the EMR that it works on."""

    airflow: Airflow
    emr: Emr
    dag_id: str
    run_id: str

    def about(self, task_id: str, name: str) -> Any:
        """Ask Airflow about a task."""
        path = f"/dags/{self.dag_id}/dagRuns/{self.run_id}/taskInstances/{task_id}"
        return self.airflow.api("GET", path)[name]

    def wait_for(self, task_id: str, state: str) -> None:
        """Wait until a task is in a state."""
        wait_until(
            lambda: self.about(task_id, "state") == state, SECONDS_A_STEP, f"{task_id} {state}", poll=0.5
        )

    def kill(self, task_id: str) -> None:
        """Kill the process that runs a task."""
        os.kill(self.about(task_id, "pid"), signal.SIGKILL)

    def end(self) -> tuple[str, dict[str, str | None], list[str]]:
        """Wait for its end; give its state, those of its tasks, and those of all clusters."""

        def state() -> str:
            path = f"/dags/{self.dag_id}/dagRuns/{self.run_id}"
            return str(self.airflow.api("GET", path)["state"])

        wait_until(
            lambda: state() in {"success", "failed"}, SECONDS_A_STEP, f"{self.dag_id} has ended", poll=0.5
        )
        tasks = self.airflow.task_states(self.dag_id, self.run_id)
        return state(), tasks, list(self.emr.states().values())


@dataclass
class Running:
    """An Airflow that is up, and its EMR."""

    airflow: Airflow
    emr: Emr

    def begin(self, dag_id: str) -> Run:
        """Begin a run as soon as Airflow knows the DAG."""
        self.emr.reset()
        self.emr.aws.client("s3").create_bucket(Bucket="logs")
        wait_until(lambda: self.airflow.has_dag(dag_id), SECONDS_A_STEP, f"{dag_id} is read", poll=0.5)
        run = self.airflow.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None})
        return Run(self.airflow, self.emr, dag_id, run["dag_run_id"])

    def launched(self, run: Run) -> str:
        """Wait until a cluster is launched, and give its id."""
        wait_until(lambda: bool(self.emr.states()), SECONDS_A_STEP, f"{run.dag_id} has launched", poll=0.2)
        (cluster_id,) = self.emr.states()
        return cluster_id


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Airflow up, its DAGs read, on an emulator of its own."""
    folder = tmp_path_factory.mktemp("clusters")
    airflow = local_airflow.create(folder / "airflow")
    (airflow.dags / "clusters.py").write_text(DAGS)
    with moto_server.run() as aws, emr_server.run(aws, folder / "emr") as emr:
        extra = {"endpoint_url": aws.endpoint_url, "region_name": aws.region}
        keys = {"login": aws.access_key, "password": aws.secret_key}
        airflow.import_connections({"aws_default": {"conn_type": "aws", **keys, "extra": extra}})
        with airflow.up():
            yield Running(airflow, emr)


ALL = {"create": "success", "work": "success", "terminate": "success", "done": "success"}
NONE = {"create": "failed", "work": "upstream_failed", "terminate": "success", "done": "upstream_failed"}


def test_a_launch_that_is_killed_for_good(running: Running) -> None:
    run = running.begin("no_retry")
    running.emr.start_seconds = 600
    running.launched(run)
    run.kill("create")
    assert run.end() == ("failed", NONE, ["TERMINATED"])


def test_a_launch_that_is_killed_and_tried_again(running: Running) -> None:
    run = running.begin("retry")
    running.emr.start_seconds = 20
    running.launched(run)
    run.kill("create")
    assert run.end() == ("success", ALL, ["TERMINATED"])
    assert run.about("create", "try_number") == 2


def test_a_step_that_is_killed_and_tried_again(running: Running) -> None:
    run = running.begin("retry")
    cluster_id = running.launched(run)
    wait_until(lambda: "RUNNING" in running.emr.steps(cluster_id).values(), SECONDS_A_STEP, "a step runs")
    run.kill("work")
    assert run.end() == ("success", ALL, ["TERMINATED"])
    assert list(running.emr.steps(cluster_id).values()) == ["CANCELLED", "COMPLETED"]


def test_a_minute_without_emr(running: Running) -> None:
    run = running.begin("no_retry")
    cluster_id = running.launched(run)
    wait_until(lambda: "RUNNING" in running.emr.steps(cluster_id).values(), SECONDS_A_STEP, "a step runs")
    running.emr.aws.faults.unavailable(60, "elasticmapreduce")
    begun = time.monotonic()
    assert run.end() == ("success", ALL, ["TERMINATED"])
    assert time.monotonic() - begun > 60


def test_a_launch_that_waits_in_the_triggerer_and_is_marked_as_failed(running: Running) -> None:
    run = running.begin("deferred")
    running.emr.start_seconds = 600
    cluster_id = running.launched(run)
    run.wait_for("create", "deferred")
    path = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/create"
    run.airflow.api("PATCH", path, {"new_state": "failed"})
    assert running.emr.wait(cluster_id, seconds=SECONDS_A_STEP) == "TERMINATED"
    assert run.end() == ("failed", NONE, ["TERMINATED"])


def test_all_in_the_triggerer(running: Running) -> None:
    assert running.begin("deferred").end() == ("success", ALL, ["TERMINATED"])
