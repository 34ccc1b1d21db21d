"""HiveActivity, PigActivity, HiveCopyActivity and the formats that they read: what their fields become."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.objects.columns import split_pairs
from datapipeline_converters.plan import Call

from tests.converters.objects.test_emr_activities import own
from tests.converters.planned import converted, grades, only_dag, ref

CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.1.0"}
SCRIPT = {"id": "P", "type": "ShellScriptConfig", "scriptUri": "s3://b/p.sh"}
DATABASE = {
    "id": "Db",
    "type": "JdbcDatabase",
    "connectionString": "jdbc:mysql://db.example.org/shop",
    "jdbcDriverClass": "com.mysql.jdbc.Driver",
    "username": "u",
    "*password": "p",
}
OBJECTS: dict[str, dict[str, Any]] = {
    "Csv": {"type": "S3DataNode", "directoryPath": "s3://b/csv", "dataFormat": ref("CsvFormat")},
    "CsvFormat": {"type": "CSV", "column": ["id INT", "name STRING"]},
    "Tsv": {"type": "S3DataNode", "filePath": "s3://b/t.tsv", "dataFormat": ref("TsvFormat")},
    "TsvFormat": {"type": "TSV", "column": "id INT, tags MAP<STRING,INT>,price DECIMAL(10,2) , note"},
    "Custom": {"type": "S3DataNode", "directoryPath": "s3://b/c", "dataFormat": ref("CustomFormat")},
    "CustomFormat": {"type": "Custom", "columnSeparator": "*", "column": ["a STRING", "b STRING"]},
    "Lines": {"type": "S3DataNode", "directoryPath": "s3://b/l", "dataFormat": ref("LinesFormat")},
    # Java's, and nothing that Python reads.
    "LinesFormat": {
        "type": "RegEx",
        "inputRegEx": "(\\p{Alpha}+) (.*)",
        "outputFormat": "%1$s %2$s",
        "column": ["a STRING", "b STRING"],
    },
    "Sql": {
        "type": "SqlDataNode",
        "table": "t",
        "database": ref("Db"),
        "selectQuery": "select a from t",
        "insertQuery": "insert into t (a) values (?)",
    },
    "Dynamo": {
        "type": "DynamoDBDataNode",
        "tableName": "d",
        "region": "us-west-1",
        "readThroughputPercent": "0.25",
        "dataFormat": ref("DynamoFormat"),
    },
    "DynamoFormat": {"type": "DynamoDBDataFormat", "column": ["hash STRING", "range STRING"]},
    "Sql2": {"type": "MySqlDataNode", "table": "t2", "database": ref("Db")},
    "Dynamo2": {"type": "DynamoDBDataNode", "tableName": "e", "dataFormat": ref("DynamoFormat")},
    "BareDynamo": {"type": "DynamoDBDataNode", "tableName": "d"},
    "Bare": {"type": "S3DataNode", "directoryPath": "s3://b/bare"},
    "Dump": {"type": "S3DataNode", "directoryPath": "s3://b/dump", "dataFormat": ref("DumpFormat")},
    "Items": {"type": "DynamoDBDataNode", "tableName": "i", "dataFormat": ref("DumpFormat")},
    "DumpFormat": {"type": "DynamoDBExportDataFormat", "column": "timeStamp BIGINT"},
    "Db": DATABASE,
    "Twice": {"type": "S3DataNode", "directoryPath": "s3://b/2", "dataFormat": ref("TwiceFormat")},
    "TwiceFormat": {"type": "CSV", "column": ["Third STRING", "third STRING"]},
    "Pipes": {"type": "S3DataNode", "directoryPath": "s3://b/p", "dataFormat": ref("PipesFormat")},
    "PipesFormat": {"type": "TSV", "recordSeparator": "|", "column": "a"},
}


def convert(kind: str, **fields: Any) -> Any:
    """Convert an activity with all objects that it refers to, directly or not."""
    wanted, found = [fields], dict[str, dict[str, Any]]()
    while wanted:
        for value in wanted.pop().values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and each["ref"] in OBJECTS:
                    found[each["ref"]] = {**OBJECTS[each["ref"]], "id": each["ref"]}
                    wanted.append(OBJECTS[each["ref"]])
    activity = {"id": "A", "type": kind, "runsOn": ref("C"), **fields}
    return converted(activity, CLUSTER, SCRIPT, *found.values())


CSV_NODE = {"directory_path": "s3://b/csv", "data_format": {"columns": ["id INT", "name STRING"]}}
TSV_NODE = {
    "file_path": "s3://b/t.tsv",
    "data_format": {"columns": ["id INT", "tags MAP<STRING,INT>", "price DECIMAL(10,2)", "note"]},
}
SQL_NODE = {
    "conn_id": "x_Db",
    "table": "t",
    "select_query": "select a from t",
    "insert_query": "insert into t (a) values (?)",
}
MOMENT = "{{ dag_run.run_after.strftime('%Y-%m-%dT%H:%M:%S') }}"
COPY = "insert overwrite table ${output1} select * from ${input1};"

ARGUMENTS: list[Any] = [
    ("HiveActivity", {"hiveScript": "select 1;", "stage": "false"}, {"hive_script": "select 1;"}),
    (
        "HiveActivity",
        {
            "scriptUri": "s3://b/x.q",
            "stage": "FALSE",
            "input": ref("Csv"),
            "scriptVariable": ["A=1", "B=it's; ${hivevar:x}"],
            "hadoopQueue": "q",
            "generatedScriptsPath": "s3://b/kept",
            "preActivityTaskConfig": ref("P"),
            "postActivityTaskConfig": ref("P"),
        },
        {
            "script_uri": "s3://b/x.q",
            "script_variables": ["A=1", "B=it's; ${hivevar:x}"],
            "hadoop_queue": "q",
            "generated_scripts_path": "s3://b/kept",
            "pre_script": {"script_uri": "s3://b/p.sh"},
            "post_script": {"script_uri": "s3://b/p.sh"},
        },
    ),
    # Staging is on where nothing is said.
    (
        "HiveActivity",
        {"hiveScript": COPY, "input": ref("Csv"), "output": ref("Tsv")},
        {"hive_script": COPY, "input": [CSV_NODE], "output": [TSV_NODE]},
    ),
    (
        "HiveActivity",
        {"scriptUri": "s3://b/x.q", "input": [ref("Custom"), ref("Lines")], "output": ref("Dynamo")},
        {
            "script_uri": "s3://b/x.q",
            "input": [
                {
                    "directory_path": "s3://b/c",
                    "data_format": {"column_separator": "*", "columns": ["a STRING", "b STRING"]},
                },
                {
                    "directory_path": "s3://b/l",
                    "data_format": {
                        "input_regex": "(\\p{Alpha}+) (.*)",
                        "output_format": "%1$s %2$s",
                        "columns": ["a STRING", "b STRING"],
                    },
                },
            ],
            "output": [
                {
                    "table_name": "d",
                    "region": "us-west-1",
                    "read_throughput_percent": 0.25,
                    "data_format": {"columns": ["hash STRING", "range STRING"]},
                }
            ],
        },
    ),
    (
        "HiveActivity",
        {"hiveScript": COPY, "input": ref("Sql"), "output": ref("Sql2")},
        {"hive_script": COPY, "input": [SQL_NODE], "output": [{"conn_id": "x_Db", "table": "t2"}]},
    ),
    # What the script does not name is no table; what it may name by an expression, or in S3, may be one.
    (
        "HiveActivity",
        {"hiveScript": "select '${hivevar:x}'", "input": ref("BareDynamo"), "output": ref("Csv")},
        {"hive_script": "select '${hivevar:x}'"},
    ),
    (
        "HiveActivity",
        {"hiveScript": "select * from ${input2}", "input": [ref("Bare"), ref("Csv")]},
        {"hive_script": "select * from ${input2}", "input": [None, CSV_NODE]},
    ),
    (
        "HiveActivity",
        {"hiveScript": "select 1 -- #{@scheduledStartTime}", "input": ref("Csv"), "output": ref("Bare")},
        {"hive_script": f"select 1 -- {MOMENT}", "input": [CSV_NODE]},
    ),
    (
        "HiveActivity",
        {"hiveScript": "select * from ${T}", "scriptVariable": "T=${input1}", "input": ref("Csv")},
        {
            "hive_script": "select * from ${T}",
            "script_variables": ["T=${input1}"],
            "input": [CSV_NODE],
        },
    ),
    # Pig stages nothing where nothing is said.
    ("PigActivity", {"script": "${output1} = ${input1};", "input": ref("Csv")}, {"script": "${output1} = ${input1};"}),
    (
        "PigActivity",
        {
            "scriptUri": "s3://b/x.pig",
            "stage": "true",
            "input": ref("Lines"),
            "output": ref("Custom"),
            "scriptVariable": "a=b",
        },
        {
            "script_uri": "s3://b/x.pig",
            "script_variables": ["a=b"],
            "input": [
                {
                    "directory_path": "s3://b/l",
                    "data_format": {
                        "input_regex": "(\\p{Alpha}+) (.*)",
                        "output_format": "%1$s %2$s",
                        "columns": ["a STRING", "b STRING"],
                    },
                }
            ],
            "output": [{"directory_path": "s3://b/c", "data_format": {"column_separator": "*"}}],
        },
    ),
    # The columns of what Pig writes are the script's: two of one name do no harm.
    (
        "PigActivity",
        {"script": "${OUTPUT1} = ${INPUT1};", "stage": "true", "input": ref("Csv"), "output": ref("Twice")},
        {
            "script": "${OUTPUT1} = ${INPUT1};",
            "input": [CSV_NODE],
            "output": [{"directory_path": "s3://b/2", "data_format": []}],
        },
    ),
    (
        "HiveCopyActivity",
        {"input": ref("Items"), "output": ref("Dump"), "filterSql": "`timeStamp` > 1"},
        {
            "input": {"table_name": "i", "data_format": {"columns": ["timeStamp BIGINT"]}},
            "output": {"directory_path": "s3://b/dump", "data_format": []},
            "filter_sql": "`timeStamp` > 1",
        },
    ),
    (
        "HiveCopyActivity",
        {"input": ref("Bare"), "output": ref("BareDynamo"), "generatedScriptsPath": "s3://b/kept"},
        {
            "input": {"directory_path": "s3://b/bare"},
            "output": {"table_name": "d"},
            "generated_scripts_path": "s3://b/kept",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "expected"), ARGUMENTS)
def test_arguments(kind: str, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = convert(kind, **fields)
    assert own(found) == {"cluster": "create_C", **expected}
    assert found.plan.left == []


REFUSED: list[Any] = [
    ("HiveActivity", {"hiveScript": "${input1}", "input": ref("Bare")}, "S3DataNode 'Bare' has no data format"),
    (
        "HiveActivity",
        {"hiveScript": "${output1}", "output": ref("BareDynamo")},
        "no table in Hive: write a CREATE EXTERNAL TABLE … STORED BY into the script",
    ),
    (
        "HiveActivity",
        {"hiveScript": "${input1}", "input": ref("Twice")},
        "CSV 'TwiceFormat': two of its columns are called 'third'.",
    ),
    (
        "HiveActivity",
        {"hiveScript": "${input1}", "input": ref("Pipes")},
        "recordSeparator is '|', and Hive and Pig read records that end with a line feed.",
    ),
    (
        "PigActivity",
        {"script": "${input1}", "stage": "true", "input": ref("Sql")},
        "SqlDataNode 'Sql' is not staged for Pig: copy its rows to or from S3 with a CopyActivity",
    ),
    ("PigActivity", {"script": "${input1}", "stage": "true", "input": ref("Bare")}, "Pig does not know its columns"),
    (
        "PigActivity",
        {"script": "${output1}", "stage": "true", "output": ref("Lines")},
        "Pig cannot write the data format of S3DataNode 'Lines'.",
    ),
    ("HiveCopyActivity", {"input": ref("Dump"), "output": ref("Bare")}, "both of its data nodes are in S3"),
    ("HiveCopyActivity", {"input": ref("Dump")}, "HiveCopyActivity needs exactly one output; it has 0."),
    ("HiveCopyActivity", {"input": ref("Dynamo"), "output": ref("Dump")}, "'Dynamo' needs a DynamoDBExportDataFormat."),
    ("HiveCopyActivity", {"input": ref("Csv"), "output": ref("Items")}, "'Csv' needs a DynamoDBExportDataFormat."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "reason"), REFUSED)
def test_what_cannot_be_converted_fails_and_says_why(kind: str, fields: dict[str, Any], reason: str) -> None:
    found = convert(kind, **fields)
    assert reason in own(found)["reason"]
    assert len(found.plan.left) == 1


LINES: list[Any] = [
    (
        "HiveActivity",
        {"hiveScript": COPY, "input": ref("Csv"), "output": ref("Tsv"), "resizeClusterBeforeRunning": "true"},
        {
            ("A", "hiveScript"): "exact",
            ("A", "resizeClusterBeforeRunning"): "approximated",
            ("A", "runsOn"): "exact",
            ("CsvFormat", "column"): "exact",
            ("Csv", "dataFormat"): "exact",
            # Hive writes a directory.
            ("Tsv", "filePath"): "approximated",
        },
    ),
    (
        "HiveActivity",
        {"hiveScript": COPY, "input": ref("Lines"), "output": ref("Sql")},
        {
            ("LinesFormat", "inputRegEx"): "exact",
            ("LinesFormat", "outputFormat"): "exact",
            ("A", "output"): "approximated",
            ("Sql", "insertQuery"): "exact",
        },
    ),
    (
        "HiveActivity",
        {"hiveScript": COPY, "input": ref("Dynamo"), "output": ref("Dynamo2"), "generatedScriptsPath": "s3://b/k"},
        {
            ("Dynamo", "tableName"): "exact",
            ("Dynamo", "readThroughputPercent"): "exact",
            ("DynamoFormat", "column"): "exact",
            ("A", "generatedScriptsPath"): "exact",
        },
    ),
    # A node that the script does not name orders tasks, and no more.
    (
        "HiveActivity",
        {"hiveScript": "select 1", "input": ref("Dynamo")},
        {("Dynamo", "tableName"): "not needed", ("DynamoFormat", "column"): "not needed"},
    ),
    (
        "PigActivity",
        {"script": "${output1} = ${input1};", "stage": "true", "input": ref("Csv"), "output": ref("Custom")},
        {("A", "stage"): "exact", ("Csv", "dataFormat"): "approximated", ("CustomFormat", "column"): "not needed"},
    ),
    (
        "HiveCopyActivity",
        {"input": ref("Items"), "output": ref("Dump"), "filterSql": "a"},
        {("A", "filterSql"): "exact", ("Items", "tableName"): "exact", ("Dump", "directoryPath"): "exact"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "expected"), LINES)
def test_the_ledger(kind: str, fields: dict[str, Any], expected: dict[tuple[str, str], str]) -> None:
    found = grades(convert(kind, **fields))
    assert {key: found[key] for key in expected} == expected


def test_the_formats_are_the_provider_s() -> None:
    found = convert("HiveActivity", scriptUri="s3://b/x", input=[ref("Custom"), ref("Lines"), ref("Dump")])
    (task,) = (task for task in only_dag(found).tasks if task.id == "A")
    nodes = task.operator.arguments["input"]
    assert isinstance(nodes, list)
    formats = [node.arguments["data_format"] for node in nodes if isinstance(node, Call)]
    names = [each.path.rpartition(".")[2] for each in formats if isinstance(each, Call)]
    assert names == ["TSV", "JavaRegEx", "DynamoDBExportDataFormat"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a STRING", ["a STRING"]),
        ("a STRING, b INT", ["a STRING", "b INT"]),
        ("a MAP<STRING,ARRAY<INT>>,b STRUCT<x:INT,y:STRING>", ["a MAP<STRING,ARRAY<INT>>", "b STRUCT<x:INT,y:STRING>"]),
        ("a DECIMAL(10,2),b", ["a DECIMAL(10,2)", "b"]),
        (" a\n  STRING ,, ", ["a STRING"]),
        ("", []),
    ],
)  # fmt: skip
def test_pairs_of_names_and_types(text: str, pairs: list[str]) -> None:
    assert split_pairs(text) == pairs


def test_columns_that_only_a_run_would_know() -> None:
    node = {"id": "N", "type": "S3DataNode", "directoryPath": "s3://b/n", "dataFormat": ref("F")}
    columns = {"id": "F", "type": "CSV", "column": "#{myColumns}"}
    activity = {"id": "A", "type": "HiveActivity", "runsOn": ref("C"), "hiveScript": "${input1}", "input": ref("N")}  # fmt: skip
    parameter = {"id": "myColumns", "type": "String"}
    found = converted(activity, CLUSTER, node, columns, parameters=[parameter])
    assert "its columns are not known before a run" in own(found)["reason"]
    found = converted(
        activity, CLUSTER, node, columns, parameters=[{**parameter, "default": "a INT, b STRING"}]
    )
    (staged,) = own(found)["input"]
    assert staged["data_format"] == {"columns": ["a INT", "b STRING"]}
