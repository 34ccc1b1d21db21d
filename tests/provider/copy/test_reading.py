from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import reading
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.reading import blocks
from datapipeline_provider.copy.writing import writer
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.tsv import TSV
from hypothesis import given
from hypothesis import strategies as some

from tests.provider.copy.hostile import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(text: str | bytes, data_format: Any = None, size: int = 1 << 20) -> list[tuple[Any, ...]]:
    data = text.encode() if isinstance(text, str) else text
    parts = (data[start : start + size] for start in range(0, len(data), size))
    batches = list(reading.batches(parts, data_format or CSV(), "s3://b/k"))
    numbers = [batch.first for batch in batches]
    assert numbers == [1 + sum(len(b.rows) for b in batches[:n]) for n in range(len(batches))]
    return [tuple(row) for batch in batches for row in batch.rows]


@pytest.mark.parametrize(("value", "fields"), FIELDS.items())
def test_fields(value: str | None, fields: tuple[str, str]) -> None:
    csv, tsv = fields
    assert read(f"{csv},x\n") == [(value, "x")]
    assert read(f"{tsv}\tx\n", TSV()) == [(value, "x")]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\n", [("",)]),
        ("a,b\nc,d", [("a", "b"), ("c", "d")]),
        ("a\n\nb\n", [("a",), ("",), ("b",)]),
        (",,\n", [("", "", "")]),
        (r"C:\dir,\t", [(r"C:\dir", r"\t")]),  # a backslash before anything else is itself
        (r"a\nb,\n,\n ", [(r"a\nb", None, r"\n ")]),
        (r"\\n", [(r"\n",)]),
        ('"a,b"', [('"a', 'b"')]),  # quotes mean nothing
        ("\ufeffa", [("\ufeffa",)]),
        ("a\rb,c", [("a\rb", "c")]),
    ],
)
def test_records(text: str, rows: list[tuple[str | None, ...]]) -> None:
    assert read(text) == rows


@pytest.mark.parametrize(
    ("data_format", "text", "rows"),
    [
        (CSV(escape="^"), "a^,b,a^^b\\,\\n\n", [("a,b", "a^b\\", None)]),
        (TSV(column_separator="|", record_separator=";"), "a\\|b|x\r\ny;c;", [("a|b", "x\r\ny"), ("c",)]),
    ],
)
def test_other_characters(data_format: Any, text: str, rows: list[tuple[str | None, ...]]) -> None:
    assert read(text, data_format) == rows


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 64])
def test_records_cut_anywhere(size: int) -> None:
    rows = [(value, "x") for value in FIELDS]
    data = writer(CSV()).write(Batch("", 1, rows))
    assert read(data, size=size) == rows
    assert read(data[:-1], size=size) == rows


@pytest.mark.parametrize(
    ("data", "row", "problem"),
    [
        (b"a,secret\r\nb,c\r\n", 1, "CR LF"),
        (b"a,b\nc,secret\r\n", 2, "CR LF"),
        (b"a,b\nsecret\\\nd\n", 2, "escape character stands before the end"),
        (b"a\nb\nsecret\\", 3, "escape character stands before the end"),
        (b"a\nb\n\xff\xfesecret\n", 3, "not UTF-8"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_files_of_another_kind_fail_without_being_shown(
    data: bytes, row: int, problem: str, size: int
) -> None:
    with pytest.raises(RecordError) as caught:
        read(data, size=size)
    assert str(caught.value).startswith(f"s3://b/k, row {row}")
    assert problem in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_record_without_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LONGEST_RECORD", 100)

    def endless() -> Iterator[bytes]:
        yield b"a\n"
        while True:
            yield b"x" * 10

    with pytest.raises(RecordError, match="row 2: no record separator within 100 bytes"):
        list(reading.batches(endless(), CSV(), "s3://b/k"))


value = some.none() | some.text(some.characters(exclude_characters="\n", exclude_categories=["Cs"]))


@given(
    some.lists(some.lists(value, min_size=1).map(tuple)),
    some.sampled_from([CSV(), TSV()]),
    some.integers(1, 9),
)
def test_what_was_written_is_read(rows: list[tuple[str | None, ...]], data_format: Any, size: int) -> None:
    rows = [row for row in rows if not (row[-1] or "").endswith("\r")]
    assert read(writer(data_format).write(Batch("", 1, rows)), data_format, size) == rows


def test_a_carriage_return_at_the_end_of_a_record_is_the_one_thing_that_cannot_be_read_back() -> None:
    with pytest.raises(RecordError, match="CR LF"):
        read(writer(CSV()).write(Batch("", 1, [("a", "b\r")])))
