"""Which statements make data nodes tables of Hive."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.dynamo_db import DynamoDBDataFormat, DynamoDBExportDataFormat
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.emr.hive_tables import create, delimited_with_null, drop, text_table
from datapipeline_provider.emr.staged import StagingError

ITEMS = "CREATE EXTERNAL TABLE `t` (`item` MAP<STRING,STRING>"
DYNAMO = "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'\nTBLPROPERTIES "

# A format, whether it is written, what stands before LOCATION.
FORMATS: list[tuple[Any, bool, list[str]]] = [
    (
        CSV(columns=("id INT", "name string", "note")),
        False,
        [
            "CREATE EXTERNAL TABLE `t` (`id` INT, `name` STRING, `note` STRING)\n"
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n"
            r"WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '\u0022', 'escapeChar' = '\u005C')"
            "\nSTORED AS TEXTFILE"
        ],
    ),
    (
        TSV(columns=("id INT", "tags MAP<STRING,INT>", "price DECIMAL(10,2)")),
        True,
        [
            "CREATE EXTERNAL TABLE `t` (`id` INT, `tags` MAP<STRING,INT>, `price` DECIMAL(10,2))\n"
            r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '\u0009' ESCAPED BY '\u005C' LINES TERMINATED BY '\u000A'"
            "\nSTORED AS TEXTFILE"
        ],
    ),
    # Hive takes a digit for the number of a character.
    (
        TSV(column_separator="1", escape="^", columns=("a", "`b")),
        False,
        [
            "CREATE EXTERNAL TABLE `t` (`a` STRING, ```b` STRING)\n"
            r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '49' ESCAPED BY '^' LINES TERMINATED BY '\u000A'"
            "\nSTORED AS TEXTFILE"
        ],
    ),
    (
        JavaRegEx(r"^(\S+) \"([^\"]*)\"$", columns=("host STRING", "size INT")),
        False,
        [
            "CREATE EXTERNAL TABLE `t` (`host` STRING, `size` INT)\n"
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'\n"
            r"WITH SERDEPROPERTIES ('input.regex' = '^(\u005CS+) \u005C\u0022([^\u005C\u0022]*)\u005C\u0022\u0024')"
            "\nSTORED AS TEXTFILE"
        ],
    ),
    (
        JavaRegEx("(.*)", "%1$s", ("a STRING",)),
        True,
        [
            "ADD JAR /usr/lib/hive/lib/hive-contrib.jar",
            "CREATE EXTERNAL TABLE `t` (`a` STRING)\n"
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.contrib.serde2.RegexSerDe'\n"
            r"WITH SERDEPROPERTIES ('input.regex' = '(.*)', 'output.format.string' = '%1\u0024s')"
            "\nSTORED AS TEXTFILE",
        ],
    ),
    (DynamoDBExportDataFormat(), True, [f"{ITEMS})\nSTORED AS TEXTFILE"]),
    (
        DynamoDBExportDataFormat(("timeStamp BIGINT",)),
        False,
        [
            f"{ITEMS}, `timeStamp` BIGINT)\n"
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.dynamodb.DynamoDBExportSerDe'\nSTORED AS TEXTFILE"
        ],
    ),
]


@pytest.mark.parametrize(("data_format", "written", "expected"), FORMATS)
def test_tables_in_s3(data_format: Any, written: bool, expected: list[str]) -> None:
    node = S3DataNode(directory_path="s3://b/x", data_format=data_format)
    *before, last = expected
    assert create("input1", "t", node, "s3://b/it's/", written=written) == [
        *before,
        f"{last}\nLOCATION 's3://b/it\\u0027s/'",
    ]


TABLES: list[tuple[DynamoDBDataNode, str]] = [
    (
        DynamoDBDataNode("Orders", data_format=DynamoDBDataFormat(("hash STRING", "range STRING"))),
        f"CREATE EXTERNAL TABLE `t` (`hash` STRING, `range` STRING)\n{DYNAMO}"
        "('dynamodb.table.name' = 'Orders', 'dynamodb.column.mapping' = 'hash:hash,range:range')",
    ),
    (
        DynamoDBDataNode("Orders", "us_west_1", DynamoDBExportDataFormat(), 0.25, 1.0),
        f"{ITEMS})\n{DYNAMO}('dynamodb.table.name' = 'Orders', 'dynamodb.region' = 'us-west-1', "
        "'dynamodb.throughput.read.percent' = '0.25', 'dynamodb.throughput.write.percent' = '1.0')",
    ),
    (
        DynamoDBDataNode("T", data_format=DynamoDBExportDataFormat(("timeStamp BIGINT",))),
        f"{ITEMS}, `timeStamp` BIGINT)\n{DYNAMO}"
        "('dynamodb.table.name' = 'T', 'dynamodb.column.mapping' = 'timeStamp:timeStamp')",
    ),
]


@pytest.mark.parametrize(("node", "expected"), TABLES)
def test_tables_of_dynamo_db_as_text_there_is_no_such_engine_here(
    node: DynamoDBDataNode, expected: str
) -> None:
    assert create("input1", "t", node, None, written=False) == [expected]


REFUSED: list[tuple[Any, bool, str]] = [
    (S3DataNode(directory_path="s3://b/x"), False, "its data format has no columns"),
    (DynamoDBDataNode("T"), False, "its data format has no columns"),
    (DynamoDBDataNode("T", data_format=DynamoDBDataFormat()), False, "has no columns"),
    (DynamoDBDataNode("T", data_format=DynamoDBDataFormat(("a:b STRING",))), False, "comma or colon"),
    (JSONLines(), False, "Hive has no table of JSONLines"),
    (TSV(record_separator="|", columns=("a",)), False, r"Hive reads lines, and its records end with '\|'"),
    (TSV(column_separator="þ", columns=("a",)), False, "ASCII characters, and 'þ' is none"),
    (JavaRegEx(columns=("a",)), False, "no regular expression"),
    (JavaRegEx("(.*)", columns=("a",)), True, "it is written, and its data format has no output_format"),
]


@pytest.mark.parametrize(("node", "written", "message"), REFUSED)
def test_what_is_no_table(node: Any, written: bool, message: str) -> None:
    if not isinstance(node, S3DataNode | DynamoDBDataNode):
        node = S3DataNode(directory_path="s3://b/x", data_format=node)
    with pytest.raises(StagingError, match=rf"^\$\{{input1\}} cannot be staged: .*{message}"):
        create("input1", "t", node, "s3://b/x/", written=written)


def test_tables_of_texts() -> None:
    assert drop("a`b") == "DROP TABLE IF EXISTS `a``b`"
    assert text_table("t", ["id", "v"], delimited_with_null("\t", "\\", "\\n"), "s3://b/d/") == (
        "CREATE EXTERNAL TABLE `t` (`id` STRING, `v` STRING)\n"
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'\n"
        r"WITH SERDEPROPERTIES ('field.delim' = '\u0009', 'escape.delim' = '\u005C', "
        r"'serialization.null.format' = '\u005Cn')"
        "\nSTORED AS TEXTFILE\nLOCATION 's3://b/d/'"
    )
