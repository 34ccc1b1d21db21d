"""Clusters and machines under the real scheduler, which is killed, as are their tasks, and whose AWS fails for a minute."""

from __future__ import annotations

import getpass
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest

from demo import local_airflow
from tests.servers import ec2 as ec2_server
from tests.servers import emr as emr_server
from tests.servers import moto as moto_server
from tests.servers.process import kill_with_children, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.local_airflow import Airflow, Components
    from tests.servers.ec2 import Ec2
    from tests.servers.emr import Emr

pytestmark = pytest.mark.long

DAGS = """
from datetime import datetime, timedelta
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from datapipeline_provider.operators.ec2_resource import CreateEc2ResourceOperator, TerminateEc2ResourceOperator
from datapipeline_provider.operators.emr_activity import EmrActivityOperator
from datapipeline_provider.operators.emr_cluster import CreateEmrClusterOperator, TerminateEmrClusterOperator
from datapipeline_provider.operators.shell_command_on_ec2 import ShellCommandOnEc2Operator

WORK = "until test -e {go}; do sleep 0.2; done"


def around(create, work, terminate):
    create >> work >> [terminate, EmptyOperator(task_id="done")]
    terminate.as_teardown(setups=create, on_failure_fail_dagrun=True)


for dag_id, retries, deferrable in [("no_retry", 0, False), ("retry", 1, False), ("deferred", 1, True)]:
    tries = {{"retry_delay": timedelta(seconds=1), "retries": retries}}
    waiting = {{"poke_interval": 1, "deferrable": deferrable, **tries}}
    with DAG(dag_id, schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):
        around(
            CreateEmrClusterOperator(
                task_id="create",
                job_flow_overrides={{
                    "ReleaseLabel": "emr-6.15.0",
                    "LogUri": "s3://logs/",
                    "Instances": {{
                        "MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 1
                    }},
                }},
                **waiting,
            ),
            EmrActivityOperator(
                task_id="work", cluster="create", steps=["command-runner.jar,bash,-c," + WORK], log_wait=2.0, **waiting
            ),
            TerminateEmrClusterOperator(task_id="terminate", cluster="create", **waiting),
        )
    with DAG(f"box_{{dag_id}}", schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):
        around(
            CreateEc2ResourceOperator(task_id="create", image_id="ami-12c6146b", **tries),
            ShellCommandOnEc2Operator(
                task_id="work", instance="create", command=WORK, remote_user="{user}", **waiting
            ),
            TerminateEc2ResourceOperator(task_id="terminate", instance="create", **tries),
        )
"""
SETTINGS = {
    # How soon a scheduler takes over what another one had begun that is silent.
    "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "3",
    # How soon it gives up a task whose worker is silent.
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
}
SECONDS_A_STEP = 180


@dataclass
class Run:
    """One run of a DAG."""

    airflow: Airflow
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

    def end(self) -> tuple[str, dict[str, str | None]]:
        """Wait for its end; give its state, and those of its tasks."""

        def state() -> str:
            path = f"/dags/{self.dag_id}/dagRuns/{self.run_id}"
            return str(self.airflow.api("GET", path)["state"])

        wait_until(
            lambda: state() in {"success", "failed"}, SECONDS_A_STEP, f"{self.dag_id} has ended", poll=0.5
        )
        return state(), self.airflow.task_states(self.dag_id, self.run_id)


@dataclass
class Running:
    """An Airflow that is up, and the emulators that its tasks work on.

    :param go: a file that ends all steps and commands as soon as it is there
    """

    airflow: Airflow
    components: Components
    emr: Emr
    ec2: Ec2
    go: Path

    def begin(self, dag_id: str) -> Run:
        """Begin a run as soon as Airflow knows the DAG."""
        wait_until(lambda: self.airflow.has_dag(dag_id), SECONDS_A_STEP, f"{dag_id} is read", poll=0.5)
        run = self.airflow.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None})
        return Run(self.airflow, dag_id, run["dag_run_id"])

    def launched(self) -> str:
        """Wait until a cluster is launched, and give its id."""
        wait_until(lambda: bool(self.emr.states()), SECONDS_A_STEP, "a cluster is launched", poll=0.2)
        (cluster_id,) = self.emr.states()
        return cluster_id

    def wait_for_launches(self, clusters: int, instances: int) -> None:
        """Wait until so many were launched in all, whoever knows of them."""
        wait_until(
            lambda: (len(self.emr.requests), len(self.ec2.requests)) == (clusters, instances),
            SECONDS_A_STEP,
            f"{clusters} clusters and {instances} instances are launched",
            poll=0.2,
        )

    def steps(self, run: Run) -> list[str]:
        """Give the states of all steps of a run, whatever their clusters, in order."""
        return [
            state
            for cluster_id in self.emr.states()
            for name, state in self.emr.steps(cluster_id).items()
            if run.run_id in name and name.startswith(f"{run.dag_id}.")
        ]

    def wait_for_steps(self, run: Run, *states: str) -> None:
        """Wait until the steps of a run are in these states."""
        wait_until(lambda: self.steps(run) == list(states), SECONDS_A_STEP, f"{run.dag_id}: {states}")

    def left(self) -> dict[str, str]:
        """Give what is not terminated, clusters and instances."""
        found = self.emr.states() | self.ec2.states()
        return {name: state for name, state in found.items() if state.upper() != "TERMINATED"}


@pytest.fixture(scope="module")
def airflow_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Airflow up, its DAGs read, on emulators of its own."""
    folder = tmp_path_factory.mktemp("clusters")
    airflow = local_airflow.create(folder / "airflow")
    airflow.env.update({f"AIRFLOW__{name}": value for name, value in SETTINGS.items()})
    (airflow.dags / "clusters.py").write_text(DAGS.format(go=folder / "go", user=getpass.getuser()))
    with (
        moto_server.run() as aws,
        emr_server.run(aws, folder / "emr") as emr,
        ec2_server.run(aws, folder / "ec2") as ec2,
    ):
        extra = {"endpoint_url": aws.endpoint_url, "region_name": aws.region}
        keys = {"login": aws.access_key, "password": aws.secret_key}
        airflow.import_connections({"aws_default": {"conn_type": "aws", **keys, "extra": extra}})
        with airflow.up() as components:
            yield Running(airflow, components, emr, ec2, folder / "go")


@pytest.fixture
def running(airflow_up: Running) -> Iterator[Running]:
    """The same, with nothing left of earlier tests."""
    airflow_up.go.unlink(missing_ok=True)
    airflow_up.ec2.reset()
    airflow_up.emr.reset()
    airflow_up.emr.aws.client("s3").create_bucket(Bucket="logs")
    yield airflow_up
    airflow_up.go.touch()


ALL = {"create": "success", "work": "success", "terminate": "success", "done": "success"}
NONE = {"create": "failed", "work": "upstream_failed", "terminate": "success", "done": "upstream_failed"}


def test_a_launch_that_is_killed_for_good(running: Running) -> None:
    running.emr.start_seconds = 600
    running.emr.aws.faults.late_answer("RunInstances", 60)
    runs = [running.begin("no_retry"), running.begin("box_no_retry")]
    running.wait_for_launches(1, 1)
    for run in runs:
        run.kill("create")
    assert [run.end() for run in runs] == [("failed", NONE)] * 2
    assert running.left() == {}


def test_a_launch_that_is_killed_and_tried_again(running: Running) -> None:
    running.go.touch()
    run = running.begin("retry")
    running.emr.start_seconds = 20
    running.launched()
    run.kill("create")
    assert run.end() == ("success", ALL)
    assert run.about("create", "try_number") == 2
    assert (len(running.emr.requests), running.left()) == (1, {})


def test_a_step_that_is_killed_and_tried_again(running: Running) -> None:
    run = running.begin("retry")
    running.wait_for_steps(run, "RUNNING")
    run.kill("work")
    running.wait_for_steps(run, "CANCELLED", "RUNNING")
    running.go.touch()
    assert run.end() == ("success", ALL)
    assert running.steps(run) == ["CANCELLED", "COMPLETED"]
    assert running.left() == {}


def test_a_minute_without_emr(running: Running) -> None:
    """One run waits for its step; of another the worker was lost, with the task, between RunJobFlow and its answer."""
    waiting = running.begin("no_retry")
    running.wait_for_steps(waiting, "RUNNING")
    running.emr.aws.faults.late_answer("RunJobFlow", 60)
    lost = running.begin("no_retry")
    running.wait_for_launches(2, 0)
    worker = psutil.Process(lost.about("create", "pid")).parent()
    assert worker is not None
    kill_with_children(worker.pid)
    running.emr.aws.faults.unavailable(60, "elasticmapreduce")
    running.go.touch()
    begun = time.monotonic()
    assert waiting.end() == ("success", ALL)
    assert time.monotonic() - begun > 60
    assert lost.end() == ("failed", NONE)
    assert (len(running.emr.requests), running.left()) == (2, {})


def test_a_launch_that_waits_in_the_triggerer_and_is_marked_as_failed(running: Running) -> None:
    run = running.begin("deferred")
    running.emr.start_seconds = 600
    cluster_id = running.launched()
    run.wait_for("create", "deferred")
    path = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/create"
    run.airflow.api("PATCH", path, {"new_state": "failed"})
    assert running.emr.wait(cluster_id, seconds=SECONDS_A_STEP) == "TERMINATED"
    assert run.end() == ("failed", NONE)
    assert running.left() == {}


def test_a_scheduler_that_is_killed_with_all_that_it_runs(running: Running) -> None:
    """Airflow runs what it lost again as a further try, also where there are no retries."""
    working, waiting, commanding = (running.begin(each) for each in ("no_retry", "deferred", "box_no_retry"))
    for run in (working, waiting):
        running.wait_for_steps(run, "RUNNING")
    waiting.wait_for("work", "deferred")
    wait_until(lambda: len(running.ec2.commands) == 1, SECONDS_A_STEP, "a command runs", poll=0.2)
    faults = running.emr.aws.faults
    for operation in ("RunJobFlow", "RunInstances"):
        faults.late_answer(operation, 60)
    launching, boxing = running.begin("retry"), running.begin("box_retry")
    running.wait_for_launches(3, 2)  # but the answers are not there
    running.components.kill("scheduler")
    assert [run.about("create", "state") for run in (launching, boxing)] == ["running", "running"]
    running.components.start("scheduler")
    running.wait_for_steps(working, "CANCELLED", "RUNNING")
    wait_until(lambda: len(running.ec2.commands) == 3, SECONDS_A_STEP, "commands run again", poll=0.2)
    running.go.touch()
    runs = (working, waiting, commanding, launching, boxing)
    assert [run.end() for run in runs] == [("success", ALL)] * 5
    tries = [(run.about("create", "try_number"), run.about("work", "try_number")) for run in runs]
    assert tries == [(1, 2), (1, 1), (1, 2), (2, 1), (2, 1)]
    assert running.steps(waiting) == ["COMPLETED"]
    assert len(running.emr.requests) == 3  # the next try found what the first one had launched
    assert running.left() == {}
