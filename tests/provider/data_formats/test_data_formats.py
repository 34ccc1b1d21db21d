from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.data_formats import clean_up as clean_ups
from datapipeline_provider.data_formats import columns, delimited
from datapipeline_provider.data_formats.columns import ColumnsError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.parquet import CodecError, Parquet
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.regex import ExpressionError, RegEx
from datapipeline_provider.data_formats.tsv import TSV


@pytest.mark.parametrize(
    ("data_format", "characters", "extension"),
    [
        (CSV(), (",", "\n", "\\"), "csv"),
        (CSV(escape="^"), (",", "\n", "^"), "csv"),
        (TSV(), ("\t", "\n", "\\"), "tsv"),
        (TSV(column_separator="|", record_separator=";", escape="!"), ("|", ";", "!"), "tsv"),
    ],
)
def test_special_characters(data_format: Any, characters: tuple[str, str, str], extension: str) -> None:
    found = (data_format.column_separator, data_format.record_separator, data_format.escape)
    assert (found, data_format.extension) == (characters, extension)


@pytest.mark.parametrize(
    ("make", "arguments", "field"),
    [
        (CSV, {"escape": ""}, "escape"),
        (CSV, {"escape": "\\\\"}, "escape"),
        (CSV, {"escape": ","}, "escape"),
        (CSV, {"escape": "\n"}, "escape"),
        (TSV, {"column_separator": "\n"}, "record_separator"),
        (TSV, {"record_separator": "\r\n"}, "record_separator"),
        (TSV, {"escape": "\t"}, "escape"),
    ],
)
def test_formats_that_could_not_be_read_back_are_refused(
    make: Any, arguments: dict[str, str], field: str
) -> None:
    with pytest.raises(delimited.FormatError, match=f"{make.__name__}: {field} is"):
        make(**arguments)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (CSV(), CSV(), True),
        (CSV(), TSV(column_separator=","), True),
        (CSV(), TSV(), False),
        (CSV(), CSV(escape="^"), False),
        (CSV(columns=("a",)), CSV(columns=("b",)), True),
        (CSV(), CSV(header=True), False),
        (CSV(header=True, columns=("a INT",)), CSV(header=True, columns=("a TEXT",)), True),
        (CSV(header=True, columns=("a",)), CSV(header=True, columns=("b",)), False),
        (CSV(), QuotedCSV(), False),
        (QuotedCSV(), QuotedCSV(columns=("a",)), True),
        (QuotedCSV(), QuotedCSV(column_separator=";"), False),
        (JSONLines(), JSONLines(), True),
        (JSONLines(), JSONLines(columns=("a",)), False),
        (Parquet(), JSONLines(), False),
    ],
)
def test_formats_are_the_same_when_they_write_the_same(one: Any, other: Any, *, same: bool) -> None:
    assert delimited.same(one, other) is same


def test_serialized_form() -> None:
    assert CSV(columns=("a INT",)).serialize() == {
        "type": "CSV",
        "escape": "\\",
        "header": False,
        "columns": ["a INT"],
    }
    assert TSV(header=True).serialize() == {
        "type": "TSV",
        "column_separator": "\t",
        "record_separator": "\n",
        "escape": "\\",
        "header": True,
        "columns": [],
    }
    assert RegEx("(a)", ["x"]).serialize() == {"type": "RegEx", "input_regex": "(a)", "columns": ["x"]}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "error", "problem"),
    [
        (lambda: QuotedCSV(column_separator='"'), delimited.FormatError, "QuotedCSV: column_separator"),
        (lambda: QuotedCSV(columns=("a INT", "a")), ColumnsError, "QuotedCSV: the column 'a' is there twice"),
        (lambda: CSV(columns=("",)), ColumnsError, "an entry is a name and a type"),
        (lambda: Parquet(codec="lz5"), CodecError, "valid: snappy, zstd, gzip, none"),
        (lambda: RegEx("("), ExpressionError, "no regular expression"),
        (lambda: RegEx("a"), ExpressionError, "no group"),
        (lambda: RegEx("(a)", ("x", "y")), ExpressionError, "has 1 groups, but columns lists 2"),
    ],
)
def test_wrong_formats(make: Any, error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        make()


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        ("price DECIMAL(10, 2)", ("price", "DECIMAL(10, 2)")),
        (" a  double precision ", ("a", "DOUBLE PRECISION")),
        ("a", ("a", "")),
    ],
)
def test_columns(entry: str, column: tuple[str, str]) -> None:
    assert columns.parse([entry], "CSV") == (column,)


@pytest.mark.parametrize(
    ("clean_up", "table"),
    [
        (None, {}),
        ("nul", {"\0": ""}),
        (["nul", "tabs"], {"\0": "", "\t": " "}),
        ({"x": "yz"}, {"x": "yz"}),
    ],
)
def test_clean_up(clean_up: Any, table: dict[str, str]) -> None:
    assert clean_ups.table(clean_up) == table


@pytest.mark.parametrize("clean_up", ["nil", ["nul", "nil"], {"ab": ""}, {"a": 1}])
def test_wrong_clean_up(clean_up: Any) -> None:
    with pytest.raises(clean_ups.CleanUpError, match="valid: the names nul, control_characters"):
        clean_ups.table(clean_up)


def test_the_presets_name_what_they_say() -> None:
    controls = clean_ups.PRESETS["control_characters"]
    assert {"\0", "\x08", "\x0b", "\x1f", "\x7f"} <= controls.keys()
    assert not {"\t", "\n", "\r", " "} & controls.keys()
    assert {"\0", "\ufdd0", "\ufffe", "\U0010ffff"} <= clean_ups.PRESETS["redshift"].keys()
    assert len(clean_ups.PRESETS["redshift"]) == 1 + 66  # Unicode has 66 noncharacters
