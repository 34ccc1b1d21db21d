"""What the ledger says of types of which nothing is made yet, and of what is around them."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.reports.report import before_first_run

from tests.converters.planned import arguments, converted, grades, ref, shell

EXACT, EMULATED, APPROXIMATED = "exact", "emulated", "approximated"
REFUSED, NOT_NEEDED = "refused", "not needed"

CLUSTER = {"id": "C", "type": "EmrCluster", "role": "R", "resourceRole": "P", "releaseLabel": "emr-6.1.0"}
S3 = {"id": "S3", "type": "S3DataNode", "directoryPath": "s3://b/d", "dataFormat": ref("F")}
FORMAT = {"id": "F", "type": "TSV", "column": ["a INT"], "columnSeparator": ";"}
DYNAMO = {"id": "D", "type": "DynamoDBDataNode", "tableName": "t", "region": "us-east-1"}
DATABASE = {"id": "Db", "type": "RedshiftDatabase", "username": "u", "*password": "p", "clusterId": "c"}
TABLE = {"id": "T", "type": "RedshiftDataNode", "tableName": "t", "database": ref("Db"), "primaryKeys": ["k"]}
SCRIPT = {"id": "Sc", "type": "ShellScriptConfig", "scriptUri": "s3://b/x.sh", "scriptArgument": ["a"]}


def of(found: Conversion, object_id: str) -> dict[str, str]:
    """Return the grades of one object's fields."""
    return {field: grade for (owner, field), grade in grades(found).items() if owner == object_id}


def activity(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": "A", "type": kind, "runsOn": ref("C"), **fields}


ACTIVITIES: list[Any] = [
    pytest.param(
        [
            activity(
                "EmrActivity", step=["a.jar,b"], preStepCommand=["x"], input=ref("S3"), maximumRetries="4"
            )
        ],
        {
            "runsOn": REFUSED,
            "step": REFUSED,
            "preStepCommand": REFUSED,
            # Nothing writes the node, so it orders nothing: it is in the task's inlets.
            "input": EMULATED,
            "maximumRetries": EXACT,
        },
        id="EmrActivity",
    ),
    pytest.param(
        [
            activity(
                "HadoopActivity", jarUri="s3://b/x.jar", argument=["a"], preActivityTaskConfig=ref("Sc")
            ),
            SCRIPT,
        ],
        {"runsOn": REFUSED, "jarUri": REFUSED, "argument": REFUSED, "preActivityTaskConfig": REFUSED},
        id="HadoopActivity",
    ),
    pytest.param(
        [
            activity(
                "HiveActivity",
                hiveScript="select 1",
                input=ref("S3"),
                output=ref("D"),
                retryDelay="5 minutes",
                generatedScriptsPath="s3://b/s",
                attemptTimeout="1 hour",
            )
        ],
        {
            "runsOn": REFUSED,
            "hiveScript": REFUSED,
            "input": REFUSED,
            "output": REFUSED,
            "retryDelay": EXACT,
            "generatedScriptsPath": NOT_NEEDED,
            "attemptTimeout": EXACT,
        },
        id="HiveActivity",
    ),
    pytest.param(
        [activity("HiveCopyActivity", input=ref("D"), output=ref("S3"), filterSql="a > 1", myComment="why")],
        {"runsOn": REFUSED, "input": REFUSED, "output": REFUSED, "filterSql": REFUSED, "myComment": EXACT},
        id="HiveCopyActivity",
    ),
    pytest.param(
        [activity("PigActivity", script="a", stage="false", dependsOn=ref("B")), shell("B")],
        {"runsOn": REFUSED, "script": REFUSED, "stage": REFUSED, "dependsOn": EXACT},
        id="PigActivity",
    ),
    pytest.param(
        [
            {
                "id": "A",
                "type": "RedshiftCopyActivity",
                "insertMode": "APPEND",
                "input": ref("S3"),
                "output": ref("T"),
                "pipelineLogUri": "s3://b/logs",
            },
            TABLE,
            DATABASE,
        ],
        {
            "insertMode": REFUSED,
            "input": REFUSED,
            "output": REFUSED,
            "pipelineLogUri": APPROXIMATED,
        },
        id="RedshiftCopyActivity",
    ),
]


@pytest.mark.parametrize(("objects", "expected"), ACTIVITIES)
def test_an_activity_fails_and_keeps_what_every_task_has(
    objects: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    found = converted(*objects, CLUSTER, S3, FORMAT, DYNAMO)
    assert of(found, "A") == expected
    kind = objects[0]["type"]
    assert arguments(found, "A")["reason"] == f"{kind} is not supported yet."
    assert found.plan.left == [
        f"object `A` ({kind}): {kind} is not supported yet. Its task fails and says so"
    ]


def test_a_task_that_fails_keeps_how_often_and_how_long_it_would_try() -> None:
    """They are for the task that somebody puts in its place."""
    fields = {"maximumRetries": "4", "retryDelay": "5 minutes", "attemptTimeout": "1 hour"}
    found = converted(activity("EmrActivity", step=["a.jar"], **fields), CLUSTER, shell("B"), shell("E"))
    task = arguments(found, "A")
    assert (task["retries"], task["retry_delay"].seconds, task["execution_timeout"].seconds) == (4, 300, 3600)


def test_what_only_a_failing_task_would_use_is_lost_with_it() -> None:
    hive = activity("HiveActivity", hiveScript="x", input=ref("S3"), output=ref("D"))
    found = converted(hive, CLUSTER, S3, FORMAT, DYNAMO)
    assert of(found, "S3") == {"directoryPath": REFUSED, "dataFormat": REFUSED}
    assert of(found, "F") == {"column": NOT_NEEDED, "columnSeparator": REFUSED}
    assert of(found, "D") == {"tableName": REFUSED, "region": REFUSED}
    assert of(found, "C") == {"role": REFUSED, "resourceRole": REFUSED, "releaseLabel": REFUSED}
    reasons = {line.object_id: line.verdict.reason for line in found.lines if line.field == "columnSeparator"}
    assert reasons == {"F": "only `A` would use it, and its task fails"}


def test_what_a_working_task_uses_too_is_not_lost() -> None:
    hive = activity("HiveActivity", hiveScript="x", input=ref("S3"), output=ref("D"))
    copied = {
        "id": "Copy",
        "type": "CopyActivity",
        "input": ref("S3"),
        "output": ref("O"),
        "workerGroup": "w",
    }
    out = {"id": "O", "type": "S3DataNode", "filePath": "s3://b/o"}
    found = converted(hive, copied, out, CLUSTER, S3, FORMAT, DYNAMO)
    assert of(found, "S3") == {"directoryPath": EXACT, "dataFormat": EXACT}
    assert of(found, "F") == {"column": NOT_NEEDED, "columnSeparator": EXACT}


def test_a_node_that_only_orders_tasks_is_not_needed() -> None:
    found = converted(shell("A", input=ref("D")), DYNAMO)
    assert of(found, "D") == {"tableName": NOT_NEEDED, "region": NOT_NEEDED}
    assert found.complete


def test_a_field_that_only_a_failing_task_names_is_lost_with_it() -> None:
    emr = activity("EmrActivity", step=["a.jar,#{input.directoryPath}"], input=ref("S3"))
    assert of(converted(emr, CLUSTER, S3, FORMAT), "S3")["directoryPath"] == REFUSED
    named = shell("B", input=ref("S3"), command="ls #{input.directoryPath}")
    assert of(converted(emr, named, CLUSTER, S3, FORMAT), "S3")["directoryPath"] == EXACT


UTILITIES: list[Any] = [
    pytest.param(
        {"configuration": ref("K")},
        [
            {"id": "K", "type": "EmrConfiguration", "classification": "core-site", "property": ref("L")},
            {"id": "L", "type": "Property", "key": "k", "value": "v"},
        ],
        id="EmrConfiguration",
    ),
    pytest.param(
        {"coreEbsConfiguration": ref("K")},
        [
            {"id": "K", "type": "EbsConfiguration", "ebsOptimized": "true", "ebsBlockDeviceConfig": ref("L")},
            {
                "id": "L",
                "type": "EbsBlockDeviceConfig",
                "volumesPerInstance": "1",
                "volumeSpecification": ref("M"),
            },
            {"id": "M", "type": "VolumeSpecification", "sizeInGB": "5", "volumeType": "io1", "iops": "100"},
        ],
        id="EbsConfiguration",
    ),
]


@pytest.mark.parametrize(("fields", "objects"), UTILITIES)
def test_the_settings_of_a_cluster(fields: dict[str, Any], objects: list[dict[str, Any]]) -> None:
    emr = activity("EmrActivity", step=["a.jar"])
    found = converted(emr, CLUSTER | fields, *objects)
    for item in objects:
        assert set(of(found, item["id"]).values()) == {REFUSED}, item["id"]
    assert len(found.plan.left) == 1  # the task that fails, and not each setting
    unused = converted(shell("A"), CLUSTER | fields, *objects)
    for item in objects:
        assert set(of(unused, item["id"]).values()) == {NOT_NEEDED}, item["id"]
    assert unused.complete


def test_an_optional_setting_without_value_is_not_lost() -> None:
    parameters = [{"id": "myType", "optional": "true"}]
    found = converted(
        activity("EmrActivity", step=["a.jar"]),
        CLUSTER | {"taskInstanceType": "#{myType}"},
        parameters=parameters,
    )
    assert of(found, "C")["taskInstanceType"] == NOT_NEEDED


def test_a_shell_command_on_a_cluster_names_the_cluster() -> None:
    found = converted(shell("A", runsOn=ref("C"), maximumRetries="1"), CLUSTER)
    assert found.plan.left == [
        "object `A` (ShellCommandActivity): EmrCluster 'C' is not supported yet. Its task fails and says so"
    ]
    assert of(found, "A") == {"command": REFUSED, "runsOn": REFUSED, "maximumRetries": EXACT}


PRECONDITIONS: list[Any] = [
    pytest.param(
        {"type": "DynamoDBDataExists", "tableName": "t", "role": "R"},
        {"tableName": REFUSED, "role": APPROXIMATED},
        id="DynamoDBDataExists",
    ),
    pytest.param(
        {"type": "DynamoDBTableExists", "tableName": "t", "role": "R", "maximumRetries": "1"},
        {"tableName": REFUSED, "role": APPROXIMATED, "maximumRetries": EXACT},
        id="DynamoDBTableExists",
    ),
    pytest.param(
        {"type": "Exists", "preconditionTimeout": "1 hour", "retryDelay": "5 minutes"},
        {"preconditionTimeout": REFUSED, "retryDelay": REFUSED},
        id="Exists",
    ),
    pytest.param(
        {
            "type": "ShellCommandPrecondition",
            "command": "true",
            "scriptArgument": ["a"],
            "stdout": "s3://b/o",
        },
        {"command": REFUSED, "scriptArgument": REFUSED, "stdout": REFUSED},
        id="ShellCommandPrecondition",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), PRECONDITIONS)
def test_a_precondition_fails(fields: dict[str, Any], expected: dict[str, str]) -> None:
    found = converted(shell("A", precondition=ref("P")), {"id": "P", **fields})
    assert of(found, "P") == expected
    assert arguments(found, "P")["reason"] == f"{fields['type']} is not supported yet."
    assert of(found, "A")["precondition"] == EXACT


def test_a_precondition_that_nothing_refers_to() -> None:
    waits = {"id": "P", "type": "S3KeyExists", "s3Key": "s3://b/k", "role": "R", "myComment": "why"}
    found = converted(shell("A"), waits)
    assert set(of(found, "P").values()) == {NOT_NEEDED}


FORMATS: list[Any] = [
    pytest.param({"type": "DynamoDBExportDataFormat", "column": ["a STRING"]}, REFUSED, id="Export"),
]


@pytest.mark.parametrize(("fields", "expected"), FORMATS)
def test_a_format_without_a_reader(fields: dict[str, Any], expected: str) -> None:
    copied = {"id": "A", "type": "CopyActivity", "input": ref("S3"), "output": ref("O"), "workerGroup": "w"}
    out = {"id": "O", "type": "S3DataNode", "filePath": "s3://b/o"}
    found = converted(copied, S3, out, {"id": "F", **fields})
    assert set(of(found, "F").values()) == {expected}
    assert f"{fields['type']} 'F' is not supported yet." in arguments(found, "A")["reason"]


def test_the_format_of_a_dynamodb_table() -> None:
    hive = activity("HiveActivity", hiveScript="x", input=ref("D"), output=ref("S3"))
    columns = {"id": "K", "type": "DynamoDBDataFormat", "column": ["a STRING"]}
    found = converted(hive, CLUSTER, DYNAMO | {"dataFormat": ref("K")}, S3, FORMAT, columns)
    assert of(found, "K") == {"column": REFUSED}


def test_terminate_is_told_where_something_refers_to_it() -> None:
    found = converted(shell("A", onFail=ref("X")), {"id": "X", "type": "Terminate", "myComment": "why"})
    assert of(found, "A")["onFail"] == REFUSED
    assert found.plan.left == ["object `A`, field `onFail`: Terminate 'X' is not supported yet."]
    assert before_first_run(found.plan) == [
        "`A` waited for workers of the group `w`: an Airflow worker of the default queue does the work now, and needs the "
        "software and the ways through the network that those had"
    ]
