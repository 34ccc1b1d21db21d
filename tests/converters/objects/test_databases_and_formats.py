"""RedshiftDatabase and the formats of separated columns."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.plan import Connection
from datapipeline_converters.reports.report import before_first_run

from tests.converters.planned import arguments, converted, grades, ref

DATABASE = {"id": "Db", "type": "RedshiftDatabase", "username": "u", "*password": "p"}
SCRIPT = {"id": "A", "type": "SqlActivity", "script": "select 1", "database": ref("Db"), "queue": "q"}
COPY = {"id": "A", "type": "CopyActivity", "input": ref("In"), "output": ref("Out"), "workerGroup": "w"}
NODES = [
    {"id": "In", "type": "S3DataNode", "filePath": "s3://b/in", "dataFormat": ref("F")},
    {"id": "Out", "type": "S3DataNode", "filePath": "s3://b/out"},
]

CONNECTIONS: list[Any] = [
    pytest.param(
        {"connectionString": "jdbc:redshift://h.example:5440/dev?ssl=true", "databaseName": "sales"},
        Connection(
            "x_Db", "redshift", "h.example", 5440, "sales", "u", "p", {"jdbc_properties": {"ssl": "true"}}
        ),
        [],
        id="a URL of Redshift's driver",
    ),
    pytest.param(
        {"connectionString": "jdbc:postgresql://h.example/dev"},
        Connection("x_Db", "postgres", "h.example", None, "dev", "u", "p"),
        [],
        id="a URL of PostgreSQL's driver",
    ),
    pytest.param(
        {"clusterId": "warehouse", "databaseName": "dev", "region": "us-west-2"},
        Connection("x_Db", "redshift", None, 5439, "dev", "u", "p"),
        [
            "Connection `x_Db`: fill in host; host is the endpoint of the cluster `warehouse` in `us-west-2`, as the "
            "Redshift console shows it",
        ],
        id="a cluster",
    ),
]


@pytest.mark.parametrize(("fields", "expected", "todo"), CONNECTIONS)
def test_a_redshift_database(fields: dict[str, str], expected: Connection, todo: list[str]) -> None:
    found = converted(DATABASE | fields, SCRIPT)
    assert found.plan.connections == [expected]
    assert [line for line in before_first_run(found.plan) if line.startswith("Connection")] == todo
    assert arguments(found, "A")["conn_id"] == "x_Db"
    assert arguments(found, "A")["query_group"] == "q"
    assert found.complete


REGIONS: list[Any] = [
    ({"type": "RdsDatabase", "rdsInstanceId": "shop"}, "exact"),
    ({"type": "RdsDatabase", "rdsInstanceId": "shop.abc.us-west-2.rds.amazonaws.com"}, "not needed"),
    ({"type": "RedshiftDatabase", "clusterId": "warehouse"}, "emulated"),
    ({"type": "RedshiftDatabase", "connectionString": "jdbc:redshift://h/d"}, "not needed"),
]


@pytest.mark.parametrize(("fields", "expected"), REGIONS)
def test_a_region_matters_where_something_is_looked_up(fields: dict[str, str], expected: str) -> None:
    found = converted(DATABASE | fields | {"region": "us-west-2"}, SCRIPT)
    assert grades(found)["Db", "region"] == expected


def test_two_ways_to_a_redshift_database_are_refused() -> None:
    both = {"clusterId": "c", "connectionString": "jdbc:redshift://h/d"}
    with pytest.raises(Exception, match="clusterId"):
        converted(DATABASE | both, SCRIPT)


SEPARATED: list[Any] = [
    ({"type": "Custom", "columnSeparator": "|"}, {"column_separator": "|"}),
    (
        {"type": "Custom", "columnSeparator": "\u0001", "recordSeparator": ";"},
        {"column_separator": "\u0001", "record_separator": ";"},
    ),
    ({"type": "TSV", "columnSeparator": ",", "escapeChar": "^"}, {"column_separator": ",", "escape": "^"}),
]


@pytest.mark.parametrize(("fields", "expected"), SEPARATED)
def test_separated_columns(fields: dict[str, str], expected: dict[str, str]) -> None:
    found = converted(COPY, *NODES, {"id": "F", **fields})
    assert arguments(found, "A")["input"]["data_format"] == expected
    assert {grade for (owner, _), grade in grades(found).items() if owner == "F"} <= {"exact", "emulated"}


INSEPARABLE: list[Any] = [
    ({"type": "Custom", "columnSeparator": "||"}, "columnSeparator is '||'; it has to be one character"),
    ({"type": "Custom", "columnSeparator": "\\"}, "have to be different characters"),
    ({"type": "Custom", "columnSeparator": "\n"}, "have to be different characters"),
    ({"type": "TSV", "columnSeparator": "\\t"}, "columnSeparator is '\\\\t'; it has to be one character"),
    ({"type": "TSV", "escapeChar": "ab"}, "escapeChar is 'ab'; it has to be one character"),
    ({"type": "CSV", "escapeChar": ","}, "have to be different characters"),
]


@pytest.mark.parametrize(("fields", "reason"), INSEPARABLE)
def test_what_no_reader_could_take_apart_is_a_task_that_fails(fields: dict[str, str], reason: str) -> None:
    """A format that its class refuses would keep the whole file from being loaded."""
    found = converted(COPY, *NODES, {"id": "F", **fields})
    assert reason in arguments(found, "A")["reason"]
    assert not found.complete


def test_files_that_are_copied_whole_have_no_format() -> None:
    staged = {"id": "A", "type": "ShellCommandActivity", "command": "x", "stage": "true", "input": ref("In")}
    found = converted(staged, NODES[0] | {"compression": "gzip"}, {"id": "F", "type": "TSV"})
    assert {key: grade for (owner, key), grade in grades(found).items() if owner == "In"} == {
        "filePath": "exact",
        "dataFormat": "not needed",
        "compression": "not needed",
    }
