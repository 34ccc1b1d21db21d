"""PostgreSQL's COPY in both directions gives what the plain way gives, on a real server."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import reading, writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.lines import record_of
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.regex import RegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.bulk import (
    Declined,
    DeclinedError,
    Exporter,
    Loader,
    RefusedLineError,
    Target,
    UnwritableError,
)
from datapipeline_provider.hooks.errors import CancelledError, DatabaseError
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.hooks.postgresql_text import quoted_text
from datapipeline_provider.hooks.sql_text import parse_one
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.provider.copy.hostile import FIELDS
from tests.provider.hooks.places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.postgres import Postgres

QUOTED = QuotedCSV()
FORMATS = [CSV(), TSV(), TSV(column_separator="|"), TSV(column_separator="\x01"), TSV(column_separator="\v")]
some_cases = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def progress() -> Progress:
    return Progress(logging.getLogger("test"))


@pytest.fixture
def database(postgres: Postgres) -> Iterator[PostgreSQL]:
    with PostgreSQL(place("postgres", postgres)) as opened:
        yield opened


# Export

HOSTILE = [value for value in FIELDS if value] + [
    "\b",
    "\x01",
    "\v",
    "\t",
    "\r",
    "\\\t",
    "\\b",
    "\\",
    "|",
    "a\r",
]
TEXTS = some.lists(some.sampled_from([*HOSTILE, "", "x", "t", "N", "n", "."]), max_size=4).map("".join)
TYPES: dict[str, Any] = {
    "text": TEXTS,
    "varchar(200)": TEXTS,
    "bigint": some.integers(-(2**63), 2**63 - 1).map(str),
    "numeric(38,10)": some.decimals(-(10**27), 10**27, places=10).map(str),
    "numeric": some.sampled_from(["NaN", "Infinity", "-Infinity", "0.00", "1e100"]),
    "float8": some.floats().map(str),
    "real": some.floats(width=32).map(str),
    "boolean": some.sampled_from(["t", "f"]),
    "date": some.sampled_from(["0044-03-15 BC", "infinity", "-infinity", "1969-07-20", "5874897-12-31"]),
    "timestamp": some.sampled_from(["4713-01-01 00:00:00 BC", "infinity", "1969-12-31 23:59:59.123456"]),
    "timestamptz": some.sampled_from(["0001-01-01 00:00:00+00 BC", "2024-02-29 12:00:00.5+05:30"]),
    "time": some.sampled_from(["24:00:00", "00:00:00.000001"]),
    "interval": some.sampled_from(["-1 year 2 mons -3 days 04:05:06.7", "0", "1000000 hours"]),
    "bytea": some.binary(max_size=8).map(lambda value: "\\x" + value.hex()),
    "uuid": some.uuids().map(str),
    "bit varying": some.text("01", max_size=5),
    "text[]": some.sampled_from(["{}", "{NULL}", '{"a,b","\\\\"}', '{"NULL"," "}', "{{1,2},{3,4}}"]),
    "json": some.sampled_from(['{"a": "\\\\ \\t"}', "null", '""', '{"a" : [1, null]}']),
    "jsonb": some.sampled_from(['{"a": "\\\\ \\t"}', "null", '"\\u00fc"']),
    "char(3)": some.sampled_from(["", "a", "ab "]),
    "inet": some.sampled_from(["::1", "10.0.0.0/8"]),
    "money": some.sampled_from(["-1234.50"]),
    "int4range": some.sampled_from(["empty", "[1,5)"]),
    "point": some.sampled_from(["(1,2)"]),
}


@dataclass
class Table:
    """A query's column types and rows as texts."""

    types: list[str]
    rows: list[list[str | None]]

    def query(self, database: PostgreSQL) -> str:
        cells = (", ".join(map(database.literal, row)) for row in self.rows)
        names = ", ".join(f'"c {n}"' for n in range(len(self.types)))
        if not self.rows:
            return f"select {', '.join(f'null::{kind}' for kind in self.types)} where false -- none"
        casts = ", ".join(f'"c {n}"::{kind}' for n, kind in enumerate(self.types))
        lines = ", ".join(f"({line})" for line in cells)
        return f"select {casts} from (values {lines}) as v ({names}) -- all;"


@some.composite
def tables(draw: Any) -> Table:
    types = draw(some.lists(some.sampled_from(sorted(TYPES)), min_size=1, max_size=5))
    row = some.tuples(*(some.none() | TYPES[kind] for kind in types))
    return Table(types, draw(some.lists(row.map(list), max_size=4)))


def exported(database: PostgreSQL, query: str, data_format: Any) -> bytes:
    exporter = database.exporter(query, data_format)
    assert isinstance(exporter, Exporter), exporter
    parts: list[bytes] = []
    counted = progress()
    exporter.export(parts.append, counted)
    return b"".join(parts)


def plainly(database: PostgreSQL, query: str, data_format: Any) -> bytes:
    """The plain way, which knows nothing of COPY."""
    writer = writing.writer(data_format)
    parts, first = [], 1
    for rows in database.reading(query, reader=None):
        parts.append(writer.write(Batch("q", first, rows, database.columns)))
        first += len(rows)
    return b"".join(parts)


def outcome(way: Any, *arguments: Any) -> bytes | str:
    try:
        found: bytes = way(*arguments)
    except UnwritableError as error:
        return str(RecordError("q", error.row, error.problem, error.key))
    except RecordError as error:
        return str(error)
    return found


@some_cases
@given(table=tables(), data_format=some.sampled_from(FORMATS), feed=some.booleans())
def test_the_server_writes_the_bytes_of_the_plain_way(
    database: PostgreSQL, table: Table, data_format: Any, feed: bool
) -> None:
    if feed and table.rows and "text" in table.types:
        table.rows[-1][table.types.index("text")] = "secret\\\n\\n"
    query = table.query(database)
    assert outcome(exported, database, query, data_format) == outcome(plainly, database, query, data_format)
    database.rollback()


@some_cases
@given(table=tables())
def test_csv_with_quotes_has_equal_cells(database: PostgreSQL, table: Table) -> None:
    if table.rows and "text" in table.types:
        table.rows[0][table.types.index("text")] = 'a\n\\.\n"\r\n\\.'
    query = table.query(database)
    cells = [tuple(row) for rows in database.reading(query, reader=None) for row in rows]
    written = exported(database, query, QUOTED)
    read = [row for batch in reading.batches(iter([written]), QUOTED, "q") for row in batch.rows]
    assert [tuple(row) for row in read] == cells
    database.rollback()


def test_a_line_feed_is_found_in_any_block(database: PostgreSQL) -> None:
    query = (
        "select i, repeat('x', 100), case i when 9000 then E'a\\n' end as v from generate_series(1, 10000) i"
    )
    exporter = database.exporter(query, CSV())
    assert isinstance(exporter, Exporter)
    assert exporter.columns == ("i", "repeat", "v")
    with pytest.raises(UnwritableError) as caught:
        exporter.export(len, progress())
    assert (caught.value.row, caught.value.key) == (9000, " (i = 9000)")
    assert (
        caught.value.problem == "column 3 (v) holds the record separator '\\n', which the format cannot write"
    )
    database.rollback()
    assert plainly(database, "select 1", CSV()) == b"1\n"


def test_rows_come_in_large_parts_and_are_counted(database: PostgreSQL) -> None:
    exporter = database.exporter("select repeat('x', 1000) from generate_series(1, 3000)", QUOTED)
    assert isinstance(exporter, Exporter)
    sizes: list[int] = []
    counted = progress()
    exporter.export(lambda data: sizes.append(len(data)), counted)
    assert (sum(sizes), counted.moved()["rows"]) == (3000 * 1001, 3000)
    assert 100_000 < max(sizes) < 500_000


def test_an_export_that_is_stopped_leaves_at_once(postgres: Postgres) -> None:
    with PostgreSQL(place("postgres", postgres)) as opened:
        exporter = opened.exporter("select generate_series(1, 1000000000)", CSV())
        assert isinstance(exporter, Exporter)
        stopped = progress()
        stopped.stop.set()
        with pytest.raises(CancelledError):
            exporter.export(len, stopped)
        opened.rollback()
        assert plainly(opened, "select 1", CSV()) == b"1\n"


@pytest.mark.parametrize(
    ("query", "data_format", "reason"),
    [
        ("select 1; select 2", CSV(), "one statement"),
        ("with w as (insert into t values (1) returning *) select * from w", CSV(), "only reads"),
        ("show server_version", CSV(), "only reads"),
        ("select 1 into new_table", CSV(), "only reads"),
        ("select 1", CSV(escape="^"), "backslash"),
        ("select 1", TSV(record_separator=";"), "line feed"),
        ("select 1", TSV(column_separator="a"), "does not take 'a'"),
        ("select 1", TSV(column_separator="ü"), "does not take 'ü'"),
        ("select 1", QuotedCSV(column_separator="ü"), "ASCII"),
        ("select 1", RegEx("(.*)"), "does not write the format RegEx"),
    ],
)
def test_what_copy_cannot_is_declined(
    database: PostgreSQL, query: str, data_format: Any, reason: str
) -> None:
    offer = database.exporter(query, data_format)
    assert isinstance(offer, Declined)
    assert reason in offer.reason


@pytest.mark.parametrize(
    "query", ["(select 1) union all (select 2)", "values (1), (2)", "with w as (select 1) table w;"]
)
def test_forms_of_queries(database: PostgreSQL, query: str) -> None:
    assert exported(database, query, CSV()) == plainly(database, query, CSV()) != b""


def test_a_wrong_query_is_told_as_the_plain_way_does(database: PostgreSQL) -> None:
    with pytest.raises(DatabaseError, match=r"'orders': the query failed: .*exist"):
        database.exporter("select * from missing", CSV())


def test_redshift_declines(postgres: Postgres) -> None:
    with PostgreSQL(place("redshift", postgres)) as opened:
        assert isinstance(opened.exporter("select 1", CSV()), Declined)
        target = Target(parse_one("insert into t values (?)", opened.dialect), "t", ("a",), "orders")
        assert isinstance(opened.loader(target, CSV()), Declined)


# Load


def target(database: PostgreSQL, insert: str | None = None, table: str = "t") -> Target:
    if insert is not None:
        return Target(parse_one(insert, database.dialect), None, (), "orders")
    columns = database.table_columns(table)
    marks = ", ".join("?" * len(columns))
    return Target(
        parse_one(f"insert into {table} values ({marks})", database.dialect), table, columns, "orders"
    )


def loader(database: PostgreSQL, insert: str | None = None, data_format: Any = None) -> Loader:
    offer = database.loader(target(database, insert), data_format or CSV())
    assert isinstance(offer, Loader), offer
    return offer


def load(
    database: PostgreSQL, data: bytes, insert: str | None = None, data_format: Any = None, size: int = 1 << 20
) -> int | None:
    by = loader(database, insert, data_format)
    counted = progress()
    by.load((data[start : start + size] for start in range(0, len(data), size)), "s3://b/k", counted)
    by.finish(counted)
    return counted.moved()["rows"]


@pytest.fixture
def t(database: PostgreSQL) -> PostgreSQL:
    """The database with an empty table t (a, b) of texts and u (id serial, v int), until the transaction ends."""
    database.do("drop table if exists t cascade", "a test")
    database.do("create table t (a text, b text)", "a test")
    database.do("drop table if exists u", "a test")
    database.do("create table u (id serial primary key, n int, v varchar(5))", "a test")
    database.commit()
    return database


def rows(database: PostgreSQL, query: str = "select * from t") -> list[tuple[Any, ...]]:
    return [tuple(row) for batch in database.reading(query, reader=None) for row in batch]


PIECES = [
    "\\",
    "\\\\",
    "\\n",
    "n",
    ",",
    "\\,",
    "\t",
    "\\\t",
    "\r",
    "x",
    "",
    ".",
    "\\.",
    "|",
    "N",
    "ü😀",
    '"',
    "\\|",
]
FILES = some.lists(
    some.lists(some.sampled_from(PIECES), max_size=6).map("".join), min_size=1, max_size=5
).map("\n".join)


@some_cases
@given(
    text=FILES,
    data_format=some.sampled_from(FORMATS[:3]),
    last=some.sampled_from(["", "\n"]),
    size=some.integers(1, 30),
)
@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("way", ["table", "stage"])
def test_the_server_reads_what_the_plain_way_reads(
    t: PostgreSQL, text: str, data_format: Any, last: str, size: int, columns: int, way: str
) -> None:
    data = (text + last).encode()
    t.do("drop table t", "a test")
    t.do(f"create table t ({', '.join(f'c{n} text' for n in range(columns))})", "a test")
    t.commit()
    insert = f"insert into t values ({', '.join('?' * columns)})" if way == "stage" else None
    try:
        wanted: Any = [
            tuple(row) for batch in reading.batches(iter([data]), data_format, "q") for row in batch.rows
        ]
        if any(len(row) != columns for row in wanted):
            wanted = DeclinedError
    except RecordError:
        wanted = DeclinedError  # and the plain way says it
    try:
        count = load(t, data, insert, data_format, size)
        found: Any = rows(t)
        assert count == len(found)
    except DeclinedError as error:
        found = type(error)
    assert found == wanted
    t.rollback()


@some_cases
@given(table=tables(), size=some.integers(1, 300), data_format=some.sampled_from([*FORMATS, QUOTED]))
def test_there_and_back(database: PostgreSQL, table: Table, size: int, data_format: Any) -> None:
    query = table.query(database)
    database.do("drop table if exists there", "a test")
    columns = ", ".join(f'"c {n}" {kind}' for n, kind in enumerate(table.types))
    database.do(f"create table there ({columns})", "a test")
    insert = f"insert into there values ({', '.join('?' * len(table.types))})"
    offer = database.loader(target(database, insert), data_format)
    assert isinstance(offer, Loader), offer
    written = exported(database, query, data_format)
    parts = (written[start : start + size] for start in range(0, len(written), size))
    try:
        offer.load(parts, "q", progress())
    except DeclinedError:
        assert data_format is not QUOTED
        assert b"\r\n" in written
        database.rollback()
        return
    offer.finish(progress())
    assert rows(database, "select * from there") == rows(database, query)
    database.rollback()


def test_all_hostile_values(t: PostgreSQL) -> None:
    for data_format in (*FORMATS, QUOTED):
        data = writing.writer(data_format).write(Batch("q", 1, [(value, "x") for value in FIELDS]))
        load(t, data, None, data_format, 7)
        assert rows(t) == [(value, "x") for value in FIELDS]
        t.rollback()


@pytest.mark.parametrize("data_format", [CSV(), QUOTED])
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"3,x,secret", "invalid text representation (SQLSTATE 22P02), column n"),
        (b"1,7,x", "unique violation (SQLSTATE 23505), constraint u_pkey, table u"),
        (b"3,7,secrets", "string data right truncation (SQLSTATE 22001), column v"),
    ],
)
def test_a_refused_record_is_named(t: PostgreSQL, data_format: Any, line: bytes, problem: str) -> None:
    data = b'1,7,"x"\n2,8,"x"\n' + (line.replace(b"x,secret", b"secret,x")) + b"\n4,1,x\n"
    by = t.loader(target(t, table="u"), data_format)
    assert isinstance(by, Loader)
    with pytest.raises(DatapipelineError) as caught:
        by.load(iter([data]), "s3://b/k", progress())
    error = caught.value
    if isinstance(error, RefusedLineError):
        error = RecordError("s3://b/k", record_of(error.line, iter([data])), error.problem)  # type: ignore[assignment]
    assert str(error) == f"s3://b/k, row 3: connection 'orders' refuses it: {problem}."
    assert caught.value.__cause__ is None


def test_the_place_in_the_insert_query_is_named(t: PostgreSQL) -> None:
    by = loader(t, "insert into u (v, n) values (?, ?)")
    with pytest.raises(
        RecordError, match=r"^s3://b/k, row 2: .*invalid text representation \(SQLSTATE 22P02\), column 2\.$"
    ):
        by.load(iter([b"a,1\nb,secret\n"]), "s3://b/k", progress())


def test_numbers_are_given_in_the_order_of_the_files(t: PostgreSQL) -> None:
    by = loader(t, "insert into u (v, n) values (lower(?), ? /* a, b) */ ) returning id -- done")
    lines = b"".join(b"A%d,%d\n" % (number % 1000, number) for number in range(30_000))
    by.load(iter([lines]), "1", progress())
    by.load(iter([b"LAST,\\n\n"]), "2", progress())
    by.finish(progress())
    t.commit()
    assert rows(t, "select count(*), count(*) filter (where n = id - 1), max(v) from u") == [
        ("30001", "30000", "last")
    ]
    assert rows(t, "select count(*) from pg_class where relname = 'datapipeline_stage'") == [("0",)]


def test_a_row_refused_at_the_end_is_for_the_plain_way(t: PostgreSQL) -> None:
    by = loader(t, "insert into u (v) values (? || 'xxx')")
    by.load(iter([b"a\nsecret\n"]), "1", progress())
    with pytest.raises(DeclinedError) as caught:
        by.finish(progress())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("prepare", "insert", "reason"),
    [
        ("", "insert into u (n) select ?::int", "no single VALUES"),
        ("", "insert into u (n) values (?), (3)", "more than one bracket"),
        ("", "insert into u values (default, ?, ?)", "DEFAULT"),
        ("", "insert into u (n, v) values (?, (select max(v) from u))", "more than insert values"),
        ("", "insert into u (n) values (?, ?)", "more expressions"),
        ("", "insert into missing values (?)", "does not exist"),
        (
            "create function f(int) returns int language sql as 'select 1'",
            "insert into u (n) values (f(?))",
            "functions",
        ),
        (
            "create function g() returns trigger language plpgsql as 'begin return new; end'; "
            "create trigger g before insert on u for each row execute function g()",
            "insert into u (n) values (?)",
            "triggers",
        ),
        ("create rule r as on insert to u do also delete from t", "insert into u (n) values (?)", "rule"),
    ],
)
def test_insert_queries_that_are_declined(t: PostgreSQL, prepare: str, insert: str, reason: str) -> None:
    if prepare:
        t.do(prepare, "a test")
        t.commit()
    try:
        offer = t.loader(target(t, insert), CSV())
        assert isinstance(offer, Declined)
        assert reason in offer.reason
        assert rows(t, "select count(*) from pg_class where relname = 'datapipeline_stage'") == [("0",)]
    finally:
        t.rollback()
        t.do(
            "drop function if exists f; drop function if exists g cascade; drop rule if exists r on u",
            "a test",
        )
        t.commit()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        ("create view v as select * from u", "not a table"),
        ("create table v (id int generated always as identity, n int)", "fills itself"),
        ("create table v (n int, m int generated always as (n + 1) stored)", "fills itself"),
        ("create table v (n int); alter table v enable row level security", "row-level security"),
        ("create table v (n int); create rule r as on insert to v do nothing", "rules"),
        (
            "create table v (n int) partition by range (n); create table v_rest partition of v default; "
            "create function pg_temp.g() returns trigger language plpgsql as 'begin return new; end'; "
            "create trigger g before insert on v_rest for each row execute function pg_temp.g()",
            "triggers",
        ),
    ],
)
def test_tables_that_are_declined(t: PostgreSQL, prepare: str, reason: str) -> None:
    t.do(prepare, "a test")
    offer = t.loader(target(t, table="v"), CSV())
    assert isinstance(offer, Declined)
    assert reason in offer.reason
    t.rollback()


def test_an_upsert_of_one_key_twice_is_for_the_plain_way(t: PostgreSQL) -> None:
    upsert = "insert into u values (?, ?) on conflict (id) do update set n = u.n + excluded.n"
    assert load(t, b"1,1\n2,5\n", upsert) == 2
    t.commit()
    assert load(t, b"1,2\n3,1\n", upsert) == 2
    assert rows(t, "select id, n from u order by id") == [("1", "3"), ("2", "5"), ("3", "1")]
    t.rollback()
    with pytest.raises(DeclinedError, match="SQLSTATE 21000"):
        load(t, b"4,1\n4,2\n", upsert)


def test_what_stops_the_input_stops_the_load(t: PostgreSQL) -> None:
    def parts() -> Iterator[bytes]:
        yield b"a,b\n"
        raise RecordError("s3://b/k", 1, "is broken")

    with pytest.raises(RecordError, match="is broken") as caught:
        loader(t).load(parts(), "s3://b/k", progress())
    assert caught.value.__cause__ is None
    t.rollback()
    assert rows(t) == []


def test_a_killed_connection_is_not_tried_in_another_way(t: PostgreSQL, postgres: Postgres) -> None:
    [(pid,)] = rows(t, "select pg_backend_pid()")
    by = loader(t)

    def parts() -> Iterator[bytes]:
        yield b"a,b\n"
        with closing(postgres.connect()) as other, other.cursor() as cursor:
            cursor.execute(f"select pg_terminate_backend({pid})")
        while True:
            yield b"a,b\n" * 100_000

    with pytest.raises(DatabaseError, match="'orders': loading failed"):
        by.load(parts(), "s3://b/k", progress())


# Lines that mean something to a server


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\n\\.\nb\n", "end of the data"),
        (b"\\.\r\nb\n", "end of the data"),
        (b"a\n\\.", "end of the data"),
        (b"a\rb\rc", "carriage return"),
    ],
)
def test_csv_that_the_server_could_misread(data: bytes, reason: str, size: int) -> None:
    parts = (data[start : start + size] for start in range(0, len(data), size))
    with pytest.raises(DeclinedError, match=reason):
        list(quoted_text(parts, ends=True))


@pytest.mark.parametrize("data", [b'a,"\r",b\nc\rd', b"a\r\nb", b"x\\.\ny,\\.\n", b"a\n\\.x\n"])
def test_csv_that_passes(data: bytes) -> None:
    assert b"".join(quoted_text(iter([data]), ends=True)) == data


SOME_FIELDS = ["x", "", '"a\nb"', '"\n"', '"\r\n"', '"""\r"', '"""\n"""', '"a\n\n""\r\r"']


@some_cases
@given(
    fields=some.lists(some.sampled_from(SOME_FIELDS), min_size=1, max_size=6),
    bad=some.integers(0, 5),
    end=some.sampled_from(["\n", "\r\n"]),
    size=some.integers(1, 20),
)
def test_the_record_of_a_line(t: PostgreSQL, fields: list[str], bad: int, end: str, size: int) -> None:
    """The server itself says a line for a record that is known."""
    bad %= len(fields)
    lines = (f"{'y' if n == bad else n},{field}{end}" for n, field in enumerate(fields))
    data = "".join(lines).encode()
    by = t.loader(target(t, "insert into u (n, v) values (?, ?)"), QUOTED)
    assert isinstance(by, Loader)
    with pytest.raises(RefusedLineError) as caught:
        by.load(iter([data]), "q", progress())
    parts = (data[start : start + size] for start in range(0, len(data), size))
    assert record_of(caught.value.line, parts) == bad + 1
    t.rollback()
