"""What the ledger says of types of which nothing is made yet, and of what is around them."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.conversion import Conversion

from tests.converters.planned import arguments, converted, grades, ref, shell

EXACT, EMULATED, APPROXIMATED = "exact", "emulated", "approximated"
REFUSED, NOT_NEEDED = "refused", "not needed"

S3 = {"id": "S3", "type": "S3DataNode", "directoryPath": "s3://b/d", "dataFormat": ref("F")}
FORMAT = {"id": "F", "type": "TSV", "column": ["a INT"], "columnSeparator": ";"}
DYNAMO = {"id": "D", "type": "DynamoDBDataNode", "tableName": "t", "region": "us-east-1"}
DATABASE = {"id": "Db", "type": "RedshiftDatabase", "username": "u", "*password": "p", "clusterId": "c"}
TABLE = {"id": "T", "type": "RedshiftDataNode", "tableName": "t", "database": ref("Db"), "primaryKeys": ["k"]}


def of(found: Conversion, object_id: str) -> dict[str, str]:
    """Return the grades of one object's fields."""
    return {field: grade for (owner, field), grade in grades(found).items() if owner == object_id}


LOAD = {
    "id": "A",
    "type": "RedshiftCopyActivity",
    "insertMode": "APPEND",
    "input": ref("S3"),
    "output": ref("T"),
    "workerGroup": "w",
}
ACTIVITIES: list[Any] = [
    pytest.param(
        [{**LOAD, "pipelineLogUri": "s3://b/logs"}, TABLE, DATABASE],
        {
            "insertMode": REFUSED,
            "input": REFUSED,
            "output": REFUSED,
            "pipelineLogUri": APPROXIMATED,
            "workerGroup": REFUSED,
        },
        id="RedshiftCopyActivity",
    ),
]


@pytest.mark.parametrize(("objects", "expected"), ACTIVITIES)
def test_an_activity_fails_and_keeps_what_every_task_has(
    objects: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    found = converted(*objects, S3, FORMAT)
    assert of(found, "A") == expected
    kind = objects[0]["type"]
    assert arguments(found, "A")["reason"] == f"{kind} is not supported yet."
    assert found.plan.left == [
        f"object `A` ({kind}): {kind} is not supported yet. Its task fails and says so"
    ]


def test_a_task_that_fails_keeps_how_often_and_how_long_it_would_try() -> None:
    """They are for the task that somebody puts in its place."""
    fields = {"maximumRetries": "4", "retryDelay": "5 minutes", "attemptTimeout": "1 hour"}
    found = converted({**LOAD, **fields}, TABLE, DATABASE, S3, FORMAT, shell("B"), shell("E"))
    task = arguments(found, "A")
    assert (task["retries"], task["retry_delay"].seconds, task["execution_timeout"].seconds) == (4, 300, 3600)


def test_what_only_a_failing_task_would_use_is_lost_with_it() -> None:
    found = converted(LOAD, TABLE, DATABASE, S3, FORMAT)
    assert of(found, "S3") == {"directoryPath": REFUSED, "dataFormat": REFUSED}
    assert of(found, "F") == {"column": NOT_NEEDED, "columnSeparator": REFUSED}
    assert of(found, "T") == {"tableName": REFUSED, "database": REFUSED, "primaryKeys": REFUSED}
    reasons = {line.object_id: line.verdict.reason for line in found.lines if line.field == "columnSeparator"}
    assert reasons == {"F": "only `A` would use it, and its task fails"}


def test_what_a_working_task_uses_too_is_not_lost() -> None:
    copied = {
        "id": "Copy",
        "type": "CopyActivity",
        "input": ref("S3"),
        "output": ref("O"),
        "workerGroup": "w",
    }
    out = {"id": "O", "type": "S3DataNode", "filePath": "s3://b/o"}
    found = converted(LOAD, TABLE, DATABASE, copied, out, S3, FORMAT)
    assert of(found, "S3") == {"directoryPath": EXACT, "dataFormat": EXACT}
    assert of(found, "F") == {"column": NOT_NEEDED, "columnSeparator": EXACT}


def test_a_node_that_only_orders_tasks_is_not_needed() -> None:
    found = converted(shell("A", input=ref("D")), DYNAMO)
    assert of(found, "D") == {"tableName": NOT_NEEDED, "region": NOT_NEEDED}
    assert found.complete


def test_a_field_that_only_a_failing_task_names_is_lost_with_it() -> None:
    load = LOAD | {"transformSql": "#{input.directoryPath}"}
    assert of(converted(load, TABLE, DATABASE, S3, FORMAT), "S3")["directoryPath"] == REFUSED
    named = shell("B", input=ref("S3"), command="ls #{input.directoryPath}")
    assert of(converted(load, TABLE, DATABASE, named, S3, FORMAT), "S3")["directoryPath"] == EXACT


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


def test_a_format_that_no_copy_reads() -> None:
    copied = {"id": "A", "type": "CopyActivity", "input": ref("S3"), "output": ref("O"), "workerGroup": "w"}
    out = {"id": "O", "type": "S3DataNode", "filePath": "s3://b/o"}
    found = converted(
        copied, S3, out, {"id": "F", "type": "DynamoDBExportDataFormat", "column": ["a STRING"]}
    )
    assert of(found, "F") == {"column": NOT_NEEDED}
    assert (
        "DynamoDBExportDataFormat 'F' is not supported as a data format." in arguments(found, "A")["reason"]
    )
