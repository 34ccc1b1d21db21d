"""FLOAT columns of MariaDB on the plain way: exact where the query's rows can be had in another form, told where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from datapipeline_provider.hooks import portable
from datapipeline_provider.hooks.sql_text import parse_one

from tests.provider.hooks.test_mysql_load import database, server

if TYPE_CHECKING:
    from datapipeline_provider.hooks.mysql import MySQL

__all__ = ["database", "server"]  # fixtures


@pytest.fixture
def floats(database: MySQL) -> MySQL:
    """A database with a table of FLOATs."""
    for sql in (
        "drop table if exists fl",
        "create table fl (id int, f float, b bit(3), w varbinary(9))",
        "insert into fl values (1, 1234567, 5, x'00ff'), (2, 0.1, 0, ''), (3, null, null, null)",
    ):
        database.run(parse_one(sql, database.dialect))
    database.commit()
    return database


@pytest.mark.parametrize(
    ("query", "reader", "columns", "rows"),
    [
        ("select id, f from fl order by id", None, ("id", "f"), [("1", "1234567"), ("2", "0.1"), ("3", None)]),
        ("select f as `a``b`, b from fl order by id desc limit 2 -- all", "mysql", ("a`b", "b"), [(None, None), ("0.10000000149011612", b"\0")]),
        ("select f, b, w from fl where id = 1", "postgresql", ("f", "b", "w"), [("1234567", "5", b"\0\xff")]),
        ("select f, w from fl where id = 1", portable.READER, ("f", "w"), [("1234567", "\\x00ff")]),
        ("select max(f), f from fl where id = 1", None, ("max(f)", "f"), [("1234567", "1234567")]),
        ("select id, id as id, f from fl where id = 2", None, ("id", "id", "f"), [("2", "2", "0.1")]),
        ("select f as c1, id as c2 from fl where id < 3 order by id desc", None, ("c1", "c2"), [("0.1", "2"), ("1234567", "1")]),
        ("select f as c2, id as c1 from fl where id < 3 order by f", None, ("c2", "c1"), [("0.1", "2"), ("1234567", "1")]),
        ("select 1 as n", None, ("n",), [("1",)]),
    ],
)  # fmt: skip
def test_the_plain_way_is_exact(
    floats: MySQL, query: str, reader: str | None, columns: tuple[str, ...], rows: list[object],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    found = [row for batch in floats.reading(query, reader=reader) for row in batch]
    assert (floats.columns, [tuple(row) for row in found]) == (columns, rows)
    assert "six digits" not in caplog.text


@pytest.mark.parametrize(
    ("query", "rows", "why"),
    [
        (
            "select f from fl where id = 1 union all select f from fl where id = 2",
            [("1234570",), ("0.1",)],
            "the server would put all rows of a UNION ALL aside",
        ),
        ("select f, @n := 1 from fl where id = 1", [("1234570", "1")], "the query may set variables"),
        (
            "select cast(id + 1234566 + 0 * sleep(0) as float) as f from fl where id = 1",
            [("1234570",)],
            "column 'f' is a FLOAT, and the query calls SLEEP",
        ),
    ],
)
def test_what_cannot_be_exact_is_told(
    floats: MySQL, query: str, rows: list[object], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = [tuple(row) for batch in floats.reading(query, reader=None) for row in batch]
    assert found == rows
    assert f"FLOAT columns come with six digits: {why}" in caplog.text
