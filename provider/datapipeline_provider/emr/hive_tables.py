"""Makes the statements by which Hive sees data nodes as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.data_formats import columns as lists
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.dynamo_db import DynamoDBDataFormat, DynamoDBExportDataFormat
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.emr.hive_text import identifier, literal, properties
from datapipeline_provider.emr.staged import StagingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.data_formats.columns import Column

ITEM = "item"
"""The column that holds whole items of DynamoDB."""
_DYNAMO = "org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler"
_EXPORT = "org.apache.hadoop.hive.dynamodb.DynamoDBExportSerDe"
_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
_DELIMITED = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_REGEX = "org.apache.hadoop.hive.serde2.RegexSerDe"
# Hive's own reads and cannot write; the one that writes knows columns of the type STRING alone.
_REGEX_WRITER = "org.apache.hadoop.hive.contrib.serde2.RegexSerDe"
_CONTRIB = "/usr/lib/hive/lib/hive-contrib.jar"
_LAST_ASCII = 127


def create(name: str, table: str, node: Any, location: str | None, *, written: bool) -> list[str]:
    """Return the statements that make a table, without their semicolons.

    :param name: what the script calls it, `input1`
    :param table: its name in Hive
    :param node: the provider's S3DataNode or DynamoDBDataNode, rendered
    :param location: the directory in S3; None for a table of DynamoDB
    :param written: whether it is an output
    :raises StagingError: if there can be none
    """
    if isinstance(node, DynamoDBDataNode):
        return [_head(table, _columns(name, node.data_format)) + _stored_in_dynamo_db(name, node)]
    rows = _ROWS.get(type(node.data_format))
    if rows is None or location is None:
        raise StagingError(name, f"Hive has no table of {type(node.data_format).__name__}")
    columns = _columns(name, node.data_format)
    before, row_format = rows(name, node.data_format, written)
    return [*before, f"{_head(table, columns)}\n{row_format}\nLOCATION {literal(location)}"]


def drop(table: str) -> str:
    """Return the statement that removes a table, if it is there; its data stays."""
    return f"DROP TABLE IF EXISTS {identifier(table)}"


def delimited(separator: str, escape: str) -> str:
    r"""Return how lines of separated columns are read and written; NULL is `\N`, as Hive has it anyway."""
    parts = [f"FIELDS TERMINATED BY {_byte(separator)}", f"ESCAPED BY {_byte(escape)}"]
    parts.append(f"LINES TERMINATED BY {literal(chr(10))}")
    return f"ROW FORMAT DELIMITED {' '.join(parts)}\nSTORED AS TEXTFILE"


def delimited_with_null(separator: str, escape: str, null: str) -> str:
    """Return the same with another text for NULL.

    By properties, not by NULL DEFINED AS: Spark, which runs Hive's language too, takes that and forgets it.
    """
    own = {"field.delim": separator, "escape.delim": escape, "serialization.null.format": null}
    return _serde(_DELIMITED, own)


def text_table(table: str, columns: Sequence[str], row_format: str, location: str) -> str:
    """Return the statement that makes a table of texts.

    :param columns: their names
    """
    head = _head(table, [lists.Column(column, "") for column in columns])
    return f"{head}\n{row_format}\nLOCATION {literal(location)}"


def _head(table: str, columns: Sequence[Column]) -> str:
    entries = ", ".join(f"{identifier(each.name)} {each.type or 'STRING'}" for each in columns)
    return f"CREATE EXTERNAL TABLE {identifier(table)} ({entries})"


def _columns(name: str, data_format: Any) -> tuple[Column, ...]:
    found = lists.parse(data_format.columns, type(data_format).__name__) if data_format else ()
    if isinstance(data_format, DynamoDBExportDataFormat):
        return (lists.Column(ITEM, "MAP<STRING,STRING>"), *found)
    if not found:
        raise StagingError(name, "its data format has no columns")
    return found


def _serde(name: str, own: dict[str, str]) -> str:
    return f"ROW FORMAT SERDE {literal(name)}\nWITH SERDEPROPERTIES {properties(own)}\nSTORED AS TEXTFILE"


def _byte(character: str) -> str:
    """Write a separator: a digit would be read as the number of a character."""
    return literal(str(ord(character))) if character.isdigit() else literal(character)


def _csv(_: str, data_format: CSV, __: bool) -> tuple[list[str], str]:
    own = {"separatorChar": ",", "quoteChar": '"', "escapeChar": data_format.escape}
    return [], _serde(_CSV, own)


def _tsv(name: str, data_format: TSV, _: bool) -> tuple[list[str], str]:
    if data_format.record_separator != "\n":
        raise StagingError(
            name, f"Hive reads lines, and its records end with {data_format.record_separator!r}"
        )
    for character in (data_format.column_separator, data_format.escape):
        if ord(character) > _LAST_ASCII:
            raise StagingError(name, f"Hive's separators are ASCII characters, and {character!r} is none")
    return [], delimited(data_format.column_separator, data_format.escape)


def _regex(name: str, data_format: JavaRegEx, written: bool) -> tuple[list[str], str]:
    if not data_format.input_regex:
        raise StagingError(name, "its data format has no regular expression")
    own = {"input.regex": data_format.input_regex}
    if written:
        if not data_format.output_format:
            raise StagingError(name, "it is written, and its data format has no output_format")
        own["output.format.string"] = data_format.output_format
    before = [f"ADD JAR {_CONTRIB}"] if written else []
    return before, _serde(_REGEX_WRITER if written else _REGEX, own)


def _export(_: str, data_format: DynamoDBExportDataFormat, __: bool) -> tuple[list[str], str]:
    if not data_format.columns:
        return [], "STORED AS TEXTFILE"
    return [], f"ROW FORMAT SERDE {literal(_EXPORT)}\nSTORED AS TEXTFILE"


_ROWS: dict[type, Callable[[str, Any, bool], tuple[list[str], str]]] = {
    CSV: _csv,
    TSV: _tsv,
    JavaRegEx: _regex,
    DynamoDBExportDataFormat: _export,
}


def _stored_in_dynamo_db(name: str, node: DynamoDBDataNode) -> str:
    assert isinstance(node.data_format, DynamoDBDataFormat)  # noqa: S101 - there are columns
    mapped = lists.parse(node.data_format.columns, type(node.data_format).__name__)
    for each in mapped:
        if {",", ":"} & set(each.name):
            raise StagingError(name, f"the attribute {each.name!r} has a comma or colon in its name")
    own = {"dynamodb.table.name": node.table_name}
    if mapped:
        own["dynamodb.column.mapping"] = ",".join(f"{each.name}:{each.name}" for each in mapped)
    if node.region:
        own["dynamodb.region"] = node.region.replace("_", "-")
    for kind in ("read", "write"):
        share = getattr(node, f"{kind}_throughput_percent")
        if share is not None:
            own[f"dynamodb.throughput.{kind}.percent"] = str(share)
    return f"\nSTORED BY {literal(_DYNAMO)}\nTBLPROPERTIES {properties(own)}"
