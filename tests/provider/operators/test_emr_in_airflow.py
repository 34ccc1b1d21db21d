"""Clusters and their activities in a DAG, as generated code has them, on an emulator that really runs the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr

SOURCE = """
from airflow.providers.standard.operators.empty import EmptyOperator
from datapipeline_provider.operators.emr_activity import EmrActivityOperator
from datapipeline_provider.operators.emr_cluster import CreateEmrClusterOperator, TerminateEmrClusterOperator

DEFERRABLE = {deferrable}
with DAG("DAG_ID", schedule=None, start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
    create = CreateEmrClusterOperator(
        task_id="create",
        job_flow_overrides={{
            "ReleaseLabel": "emr-6.15.0",
            "LogUri": "s3://logs/emr/",
            "Instances": {{"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": "{{{{ 1 }}}}"}},
        }},
        applications=["Spark"],
        poke_interval=0.2,
        deferrable=DEFERRABLE,
    )
    work = EmrActivityOperator(
        task_id="work",
        cluster="create",
        pre_step_commands=["echo a, b > /tmp/x"],
        steps={steps},
        poke_interval=0.2,
        deferrable=DEFERRABLE,
    )
    terminate = TerminateEmrClusterOperator(
        task_id="terminate",
        cluster="create",
        poke_interval=0.2,
        deferrable=DEFERRABLE,
        retry_delay=timedelta(0),
    )
    create >> work >> [terminate, EmptyOperator(task_id="done")]
    terminate.as_teardown(setups=create, on_failure_fail_dagrun=True)
"""


@pytest.mark.parametrize("deferrable", [False, True])
@pytest.mark.parametrize(
    ("steps", "expected", "run_state"),
    [
        (["command-runner.jar,bash,-c,exit 0"], "success", "success"),
        (["command-runner.jar,bash,-c,echo about the mistake >&2; exit 3"], "failed", "failed"),
    ],
)
def test_a_run(
    steps: list[str], expected: str, run_state: str, deferrable: bool, emr: Emr, airflow_db: Path
) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    run = run_dag(airflow_db, SOURCE.format(deferrable=deferrable, steps=steps))
    done = {"success": "success", "failed": "upstream_failed"}[expected]
    assert states(run) == {"create": "success", "work": expected, "terminate": "success", "done": done}
    assert run.state == run_state
    assert list(emr.states().values()) == ["TERMINATED"]
