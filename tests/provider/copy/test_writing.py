from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.writing import writer
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.tsv import TSV

from tests.provider.copy.hostile import FIELDS


def written(data_format: Any, *rows: tuple[str | None, ...]) -> str:
    return writer(data_format).write(Batch("table t", 1, rows, ("id", "note"))).decode()


@pytest.mark.parametrize(("value", "fields"), FIELDS.items())
def test_fields(value: str | None, fields: tuple[str, str]) -> None:
    csv, tsv = fields
    assert written(CSV(), (value, "x")) == f"{csv},x\n"
    assert written(CSV(), ("x", value)) == f"x,{csv}\n"
    assert written(CSV(), (value,)) == f"{csv}\n"
    assert written(TSV(), (value, "x")) == f"{tsv}\tx\n"


@pytest.mark.parametrize(
    ("data_format", "row", "text"),
    [
        (CSV(escape="^"), ("a,b", "a^b\\"), "a^,b,a^^b\\\n"),
        (CSV(escape="^"), (None, "x\\ny"), "\\n,x\\ny\n"),
        (TSV(column_separator="|", record_separator=";"), ("a|b", "line\nfeed"), "a\\|b|line\nfeed;"),
        (CSV(), (None, None), "\\n,\\n\n"),
        (CSV(), (None, "\\"), "\\n,\\\\\n"),
        (CSV(), ("", ""), ",\n"),
        (CSV(), ("",), "\n"),
    ],
)
def test_records(data_format: Any, row: tuple[str | None, ...], text: str) -> None:
    assert written(data_format, row) == text


@pytest.mark.parametrize(
    ("data_format", "value", "problem"),
    [
        (CSV(), "secret\nvalue", "record separator '\\n'"),
        (CSV(), "secret\r\nvalue", "record separator '\\n'"),
        (CSV(), "secret,\n", "record separator '\\n'"),
        (TSV(record_separator=";"), "secret;", "record separator ';'"),
        (CSV(escape="^"), "\\n", "read as NULL"),
    ],
)
def test_values_that_could_not_be_read_back_fail_without_being_shown(
    data_format: Any, value: str, problem: str
) -> None:
    with pytest.raises(RecordError) as caught:
        written(data_format, ("1", "fine"), ("2", value))
    assert str(caught.value).startswith("table t, row 2 (id = 2): column 2 (note) ")
    assert problem in str(caught.value)
    assert "secret" not in str(caught.value)


def test_nothing_gives_nothing() -> None:
    assert written(CSV()) == ""
