"""RFC 4180, both ways; PostgreSQL is asked whether it reads the same."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import reading, writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from hypothesis import given
from hypothesis import strategies as some

from tests.provider.copy.hostile import FIELDS

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

HOSTILE = [*FIELDS, "\n", "\r", "\r\n", 'a"\nb', "ends in \r"]


def written(*rows: tuple[str | None, ...], data_format: Any = None) -> str:
    writer = writing.writer(data_format or QuotedCSV())
    return (writer.write(Batch("t", 1, rows, ("a", "b"))) + writer.finish()).decode()


def read(text: str | bytes, size: int = 1 << 20, data_format: Any = None) -> list[tuple[Any, ...]]:
    data = text.encode() if isinstance(text, str) else text
    parts = (data[start : start + size] for start in range(0, len(data), size))
    batches = list(reading.batches(parts, data_format or QuotedCSV(), "s3://b/k"))
    assert [b.first for b in batches] == [
        1 + sum(len(b.rows) for b in batches[:n]) for n in range(len(batches))
    ]
    return [tuple(row) for batch in batches for row in batch.rows]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, ""),
        ("", '""'),
        ("NULL", "NULL"),
        (r"\N", r"\N"),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ('"', '""""'),
        ("a\nb", '"a\nb"'),
        ("a\r", '"a\r"'),
        ("tab\t", "tab\t"),
        (" blanks ", " blanks "),
        (r"\.", r"\."),
    ],
)
def test_fields(value: str | None, field: str) -> None:
    assert written((value, "x"), ("y", value)) == f"{field},x\ny,{field}\n"
    assert read(f"{field},x\ny,{field}\n") == [(value, "x"), ("y", value)]


@pytest.mark.parametrize(
    ("row", "text"), [((r"\.",), '"\\."\n'), ((None,), "\n"), (("",), '""\n'), ((None, None), ",\n")]
)
def test_lonely_values(row: tuple[str | None, ...], text: str) -> None:
    assert written(row) == text
    assert read(text) == [row]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b", [("a", "b")]),
        ("a,b\r\nc,\r\n", [("a", "b"), ("c", None)]),
        ('"a","b"\r\n"c\r\n","d"', [("a", "b"), ("c\r\n", "d")]),
        ('"",""\n', [("", "")]),
        ("\n\n", [(None,), (None,)]),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_other_writers(text: str, rows: list[tuple[str | None, ...]], size: int) -> None:
    assert read(text, size) == rows


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('a,b\nc,"secret', r"row 2: column 2: a quote is opened and never closed"),
        ('a,b\n"x\ny",1\nc,"secret"x\n', r"row 3: column 2: text stands behind a closing quote"),
        ('a,b\nse"cret,1\nd,"2"\n', r"row 2: column 1: a quote stands inside a value without quotes"),
        ('a,b\n"x\ny",\xff\n', r"row 2: the text is not UTF-8"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_broken_files(text: str, problem: str, size: int) -> None:
    with pytest.raises(RecordError, match=rf"s3://b/k, {problem}") as caught:
        read(text.encode("latin-1"), size)
    assert "secret" not in str(caught.value)


def test_header() -> None:
    with_header = QuotedCSV(header=True)
    assert written(("1", "2"), data_format=with_header) == "a,b\n1,2\n"
    assert written(data_format=with_header) == "a,b\n"
    assert read('a,"b\n"\n1,2\n', 3, with_header) == [("1", "2")]
    named = QuotedCSV(header=True, columns=("x INT", "y,z"))
    assert written(("1", "2"), data_format=named) == 'x,"y,z"\n1,2\n'
    with pytest.raises(writing.file_writer.NoNamesError, match=r"QuotedCSV\(columns=...\)"):
        writing.writer(with_header).write(Batch("t", 1, [("1",)]))


@pytest.mark.parametrize(
    ("data_format", "text", "rest"),
    [
        (QuotedCSV(header=True), 'a,"b\n"\n1,"\n"\n', '1,"\n"\n'),
        (QuotedCSV(header=True), "a", ""),
        (QuotedCSV(), "a\nb\n", "a\nb\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_the_header_is_taken_off_the_bytes(data_format: Any, text: str, rest: str, size: int) -> None:
    parts = (text[start : start + size].encode() for start in range(0, len(text), size))
    assert b"".join(reading.without_header(parts, data_format, "o")).decode() == rest


cell = some.none() | some.sampled_from(HOSTILE) | some.text(some.characters(exclude_categories=["Cs"]))


@given(some.integers(1, 4).flatmap(lambda n: some.lists(some.tuples(*[cell] * n))), some.integers(1, 9))
def test_what_was_written_is_read(rows: list[tuple[str | None, ...]], size: int) -> None:
    assert read(written(*rows), size) == rows


def test_postgresql_reads_and_writes_the_same(postgres: Postgres) -> None:
    rows = [(str(n), value, value) for n, value in enumerate(HOSTILE)]
    with closing(postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table t (id int, a text, b text)")
        cursor.copy_expert("copy t from stdin (format csv)", io.StringIO(written(*rows), newline=""))
        cursor.execute("select id::text, a, b from t order by t.id")
        assert cursor.fetchall() == rows
        out = io.StringIO(newline="")
        cursor.copy_expert("copy (select * from t order by id) to stdout (format csv)", out)
        assert out.getvalue() == written(*rows)
