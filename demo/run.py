"""The demo's story: start servers, convert, run, show; everything lives in one folder and ends with the command."""

from __future__ import annotations

import shutil
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from demo import console, local_airflow, results, sample_data
from demo.conversion import BUCKETS, NIGHTLY, ON_DEMAND, TOPIC, command_line, convert, local_connections
from tests.servers import moto, postgres, seaweedfs
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from demo.local_airflow import Airflow
    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

NIGHTS = 4
METADATA = "airflow"
RUN_SECONDS = 420.0
TROUBLE = {"failed", "upstream_failed", "up_for_retry"}


class DemoError(Exception):
    """A run did not do what the demo promises; the message says where to look."""


def run(folder: Path, keep_running: bool) -> None:
    """Run the demo in a folder that exists and is empty; with `keep_running`, go on until interrupted."""
    with ExitStack() as stack:
        with console.step("Starting PostgreSQL, S3 (SeaweedFS) and SNS (moto), on loopback only"):
            database = stack.enter_context(postgres.run(folder))
            s3 = stack.enter_context(seaweedfs.run(folder))
            aws = stack.enter_context(moto.run())
        with console.step("Making databases with sample rows, buckets and an SNS topic"):
            fill(database, s3, aws)
        airflow = make_airflow(folder, database, s3, aws)
        with console.step("Starting Airflow: api-server, scheduler, dag-processor, triggerer"):
            stack.enter_context(airflow.up())
        run_dags(airflow)
        results.show(airflow, database, s3)
        if keep_running:
            _stay(airflow)
        console.say("Stopping everything that was started")


def fill(database: Postgres, s3: S3, aws: Aws) -> None:
    """Make what the definitions expect to find: tables with rows, buckets, the topic of the alarm."""
    sample_data.fill(database)
    for bucket in BUCKETS:
        s3.client().create_bucket(Bucket=bucket)
    aws.client("sns").create_topic(Name=TOPIC)


def make_airflow(folder: Path, database: Postgres, s3: S3, aws: Aws) -> Airflow:
    """Convert both examples, and make an Airflow that has the DAGs and their connections; it does not run yet."""
    output = folder / "converted"
    for name in (ON_DEMAND, NIGHTLY):
        console.say(command_line(name))
        console.detail(convert(name, output))
    with console.step(
        "Making Airflow's database, importing the connections (servers replaced by local ones)"
    ):
        database.create_database(METADATA)
        where = f"postgresql+psycopg2://{database.address_of(METADATA)}"
        airflow = local_airflow.create(folder / "airflow", where)
        for dag in output.glob("*.py"):
            shutil.copy(dag, airflow.dags)
        airflow.import_connections(local_connections(output, database, s3, aws))
    return airflow


def run_dags(airflow: Airflow) -> None:
    """Let both DAGs run: one on demand, the other for its four nights; return when all runs have succeeded."""
    for dag_id in (ON_DEMAND, NIGHTLY):
        wait_until(lambda: airflow.has_dag(dag_id), 90, f"Airflow has read {dag_id}", poll=0.5)  # noqa: B023
        airflow.unpause(dag_id)
    console.say(f"airflow dags trigger {ON_DEMAND}")
    airflow.command("dags", "trigger", ON_DEMAND)
    console.say(f"Waiting for that run, and for the {NIGHTS} nights of {NIGHTLY}, which run by themselves")
    wait_until_succeeded(airflow, {ON_DEMAND: 1, NIGHTLY: NIGHTS})


def wait_until_succeeded(airflow: Airflow, expected: Mapping[str, int]) -> None:
    """Wait until each DAG has so many successful runs, telling each change; DemoError on the first trouble."""
    told: dict[str, str] = {}

    def all_succeeded() -> bool:
        runs = [run for dag_id in expected for run in airflow.runs(dag_id)]
        for run in runs:
            name = f"{run['dag_id']} {run['dag_run_id']}"
            if told.get(name) != run["state"]:
                console.detail(f"{name}: {run['state']}")
            told[name] = run["state"]
            _raise_on_trouble(airflow, run["dag_id"], run["dag_run_id"], run["state"])
        done = [run["dag_id"] for run in runs if run["state"] == "success"]
        return all(done.count(dag_id) >= count for dag_id, count in expected.items())

    wait_until(all_succeeded, RUN_SECONDS, "All runs have succeeded", poll=1)


def _raise_on_trouble(airflow: Airflow, dag_id: str, run_id: str, state: str) -> None:
    if state == "success":
        return
    troubled = {task for task, its in airflow.task_states(dag_id, run_id).items() if its in TROUBLE}
    if troubled:
        logs = airflow.home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"
        raise DemoError(f"{dag_id}, {run_id}: {', '.join(sorted(troubled))} failed; the logs are in {logs}")


def _stay(airflow: Airflow) -> None:
    print(f"\nAirflow is at {airflow.url}, user {airflow.user}, password {airflow.password}")
    print("Ctrl-C here, or `make demo-down` elsewhere, stops everything.", flush=True)
    threading.Event().wait()
