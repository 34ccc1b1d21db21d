"""Preconditions that the user's own worker checks: Exists and ShellCommandPrecondition, every field of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, arguments, converted, grades, only_dag, ref, shell

EXACT, EMULATED, APPROXIMATED = "exact", "emulated", "approximated"
REFUSED, NOT_NEEDED = "refused", "not needed"
EXISTS, SHELL = "exists.ExistsSensor", "shell_command_precondition.ShellCommandPreconditionSensor"
NODE = {"id": "N", "type": "S3DataNode", "precondition": ref("P")}
TABLE = {"id": "N", "type": "SqlDataNode", "table": "t", "database": ref("Db"), "precondition": ref("P")}
DATABASE = {
    "id": "Db",
    "type": "JdbcDatabase",
    "connectionString": "jdbc:mysql://h:3306/d",
    "jdbcDriverClass": "c",
    "username": "u",
    "*password": "p",
}
IS_THERE = {"id": "P", "type": "Exists"}


def of(found: Conversion, object_id: str) -> dict[str, str]:
    """Return the grades of one object's fields."""
    return {field: grade for (owner, field), grade in grades(found).items() if owner == object_id}


def operator(found: Conversion, task_id: str) -> str:
    """Return the class of a task, without what is before it in the package of sensors."""
    (task,) = (task for task in only_dag(found).tasks if task.id == task_id)
    return task.operator.path.removeprefix("datapipeline_provider.sensors.")


@pytest.mark.parametrize(
    ("nodes", "node"),
    [
        ([NODE | {"filePath": "s3://b/k"}], {"file_path": "s3://b/k"}),
        (
            # What says how its records are written has no part in it.
            [
                NODE | {"directoryPath": "s3://b/d", "dataFormat": ref("F"), "compression": "gzip"},
                {"id": "F", "type": "CSV"},
            ],
            {"directory_path": "s3://b/d"},
        ),
        (
            [NODE | {"filePath": "s3://b/#{format(@scheduledStartTime, 'YYYY')}"}],
            {"file_path": "s3://b/{{ dag_run.run_after.strftime('%Y') }}"},
        ),
        ([TABLE, DATABASE], {"conn_id": "x_Db", "table": "t"}),
        (
            [
                TABLE
                | {"schemaName": "s", "selectQuery": "select 1", "insertQuery": "i", "createTableSql": "c"},
                DATABASE,
            ],
            {"conn_id": "x_Db", "table": "t", "schema_name": "s"},
        ),
        ([TABLE | {"type": "MySqlDataNode"}, DATABASE], {"conn_id": "x_Db", "table": "t"}),
    ],
)
def test_exists_looks_for_its_node(nodes: list[dict[str, Any]], node: dict[str, Any]) -> None:
    found = converted(shell("A", input=ref("N")), IS_THERE, *nodes)
    assert operator(found, "P") == EXISTS
    assert arguments(found, "P")["data_node"] == node
    assert only_dag(found).edges == [("P", "A")]


def test_one_exists_for_several_nodes() -> None:
    nodes = [
        NODE | {"filePath": "s3://b/k"},
        NODE | {"id": "M", "directoryPath": "s3://b/d"},
    ]
    found = converted(shell("A", input=[ref("N"), ref("M")]), IS_THERE, *nodes)
    assert arguments(found, "P_N")["data_node"] == {"file_path": "s3://b/k"}
    assert arguments(found, "P_M")["data_node"] == {"directory_path": "s3://b/d"}


def test_fields_of_a_node_that_is_only_looked_for() -> None:
    node = NODE | {"filePath": "s3://b/k", "compression": "gzip", "s3EncryptionType": "NONE"}
    assert of(converted(shell("A", input=ref("N")), IS_THERE, node), "N") == {
        "filePath": EXACT,
        "compression": NOT_NEEDED,
        "s3EncryptionType": NOT_NEEDED,
        "precondition": EXACT,
    }
    copied = {"id": "A", "type": "CopyActivity", "input": ref("N"), "output": ref("O"), "workerGroup": "w"}
    out = {"id": "O", "type": "S3DataNode", "filePath": "s3://b/o"}
    read = of(converted(copied, IS_THERE, node, out), "N")
    assert (read["filePath"], read["compression"]) == (EXACT, EXACT)


@pytest.mark.parametrize(
    ("objects", "guarded", "reason"),
    [
        (
            [{"id": "N", "type": "DynamoDBDataNode", "tableName": "t", "precondition": ref("P")}],
            {"input": ref("N")},
            "Exists does not work on a DynamoDBDataNode: use DynamoDBTableExists or DynamoDBDataExists.",
        ),
        (
            [],
            {"precondition": ref("P")},
            "Exists looks for the data node that it is attached to, and 'A' is of type ShellCommandActivity: attach it to a "
            "data node, or use S3KeyExists or ShellCommandPrecondition.",
        ),
    ],
)
def test_exists_of_what_cannot_be_looked_for(
    objects: list[dict[str, Any]], guarded: dict[str, Any], reason: str
) -> None:
    found = converted(shell("A", **guarded), IS_THERE, *objects)
    assert arguments(found, "P")["reason"] == reason
    assert found.plan.left == [f"object `P` (Exists): {reason} Its task fails and says so"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"command": "test -e /x"}, {"command": "test -e /x"}),
        (
            {"scriptUri": "s3://b/x.sh", "scriptArgument": ["a", "#{node.name}"], "stdout": "s3://b/o/"},
            {"script_uri": "s3://b/x.sh", "script_arguments": ["a", "A"], "stdout": "s3://b/o/"},
        ),
        ({"command": "c", "stderr": "s3://b/e"}, {"command": "c", "stderr": "s3://b/e"}),
    ],
)
def test_shell_command_precondition(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = converted(
        shell("A", precondition=ref("P")), {"id": "P", "type": "ShellCommandPrecondition", **fields}
    )
    assert operator(found, "P") == SHELL
    own = {"retries", "retry_delay", "doc_md"}
    assert {key: value for key, value in arguments(found, "P").items() if key not in own} == expected
    assert set(of(found, "P").values()) == {EXACT}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({}, "is missing, and so is command"), ({"command": "c", "scriptUri": "s3://b/k"}, "one of")],
)
def test_a_command_or_a_script(fields: dict[str, str], fault: str) -> None:
    objects = (shell("A", precondition=ref("P")), {"id": "P", "type": "ShellCommandPrecondition", **fields})
    with pytest.raises(InvalidDefinitionError, match=rf"object 'P'.*{fault}"):
        converted(*objects)
    found = converted(*objects, options=Options(now=NOW, allow_invalid=True))
    assert "object `P` (ShellCommandPrecondition): its task fails" in " ".join(found.plan.left)


@pytest.mark.parametrize(
    "precondition",
    [
        {"type": "Exists"},
        {"type": "ShellCommandPrecondition", "command": "c"},
        {"type": "S3KeyExists", "s3Key": "s3://b/k", "role": "R"},
    ],
    ids=lambda item: str(item["type"]),
)
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"retries": 2, "retry_delay": timedelta(minutes=10)}),
        ({"maximumRetries": "0"}, {"retries": 0, "retry_delay": timedelta(minutes=10)}),
        (
            {"preconditionTimeout": "2 hours", "retryDelay": "5 minutes"},
            {"retries": 2, "retry_delay": timedelta(minutes=5), "poke_interval": 300, "timeout": 7200},
        ),
        (
            # The nearer limit holds.
            {"preconditionTimeout": "2 hours", "attemptTimeout": "30 minutes", "maximumRetries": "3"},
            {"retries": 3, "retry_delay": timedelta(minutes=10), "timeout": 1800},
        ),
    ],
)
def test_how_preconditions_wait(
    precondition: dict[str, str], fields: dict[str, str], expected: dict[str, Any]
) -> None:
    node = NODE | {"filePath": "s3://b/k"}
    found = converted(
        shell("A", input=ref("N")), shell("B"), shell("C"), node, {"id": "P", **precondition, **fields}
    )
    (task,) = (task for task in only_dag(found).tasks if task.id == "P")
    waiting = {**only_dag(found).default_args, **task.operator.arguments}
    names = ("retries", "retry_delay", "poke_interval", "timeout")
    assert {name: waiting[name] for name in names if name in waiting} == expected
    assert {of(found, "P")[field] for field in fields} <= {EXACT}


def in_queues() -> Options:
    return Options(now=NOW, choices=Choices({"run_on": "queue"}))


@pytest.mark.parametrize(
    ("precondition", "queue"),
    [
        ({"type": "Exists"}, "w"),
        ({"type": "ShellCommandPrecondition", "command": "c"}, "w"),
        # The service itself checked this one.
        ({"type": "S3KeyExists", "s3Key": "s3://b/k", "role": "R"}, None),
    ],
)
def test_the_user_s_worker_checks_in_the_queue_of_the_activity_that_waits(
    precondition: dict[str, str], queue: str | None
) -> None:
    node = NODE | {"filePath": "s3://b/k"}
    found = converted(shell("A", input=ref("N")), node, {"id": "P", **precondition}, options=in_queues())
    (task,) = (task for task in only_dag(found).tasks if task.id == "P")
    assert task.operator.arguments.get("queue") == queue


def test_the_queue_of_an_activity_with_a_precondition_of_its_own() -> None:
    check = {"id": "P", "type": "ShellCommandPrecondition", "command": "c"}
    found = converted(shell("A", precondition=ref("P"), workerGroup="v"), check, options=in_queues())
    (task,) = (task for task in only_dag(found).tasks if task.id == "P")
    assert task.operator.arguments["queue"] == "v"


def test_a_check_for_activities_in_different_queues_is_in_the_default_one() -> None:
    node = NODE | {"filePath": "s3://b/k"}
    users = (shell("A", input=ref("N"), workerGroup="v"), shell("B", input=ref("N"), workerGroup="w"))
    found = converted(*users, node, IS_THERE, options=in_queues())
    (task,) = (task for task in only_dag(found).tasks if task.id == "P")
    assert "queue" not in task.operator.arguments
