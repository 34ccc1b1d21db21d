"""HiveCopyActivity as requests: there is no storage handler of DynamoDB here, so what a script does is not tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.dynamo_db import DynamoDBDataFormat, DynamoDBExportDataFormat
from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.operators.hive_copy_activity import HiveCopyActivityOperator, HiveCopyError

from tests.provider.operators.staged_scripts import ask

if TYPE_CHECKING:
    from tests.servers.emr import Emr

EXPORT = DynamoDBExportDataFormat()
WITH_TIME = DynamoDBExportDataFormat(("timeStamp BIGINT",))
DYNAMO = "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'\nTBLPROPERTIES "
FILTER = '`timeStamp` > unix_timestamp("2013-06-04T00:00:00", "yyyy-MM-dd\'T\'HH:mm:ss")'


def whole(created_input: str, created_output: str, copy: str) -> str:
    """Give the script between whose two tables the statement stands."""
    drops = [f"DROP TABLE IF EXISTS `{side}1_{{digest}}`;\n" for side in ("input", "output")]
    return (
        f"{drops[0]}CREATE EXTERNAL TABLE `input1_{{digest}}` {created_input};\n"
        f"{drops[1]}CREATE EXTERNAL TABLE `output1_{{digest}}` (`item` MAP<STRING,STRING>)\n{created_output};\n"
        f"\nINSERT OVERWRITE TABLE output1_{{digest}} SELECT `item` FROM input1_{{digest}}{copy}\n;\n\n{''.join(drops)}"
    )


REQUESTS: list[Any] = [
    pytest.param(
        {
            "input": DynamoDBDataNode("old", data_format=WITH_TIME, read_throughput_percent=0.5),
            "output": DynamoDBDataNode("new", "us_west_1", EXPORT, write_throughput_percent=0.25),
            "filter_sql": FILTER,
        },
        whole(
            f"(`item` MAP<STRING,STRING>, `timeStamp` BIGINT)\n{DYNAMO}('dynamodb.table.name' = 'old', "
            "'dynamodb.column.mapping' = 'timeStamp:timeStamp', 'dynamodb.throughput.read.percent' = '0.5')",
            f"{DYNAMO}('dynamodb.table.name' = 'new', 'dynamodb.region' = 'us-west-1', "
            "'dynamodb.throughput.write.percent' = '0.25')",
            f"\nWHERE {FILTER}",
        ),
        id="DynamoDB to DynamoDB",
    ),
    pytest.param(
        {
            "input": DynamoDBDataNode("old"),
            # An output's columns are of no use: whole items are copied.
            "output": S3DataNode(directory_path="s3://etl/{{ ti.run_id }}", data_format=WITH_TIME),
            "filter_sql": "  ",
        },
        whole(
            f"(`item` MAP<STRING,STRING>)\n{DYNAMO}('dynamodb.table.name' = 'old')",
            "STORED AS TEXTFILE\nLOCATION 's3://etl/run 1/'",
            "",
        ),
        id="DynamoDB to S3",
    ),
    pytest.param(
        {
            "input": S3DataNode(directory_path="s3://etl/export/", data_format=WITH_TIME),
            "output": DynamoDBDataNode("new"),
            "filter_sql": "`timeStamp` = 1 -- why",
        },
        whole(
            "(`item` MAP<STRING,STRING>, `timeStamp` BIGINT)\n"
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.dynamodb.DynamoDBExportSerDe'\nSTORED AS TEXTFILE\n"
            "LOCATION 's3://etl/export/'",
            f"{DYNAMO}('dynamodb.table.name' = 'new')",
            "\nWHERE `timeStamp` = 1 -- why",
        ),
        id="S3 to DynamoDB",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), REQUESTS)
def test_the_request(emr: Emr, fields: dict[str, Any], expected: str) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    asked = ask(emr, HiveCopyActivityOperator, **fields)
    assert asked.program == ["hive-script", "--run-hive-script", "--args", "-f"]
    assert asked.script == expected
    assert asked.arguments == []


S3 = S3DataNode(directory_path="s3://etl/x", data_format=EXPORT)
REFUSED: list[tuple[Any, Any, str]] = [
    (S3, S3, "one of input and output has to be a table of DynamoDB"),
    (DynamoDBDataNode("t", data_format=DynamoDBDataFormat(("a",))), S3, "not DynamoDBDataFormat"),
    (DynamoDBDataNode("t"), S3DataNode(directory_path="s3://b", data_format=CSV(columns=("a",))), "not CSV"),
]


@pytest.mark.parametrize(("source", "target", "message"), REFUSED)
def test_what_cannot_be_copied(source: Any, target: Any, message: str) -> None:
    with pytest.raises(HiveCopyError, match=message):
        HiveCopyActivityOperator(task_id="c", cluster="create", input=source, output=target)
