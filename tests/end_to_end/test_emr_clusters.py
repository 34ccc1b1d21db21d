"""Definitions with clusters, converted and run on an emulator that really runs the steps."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

import pytest

from tests.converters.planned import converted, ref, shell
from tests.provider.dag_files import states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr

CLUSTER = {
    "id": "C",
    "type": "EmrCluster",
    "releaseLabel": "emr-6.15.0",
    "region": "us-east-1",
    "masterInstanceType": "m5.xlarge",
    "coreInstanceCount": "3",
    "coreInstanceType": "#{myType}",
    "coreInstanceBidPrice": "0.3",
    "applications": ["Spark", "Hive"],
    "terminateAfter": "1 hour",
    "configuration": ref("K"),
}
SETTINGS: list[dict[str, Any]] = [
    {"id": "K", "type": "EmrConfiguration", "classification": "core-site", "property": ref("P")},
    {"id": "P", "type": "Property", "key": "a", "value": "#{myType}"},
]
PARAMETERS = [{"id": "myType", "type": "String", "default": "r5.large"}]


def run(airflow_db: Path, command: str) -> Any:
    """Convert a cluster with two activities on it, one with this command, and run the DAG once."""
    found = converted(
        CLUSTER,
        *SETTINGS,
        {
            "id": "A",
            "type": "EmrActivity",
            "runsOn": ref("C"),
            "step": f"command-runner.jar,bash,-c,{command}",
        },
        {
            "id": "B",
            "type": "EmrActivity",
            "runsOn": ref("C"),
            "dependsOn": ref("A"),
            "step": "command-runner.jar,bash,-c,true",
        },
        shell("Alone", workerGroup="w"),
        parameters=PARAMETERS,
    )
    assert found.complete
    path = airflow_db.parent / "dags" / "converted_cluster.py"
    quick = '"poke_interval": 0.2, "retries": 0'
    path.write_text(found.source.replace('default_args={"retries": 2', f"default_args={{{quick}"))
    assert quick in path.read_text()
    try:
        return runpy.run_path(str(path))["dag"].test()
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("command", "a", "b"), [("true", "success", "success"), ("exit 3", "failed", "upstream_failed")]
)
def test_a_cluster_lives_as_long_as_its_work(
    command: str, a: str, b: str, emr: Emr, airflow_db: Path
) -> None:
    done = run(airflow_db, command)
    assert states(done) == {
        "create_C": "success",
        "A": a,
        "B": b,
        "terminate_C": "success",
        "work_done": b,
        "Alone": "success",
    }
    assert done.state == a
    assert list(emr.states().values()) == ["TERMINATED"]
    client = emr.aws.client("emr")
    (cluster_id,) = emr.states()
    cluster = client.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert cluster["ReleaseLabel"] == "emr-6.15.0"
    assert {each["Name"] for each in cluster["Applications"]} == {"Spark", "Hive"}
    assert cluster["Configurations"] == [{"Classification": "core-site", "Properties": {"a": "r5.large"}}]
    groups = client.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert {
        each["InstanceGroupType"]: (each["InstanceType"], each["RequestedInstanceCount"]) for each in groups
    } == {"MASTER": ("m5.xlarge", 1), "CORE": ("r5.large", 3)}
