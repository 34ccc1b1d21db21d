r"""What INSERT is given of a file that can carry everything, held against what LOAD DATA makes of the same file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import reading
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.sinks import SqlSink
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.hooks import portable
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL

from tests.provider.hooks.places import place as any_place
from tests.provider.hooks.test_mysql_load import PROGRESS, database, loaded, make, rows, server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.hooks.database import Database

    from tests.servers.postgres import Postgres

__all__ = ["database", "server"]  # fixtures

COLUMNS = "id int, r varbinary(9), t tinyint(1), o bit(1), b bit(12), at datetime(6), d time, v varchar(30), f float"
DATA = (
    b"1,\\x00ff,t,true,5,2024-01-31 07:07:00.25+00,07:07:00+00,\\x00ff,0.25\n"
    b'2,"\\x",F,f,0,2024-01-31,00:00:01,t,0.5\n'
    b"3,\\xABC,TRUE,1,4095,,,+00,\n"
    b'4,,7,0,,,,"",\n'
    b"5,,,,,,,,\n"
)
EXPECTED = [
    ("1", b"\0\xff", "1", b"\1", b"\0\5", "2024-01-31 07:07:00.250000", "07:07:00", "\\x00ff", "0.25"),
    ("2", b"", "0", b"\0", b"\0\0", "2024-01-31 00:00:00.000000", "00:00:01", "t", "0.5"),
    ("3", b"\x0a\xbc", "1", b"\1", b"\x0f\xff", None, None, "+00", None),
    ("4", None, "7", b"\0", None, None, None, "", None),
    ("5", None, None, None, None, None, None, None, None),
]
INSERT = "insert into l (id, r, t, o, b, at, d, v, f) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def written(database: Database, data: bytes, data_format: Any, **node: Any) -> None:
    """Write a file on the plain way, without ending the transaction."""

    def batches() -> Iterator[Batch]:
        from dataclasses import replace

        for batch in reading.batches(iter([data]), data_format, "s3://b/1"):
            yield replace(batch, portable=True)

    SqlSink(database, SqlDataNode("orders", **node)).write(batches(), PROGRESS)


@pytest.mark.parametrize("insert", [None, INSERT])
def test_both_ways_give_the_same(database: MySQL, insert: str | None) -> None:
    make(database, COLUMNS)
    node = {"insert_query": insert} if insert else {"table": "l"}
    written(database, DATA, QuotedCSV(), **node)
    assert rows(database) == EXPECTED
    make(database, COLUMNS)
    assert loaded(database, QuotedCSV(), DATA, insert=insert) == EXPECTED


def test_json_lines(database: MySQL) -> None:
    make(database, "id int, r blob, t boolean, o bit(1), b bit(12)")
    written(database, b'{"id": 1, "r": "\\\\x00ff", "t": true, "o": false, "b": 5}\n', JSONLines(), table="l")
    assert rows(database) == [("1", b"\0\xff", "1", b"\0", b"\0\5")]


def test_a_column_whose_value_is_computed_takes_it_as_it_is(database: MySQL) -> None:
    make(database, "id int, r varbinary(9), t boolean, n int")
    insert = "insert into l (r, id, n, t) values (concat(?, ''), ?, ? + (select 1), ?)"
    written(database, b"\\x41,1,1,true\n", QuotedCSV(), insert_query=insert)
    assert rows(database) == [("1", b"\\x41", "1", "2")]


@pytest.mark.parametrize("cell", [b"\\x0z,,,", b"41,,,", b"\\x4 1,,,", b",5x,,", b",-1,,", b",1_0,,"])
def test_both_ways_refuse_the_same(database: MySQL, cell: bytes) -> None:
    make(database, "r varbinary(9), b bit(12), t boolean, v text")
    with pytest.raises(RecordError, match=r"^s3://b/1, row 2: "):
        loaded(database, QuotedCSV(), b",,,\n" + cell + b"\n")
    database.rollback()
    with pytest.raises(RecordError, match=r"^s3://b/1, row 2: column [12] is not of its type") as caught:
        written(database, b",,,\n" + cell + b"\n", QuotedCSV(), table="l")
    assert cell.strip(b",").decode() not in str(caught.value)


def test_postgresql_takes_what_any_database_writes(postgres: Postgres) -> None:
    with PostgreSQL(any_place("postgres", postgres)) as opened:
        opened.do("create temp table l (id int, r bytea, t boolean, at timestamptz, d timetz)", "creating")
        data = (
            b"1,\\x00FF,1,2024-01-31 07:07:00.25+00,07:07:00+00\n"
            b"2,\\x,0,2024-01-31 07:07:00,\n3,,t,,\n4,,false,,\n"
        )
        written(opened, data, QuotedCSV(), insert_query="insert into l values (?, ?, ?, ?, ?)")
        found = [row for batch in opened.reading("select * from l", reader=portable.READER) for row in batch]
    assert found == [
        ("1", "\\x00ff", "t", "2024-01-31 07:07:00.25+00", "07:07:00+00"),
        ("2", "\\x", "f", "2024-01-31 07:07:00+00", None),
        ("3", None, "t", None, None),
        ("4", None, "f", None, None),
    ]
