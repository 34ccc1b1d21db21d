from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.emr.watch import Watch
from datapipeline_provider.triggers import _watching
from datapipeline_provider.triggers.emr import EmrTrigger

from tests.provider.operators.emr_runs import first_event
from tests.provider.operators.test_emr_cluster import launch

if TYPE_CHECKING:
    from tests.servers.emr import Emr


def trigger(
    cluster_id: str, step_id: str = "", *, ends: bool = False, until: float | None = None
) -> EmrTrigger:
    return EmrTrigger(cluster_id, step_id, ends, until, 0.05, "aws_default", None, {"a": [1]})


def fired(waiting: EmrTrigger) -> Any:
    return asyncio.run(asyncio.wait_for(first_event(waiting), 30))


def test_serialize() -> None:
    path, arguments = trigger("j-1", "s-1", ends=True, until=1.5).serialize()
    assert path == "datapipeline_provider.triggers.emr.EmrTrigger"
    assert json.loads(json.dumps(arguments)) == arguments
    assert EmrTrigger(**arguments).serialize() == (path, arguments)


def test_a_cluster_that_comes_up_and_ends(emr: Emr) -> None:
    emr.start_seconds = emr.stop_seconds = 0.5
    cluster_id = launch(emr)
    assert fired(trigger(cluster_id)) == {"error": "", "state": {"a": [1]}}
    assert emr.states() == {cluster_id: "WAITING"}
    emr.aws.client("emr").terminate_job_flows(JobFlowIds=[cluster_id])
    assert fired(trigger(cluster_id, ends=True))["error"] == ""
    assert emr.states() == {cluster_id: "TERMINATED"}


@pytest.mark.parametrize(("cluster_ends", "state"), [(False, "COMPLETED"), (True, "INTERRUPTED")])
def test_a_step_that_ends_and_a_cluster_that_ends_under_it(cluster_ends: bool, state: str, emr: Emr) -> None:
    cluster_id = launch(emr)
    seconds = 60 if cluster_ends else 0.5
    step = {"Jar": "command-runner.jar", "Args": ["sleep", str(seconds)]}
    client = emr.aws.client("emr")
    (step_id,) = client.add_job_flow_steps(
        JobFlowId=cluster_id, Steps=[{"Name": "s", "HadoopJarStep": step}]
    )["StepIds"]
    emr.wait_step(cluster_id, step_id, "RUNNING")
    if cluster_ends:
        emr.break_down(cluster_id)
    assert fired(trigger(cluster_id, step_id))["error"] == ""
    emr.wait_step(cluster_id, step_id, state)


def test_a_limit(emr: Emr) -> None:
    emr.start_seconds = 60
    assert fired(trigger(launch(emr), until=0.0))["error"] == ""


def test_an_error_is_part_of_the_event(emr: Emr) -> None:
    event = fired(trigger("j-NONE"))
    assert "cluster j-NONE: EMR refuses DescribeCluster: " in event["error"]
    assert event["state"] == {"a": [1]}


def test_a_service_that_fails_for_a_while(emr: Emr, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster_id = launch(emr)
    emr.aws.faults.refuse("DescribeCluster", "InternalServerException", times=3, status=500)
    assert fired(trigger(cluster_id))["error"] == ""
    monkeypatch.setattr(_watching, "PATIENCE_SECONDS", 0.2)
    emr.aws.faults.refuse("DescribeCluster", "InternalServerException", times=1000, status=500)
    assert "EMR refuses DescribeCluster: InternalServerException" in fired(trigger(cluster_id))["error"]


def test_watch_asks_nothing_after_its_limit() -> None:
    assert Watch("j-1", until=0.0).is_over(None)  # type: ignore[arg-type]
