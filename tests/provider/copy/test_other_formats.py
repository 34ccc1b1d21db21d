"""JSON lines, Parquet, RegEx, headers of CSV, and values that a format cannot carry."""

from __future__ import annotations

import datetime
import io
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pyarrow.parquet
import pytest
from datapipeline_provider.copy import reading, writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.choices import UnwritableChoiceError
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.columns import ColumnsError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.parquet import Parquet
from datapipeline_provider.data_formats.regex import RegEx
from datapipeline_provider.data_formats.tsv import TSV

from tests.provider.copy.hostile import FIELDS

DIGITS = "-1234567890123456789012345678.0123456789"


def written(data_format: Any, *rows: tuple[str | None, ...], columns: tuple[str, ...] = ("id", "v")) -> bytes:
    writer = writing.writer(data_format)
    return writer.write(Batch("table t", 1, rows, columns)) + writer.finish()


def read(data_format: Any, data: bytes, size: int = 1 << 20) -> list[tuple[Any, ...]]:
    parts = (data[start : start + size] for start in range(0, len(data), size))
    return [tuple(row) for batch in reading.batches(parts, data_format, "s3://b/k") for row in batch.rows]


# JSON lines


@pytest.mark.parametrize(
    ("sql_type", "value", "text"),
    [
        ("", None, "null"),
        ("", "", '""'),
        ("", "12", '"12"'),
        ("", 'a"b\n\\', r'"a\"b\n\\"'),
        ("", "ü😀", '"ü😀"'),
        ("INT", "-12", "-12"),
        ("numeric(38,10)", DIGITS, DIGITS),
        ("NUMERIC", "NaN", '"NaN"'),
        ("DOUBLE PRECISION", "1e-07", "1e-07"),
        ("INT", "007", '"007"'),
        ("INT", None, "null"),
        ("BOOLEAN", "t", "true"),
        ("BOOLEAN", "0", "false"),
        ("BOOLEAN", "maybe", '"maybe"'),
        ("JSONB", '{"a": [1.50, null]}', '{"a": [1.50, null]}'),
        ("JSON", '{"a":\n1}', '{"a": 1}'),
        ("JSON", "{a}", '"{a}"'),
    ],
)
def test_values_of_json(sql_type: str, value: str | None, text: str) -> None:
    columns = (f"v {sql_type}",) if sql_type else ()
    line = written(JSONLines(columns), (value,), columns=("v",))
    assert line.decode() == f'{{"v":{text}}}\n'
    json.loads(line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ('""', ""),
        (DIGITS, DIGITS),
        ("1.50", "1.50"),
        ("1e5", "1e5"),
        ("true", "true"),
        ("false", "false"),
        (r'"a\nbü"', "a\nbü"),
        ('{"a":[1.50,null,true,"x\\n"]}', '{"a": [1.50, null, true, "x\\n"]}'),
        ("[]", "[]"),
    ],
)
def test_values_read_from_json(text: str, value: str | None) -> None:
    assert read(JSONLines(), f'{{"v": {text}}}'.encode()) == [(value,)]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_json_lines_read_by_key(size: int) -> None:
    data = b'{"a": "1", "b": "2"}\r\n\n{"b": "4"}\n{"b": "6", "a": "5"}'
    assert read(JSONLines(), data, size) == [("1", "2"), (None, "4"), ("5", "6")]
    assert read(JSONLines(("b", "a")), data, size) == [("2", "1"), ("4", None), ("6", "5")]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"a": 1}\n{"a": "secret', "row 2: the line is not valid JSON at character 7"),
        (b"[1]\n", "row 1: the line is not a JSON object"),
        (b'{"a": 1}\n{"a": 1, "secret": 2}\n', "row 2: it has 1 key that is no column"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "row 2: the text is not UTF-8"),
        (b"[" * 100_000 + b"\n", "row 1: the (JSON is nested too deeply|line is not valid JSON)"),
    ],
)
def test_broken_json_lines(data: bytes, problem: str) -> None:
    with pytest.raises(RecordError, match=problem) as caught:
        read(JSONLines(), data)
    assert "secret" not in str(caught.value)


def test_hostile_values_pass_through_json() -> None:
    rows = [(str(n), value) for n, value in enumerate([*FIELDS, "\n", "\r\n"])]
    assert read(JSONLines(), written(JSONLines(), *rows), 7) == rows


def test_json_needs_different_names() -> None:
    with pytest.raises(ColumnsError, match="two columns have the same name"):
        written(JSONLines(), ("1", "2"), columns=("a", "a"))
    with pytest.raises(writing.file_writer.NoNamesError, match=r"JSONLines\(columns=...\)"):
        written(JSONLines(), ("1",), columns=())


# Parquet


def table(data: bytes) -> Any:
    return pyarrow.parquet.read_table(io.BytesIO(data))


def test_parquet_has_strings_unless_told_otherwise() -> None:
    rows = [(str(n), value) for n, value in enumerate([*FIELDS, "\n"])]
    found = table(written(Parquet(), *rows))
    assert [str(field.type) for field in found.schema] == ["string", "string"]
    assert list(zip(*found.to_pydict().values(), strict=True)) == rows


@pytest.mark.parametrize(
    ("sql_type", "value", "kind", "python"),
    [
        ("BIGINT", "-9223372036854775808", "int64", -(2**63)),
        ("BIGINT UNSIGNED", "18446744073709551615", "uint64", 2**64 - 1),
        ("SMALLINT", "-5", "int16", -5),
        ("NUMERIC(38,10)", DIGITS, "decimal128(38, 10)", Decimal(DIGITS)),
        ("DECIMAL(8, 2)", "1.5", "decimal128(8, 2)", Decimal("1.50")),
        ("DOUBLE PRECISION", "1e-07", "double", 1e-07),
        ("BOOLEAN", "t", "bool", True),
        ("BOOL", "0", "bool", False),
        ("DATE", "1969-07-20", "date32[day]", datetime.date(1969, 7, 20)),
        (
            "TIMESTAMP",
            "1969-12-31 23:59:59.25",
            "timestamp[us]",
            datetime.datetime.fromisoformat("1969-12-31 23:59:59.25"),
        ),
        (
            "TIMESTAMPTZ",
            "2024-01-31 07:07:00+00",
            "timestamp[us, tz=UTC]",
            datetime.datetime(2024, 1, 31, 7, 7, tzinfo=datetime.UTC),
        ),
        ("BYTEA", r"\x00ff", "binary", b"\0\xff"),
        ("VARCHAR(10)", "x", "string", "x"),
        ("INT", None, "int64", None),
    ],
)
def test_types_of_parquet(sql_type: str, value: str | None, kind: str, python: Any) -> None:
    found = table(written(Parquet((f"v {sql_type}",)), (value,), columns=("other",)))
    assert str(found.schema.field("v").type) == kind
    assert found.to_pydict() == {"v": [python]}


def test_a_value_of_another_type_is_named() -> None:
    with pytest.raises(
        RecordError, match=r"table t, row 2 \(id = 8\): column 2 \(v\) is not of the type int64"
    ) as caught:
        written(Parquet(("id INT", "v INT")), ("7", "1"), ("8", "secret"))
    assert "secret" not in str(caught.value)
    with pytest.raises(RecordError, match=r"row 1 \(id = 7\): 2 columns are expected, 3 were found"):
        written(Parquet(("id INT", "v INT")), ("7", "1", "2"))


def test_parquet_is_written_in_bounded_row_groups() -> None:
    writer = writing.writer(Parquet())
    sizes, data = [], b""
    for n in range(20):
        some = writer.write(Batch("t", 1, [(str(n), "x" * 1000)] * 1000, ("a", "b")))
        sizes.append(len(some))
        data += some
    data += writer.finish()
    groups = pyarrow.parquet.ParquetFile(io.BytesIO(data)).metadata
    assert (groups.num_rows, groups.num_row_groups) == (20_000, 4)


def test_parquet_is_read_as_text() -> None:
    rows = [("-5", DIGITS, "true", "1969-07-20", r"\x00ff", None)]
    columns = ("a INT", "b NUMERIC(38,10)", "c BOOLEAN", "d DATE", "e BYTEA", "f")
    data = written(Parquet(columns), *rows, columns=())
    (batch,) = reading.parquet.batches(io.BytesIO(data), "o")
    assert (list(batch.rows), batch.columns) == (rows, ("a", "b", "c", "d", "e", "f"))
    with pytest.raises(RecordError, match="o, row 1: it is not valid Parquet"):
        list(reading.parquet.batches(io.BytesIO(b"PAR1 and no more"), "o"))


# RegEx


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_regex(size: int) -> None:
    log = RegEx(r"(\S+) (?:-|(\d+)) \"(.*)\"", ("host", "status INT", "line"))
    assert read(log, b'a 200 "GET"\nb - ""', size) == [("a", "200", "GET"), ("b", None, "")]
    with pytest.raises(RecordError, match="s3://b/k, row 2: the line does not match input_regex") as caught:
        read(log, b'a 200 "GET"\nsecret\n', size)
    assert "secret" not in str(caught.value)


def test_regex_is_for_reading() -> None:
    with pytest.raises(writing.ReadOnlyFormatError, match="RegEx is a format for reading only"):
        writing.writer(RegEx("(a)"))


# Data Pipeline's own formats


def test_headers() -> None:
    assert written(CSV(header=True), ("1", "2"), columns=("id", "a,b")) == b"id,a\\,b\n1,2\n"
    assert written(TSV(header=True, columns=("x INT", "y")), columns=()) == b"x\ty\n"
    (batch,) = reading.batches(iter([b"id,a\\,b\n1,2\n"]), CSV(header=True), "o")
    assert (batch.first, list(batch.rows), batch.columns) == (1, [("1", "2")], ("id", "a,b"))
    with pytest.raises(RecordError, match="row 2: the record ends with CR LF"):
        read(CSV(header=True), b"id\n1\n2\r\n")


@pytest.mark.parametrize(
    ("choice", "text"),
    [("space", "1,a b \\,c\n2,x\n"), ("remove", "1,ab\\,c\n2,x\n"), ("escape", "1,a\\\nb\\\n\\,c\n2,x\n")],
)
def test_unwritable_values(choice: str, text: str) -> None:
    counted: Counter[str] = Counter()
    writer = writing.writer(CSV(), choice, counted)
    assert writer.write(Batch("t", 1, [("1", "a\nb\n,c"), ("2", "x")])).decode() == text
    assert counted == {"rewritten": 1}


def test_null_s_mark_with_another_escape_is_rewritten() -> None:
    assert writing.writer(CSV(escape="^"), "space").write(Batch("t", 1, [("\\n", None)])) == b" n,\\n\n"


def test_the_first_row_that_cannot_be_written_is_named() -> None:
    uuid = "c0ffee00-0000-0000-0000-000000000001"
    rows = [("x", "1"), (uuid, "a\n"), ("\n", "2")]
    with pytest.raises(RecordError, match=rf"table t, row 2 \(id = {uuid}\): column 2 \(v\) holds"):
        written(CSV(), *rows)
    with pytest.raises(RecordError, match=r"table t, row 1: column 2 \(v\) holds"):
        written(CSV(), ("name", "a\n"))


def test_records_that_cannot_be_read_back_are_counted() -> None:
    counted: Counter[str] = Counter()
    writing.writer(CSV(), "fail", counted).write(Batch("t", 1, [("a\r", "b"), ("a", "b\r"), ("c", "d\r")]))
    assert counted == {"unreadable": 2}


def test_another_choice() -> None:
    with pytest.raises(UnwritableChoiceError, match="valid: fail, space, remove, escape"):
        writing.writer(CSV(), "ignore")
