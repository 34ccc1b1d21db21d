from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.data_formats import delimited
from datapipeline_provider.data_formats.csv import CSV
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
    ],
)
def test_formats_are_the_same_when_they_write_the_same(one: Any, other: Any, *, same: bool) -> None:
    assert delimited.same(one, other) is same


def test_serialized_form() -> None:
    assert CSV().serialize() == {"type": "CSV", "escape": "\\"}
    assert TSV().serialize() == {
        "type": "TSV",
        "column_separator": "\t",
        "record_separator": "\n",
        "escape": "\\",
    }
