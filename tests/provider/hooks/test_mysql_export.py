"""Files that MariaDB writes itself, held against those of the plain path."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, UnwritableError
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.hooks.mysql import MySQL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provider.copy import hostile
from tests.provider.hooks.places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mariadb import Mariadb

FORMATS = [CSV(), TSV(), TSV(column_separator="|"), TSV(column_separator="é", record_separator="\x01")]


@pytest.fixture
def database(mariadb: Mariadb) -> Iterator[MySQL]:
    with MySQL(place("mysql", mariadb)) as opened:
        yield opened


def fast(database: MySQL, query: str, data_format: Any) -> bytes:
    exporter = database.exporter(query, data_format)
    assert not isinstance(exporter, Declined), exporter.reason
    found: list[bytes] = []
    progress = Progress(logging.getLogger())
    exporter.export(found.append, progress)
    return b"".join(found)


def plain(database: MySQL, query: str, data_format: Any) -> bytes:
    writer, first, found = writing.writer(data_format), 1, b""
    for rows in database.reading(query, reader=None):
        found += writer.write(Batch("the query", first, rows, database.columns))
        first += len(rows)
    return found + writer.finish()


TYPES = {
    "tinyint(1)": st.integers(-128, 127),
    "bigint": st.sampled_from([-(2**63), 2**63 - 1, 0]),
    "bigint unsigned": st.sampled_from([0, 2**64 - 1]),
    "int(7) zerofill": st.integers(0, 10**8),
    "decimal(38,10)": st.decimals(-(10**27), 10**27, places=10),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "float(7,3)": st.floats(-999, 999, width=32),
    "bit(5)": st.integers(0, 31),
    "bit(64)": st.sampled_from([0, 2**64 - 1, 2**63]),
    "year": st.sampled_from([0, 1901, 2155]),
    "date": st.sampled_from(["0000-00-00", "1000-01-01", "9999-12-31", "2024-02-29"]),
    "datetime(6)": st.sampled_from(
        ["0000-00-00", "1969-12-31 23:59:59.999999", "2024-02-29 01:02:03.000001"]
    ),
    "timestamp(3) null": st.sampled_from(["1970-01-01 00:00:01", "2038-01-19 03:14:07.999"]),
    "time": st.sampled_from(["838:59:59", "-838:59:59", "00:00:01"]),
    "time(6)": st.sampled_from(["-00:00:00.000001", "100:00:00"]),
    "enum('a,b', 'c\\\\d', '')": st.sampled_from(["a,b", "c\\d", ""]),
    "set('a', 'b\t')": st.sampled_from(["", "a", "a,b\t"]),
    "json": st.sampled_from(['{"a": [1, "b,\\\\c"]}', "null", '"\\u00fc"']),
    "uuid": st.just("123e4567-e89b-12d3-a456-426655440000"),
    "inet6": st.just("2001:db8::ff00:42:8329"),
    "char(3)": st.sampled_from(["", "a", "ü,\\"]),
    "varchar(40)": st.sampled_from([text for text in hostile.FIELDS if text is not None]),
    "longtext": st.text(st.characters(codec="utf-8", exclude_characters="\n\x01"), max_size=20),
    "varchar(9) character set latin1": st.sampled_from(["é|,", "\\", "ÀàA"]),
    "varchar(9) character set latin2 collate latin2_czech_cs": st.sampled_from(["ł", ","]),
    "varchar(9) character set utf16": st.sampled_from(["ü😀", "\\,"]),
    "varchar(9) character set utf8mb4 collate utf8mb4_unicode_ci": st.sampled_from(["Éé|", "e,"]),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[object, ...]]]:
    types = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=8))
    rows = st.tuples(*(st.none() | TYPES[each] for each in types))
    return types, draw(st.lists(rows, max_size=12))


def fill(database: MySQL, types: list[str], rows: list[tuple[object, ...]]) -> None:
    columns = ", ".join(f"c{number} {each} default null" for number, each in enumerate(types))
    marks = ", ".join(["%s"] * len(types))
    with database.connection.cursor() as cursor:
        cursor.execute("drop temporary table if exists made")
        cursor.execute(f"create temporary table made (placed int auto_increment primary key, {columns})")
        cursor.executemany(f"insert into made values (null, {marks})", rows)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables(), ordered=st.booleans(), data_format=st.sampled_from(FORMATS))
def test_the_same_bytes_as_the_plain_path(
    mariadb: Mariadb, table: Any, ordered: bool, data_format: Any
) -> None:
    with MySQL(place("mysql", mariadb)) as database:
        database.do("set sql_mode = ''", "letting everything in")
        fill(database, *table)
        query = "select * from made" + (" order by placed desc" if ordered else "")
        assert fast(database, query, data_format) == plain(database, query, data_format)


def test_csv_of_hostile_values(database: MySQL) -> None:
    fill(database, ["longtext"], [(value,) for value in hostile.FIELDS])
    for data_format, index in ((CSV(), 0), (TSV(), 1)):
        expected = "".join(f"{fields[index]}\n" for fields in hostile.FIELDS.values()).encode()
        assert fast(database, "select c0 from made order by placed", data_format) == expected


def test_quoted_csv(database: MySQL) -> None:
    types = ["int", "longtext", "varbinary(9)", "bit(4)", "date", "decimal(5,2)", "tinyint(1)"]
    rows = [
        (1, 'a "b", \\N\r\n', b"\x00\xff", 5, "2024-01-31", "1.50", 1),
        (2, "", b"", 0, "0000-00-00", 0, 0),
        (None,) * 7,
        (4, "NULL", b"'", None, None, None, None),
    ]
    fill(database, types, rows)  # type: ignore[arg-type]
    assert fast(database, "select * from made order by placed", QuotedCSV()) == (
        b'1,1,"a ""b"", \\N\r\n",\\x00FF,5,2024-01-31,1.50,1\n'
        b'2,2,"",\\x,0,0000-00-00,0.00,0\n'
        b"3,,,,,,,\n"
        b'4,4,"NULL",\\x27,,,,\n'
    )


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("select 1 as a, 'x' as a;", [b"1,x"]),
        ("select 1, 1, 1 + 1 -- the end", [b"1,1,2"]),
        ("with q as (select 3 as c1) select c1 from q # the end", [b"3"]),
        ("values (1, 'a'), (2, null)", [b"1,a", b"2,\\n"]),
        ("select 2 union all select 1 order by 1", [b"1", b"2"]),
        ("select seq from seq_1_to_3 order by -seq", [b"3", b"2", b"1"]),
        ("select seq from seq_1_to_9 order by -seq limit 2", [b"9", b"8"]),
        ("select seq from seq_1_to_3 order by seq desc", [b"3", b"2", b"1"]),
        ("select seq as `a b`, 1 from seq_1_to_3 order by `A B` desc", [b"3,1", b"2,1", b"1,1"]),
        ("select 5 - seq, seq from seq_1_to_4 order by 2 desc limit 2", [b"1,4", b"2,3"]),
        ("select 5 - seq as seq, seq from seq_1_to_2 order by seq desc limit 1", [b"4,1"]),
        ("select 5 - seq as seq from seq_1_to_4 order by seq limit 2 -- the end", [b"1", b"2"]),
        (
            "select seq % 2 as odd, seq from seq_1_to_4 order by odd, seq desc",
            [b"0,4", b"0,2", b"1,3", b"1,1"],
        ),
        ("select seq from seq_1_to_9 order by seq desc limit 1, 2", [b"8", b"7"]),
        ("select seq from seq_1_to_9 order by seq desc limit 2 offset 3", [b"6", b"5"]),
        ("select seq from seq_1_to_9 limit 1", [b"1"]),
        ("select 1 as n union select 2 order by n desc limit 1", [b"2"]),
        ("select seq from seq_1_to_3 where seq in (select 1 union all select 3) order by seq", [b"1", b"3"]),
        ("select group_concat(seq order by -seq) from seq_1_to_3", [b"3\\,2\\,1"]),
        ("select seq, null from seq_1_to_3 where seq > 3", []),
        ("select 'it''s', '%s {0}', '\\\\'", [b"it's,%s {0},\\\\"]),
        ("select `a b` from (select 5 as `a b`) as q", [b"5"]),
    ],
)
@pytest.mark.parametrize("mode", ["", "ANSI"])
def test_queries(database: MySQL, query: str, lines: list[bytes], mode: str) -> None:
    database.do(f"set sql_mode = '{mode}'", "setting the mode")
    assert fast(database, query, CSV()) == b"".join(line + b"\n" for line in lines)


def test_backslashes_that_are_none(database: MySQL) -> None:
    database.do("set sql_mode = 'NO_BACKSLASH_ESCAPES'", "setting the mode")
    assert fast(database, "select 'a,b', char(92 using utf8mb4)", CSV()) == b"a\\,b,\\\\\n"
    declined = database.exporter("select '\\', 1 as ordered, ' order by 1'", CSV())
    assert isinstance(declined, Declined)
    assert "backslashes" in declined.reason


def test_an_expression_is_computed_once(database: MySQL) -> None:
    """`nextval` gives another number each time."""
    database.do("create or replace sequence numbers", "making a sequence")
    try:
        query = "select nextval(numbers), concat(nextval(numbers), '') from seq_1_to_3"
        assert fast(database, query, QuotedCSV()) == b'1,"2"\n3,"4"\n5,"6"\n'
    finally:
        database.do("drop sequence numbers", "dropping it")


@pytest.mark.parametrize(
    ("query", "data_format", "why"),
    [
        ("show tables", CSV(), "does not begin with SELECT"),
        ("select 1; select 2", CSV(), "not one statement"),
        ("select 1 into @x", CSV(), "no query"),
        ("select @x := 1", CSV(), "set variables"),
        ("select 1 /*! order by 1 */", CSV(), "comments that the server runs"),
        ("select ?", CSV(), "no query"),
        ("select * from nowhere", CSV(), "nowhere"),
        ("select 1 union all select 2", CSV(), "UNION ALL"),
        ("select 1 union all select 2 limit 1", CSV(), "UNION ALL"),
        ("select repeat(last_insert_id(), 5000)", CSV(), "may be long, and the query calls LAST_INSERT_ID"),
        ("select seq from seq_1_to_3 order by seq limit rows examined 2", CSV(), "examined"),
        ("select x'00'", CSV(), "type"),
        ("select point(1, 2)", QuotedCSV(), "type"),
        ("select 1", CSV(escape="^"), "escape"),
        ("select 1", TSV(column_separator="-"), "separator"),
        ("select 1", TSV(record_separator=" "), "separator"),
        ("select 1", QuotedCSV(column_separator="."), "separator"),
        ("select 1", JSONLines(), "JSONLines"),
    ],
)
def test_declined(database: MySQL, query: str, data_format: Any, why: str) -> None:
    declined = database.exporter(query, data_format)
    assert isinstance(declined, Declined)
    assert why in declined.reason
    assert plain(database, "select 1", CSV()) == b"1\n"  # the connection is as it was


def test_a_function_of_the_database_is_not_called_twice(database: MySQL) -> None:
    database.do("create or replace function counted(n int) returns longtext return n", "making a function")
    try:
        declined = database.exporter("select counted(seq) from seq_1_to_3", CSV())
        assert isinstance(declined, Declined)
        assert "may be long, and the query calls counted" in declined.reason
        assert fast(database, "select left(counted(seq), 9) from seq_1_to_2", CSV()) == b"1\n2\n"
    finally:
        database.do("drop function counted", "dropping it")


@pytest.mark.parametrize(
    "query",
    [
        "select seq, if(seq = 200000, sleep(20), 0) from seq_1_to_200000",
        "select seq, if(seq = 200000, sleep(20), 0) from seq_1_to_200000 limit 200000",
        "select seq, if(seq = 200000, sleep(20), 0) from seq_1_to_200000 order by seq limit 200000",
        "select if(seq = 1, sleep(20), 0), seq from seq_1_to_200000 order by 2 desc",
    ],
)
def test_the_first_rows_come_before_the_last_ones_are_found(mariadb: Mariadb, query: str) -> None:
    def give_up(_: bytes) -> None:
        raise ZeroDivisionError

    began = time.monotonic()
    with MySQL(place("mysql", mariadb)) as database:
        exporter = database.exporter(query, CSV())
        assert not isinstance(exporter, Declined)
        with pytest.raises(ZeroDivisionError):
            exporter.export(give_up, Progress(logging.getLogger()))
    assert time.monotonic() - began < 10


LONG = [text * (5000 // len(text)) for text in hostile.FIELDS if text] + [
    ',\\"' * 100_000,
    "é\t" * 2048,
    "x" * 4096,
]


def test_long_values_are_written_like_short_ones(database: MySQL) -> None:
    """And in little time: the server's REPLACE takes minutes for the longest."""
    values = [(text, None, text[:9]) for text in LONG] + [(None, LONG[0], "")]
    fill(database, ["longtext", "mediumtext character set utf8mb4", "varchar(2000)"], values)  # type: ignore[arg-type]
    database.do("set max_statement_time = 5", "setting a limit")
    query = "select c0, c1, c2, concat(c0, '-') from made order by placed"
    for data_format in FORMATS:
        assert fast(database, query, data_format) == plain(database, query, data_format)
    quoted = fast(database, query, QuotedCSV()).decode()
    expected = [(*row, None if row[0] is None else f"{row[0]}-") for row in values]
    assert quoted == "".join(f"{','.join(map(in_quotes, row))}\n" for row in expected)


def in_quotes(text: str | None) -> str:
    return "" if text is None else '"{}"'.format(text.replace('"', '""'))


def test_a_record_separator_in_a_long_value(mariadb: Mariadb) -> None:
    messages = []
    for write, kind in ((plain, RecordError), (fast, UnwritableError)):
        with MySQL(place("mysql", mariadb)) as database:
            fill(database, ["int", "longtext"], [(7, "a,"), (8, "a,\\" * 5000 + "\n")])
            with pytest.raises(kind) as caught:
                write(database, "select c0 as id, c1 from made order by placed", CSV())
            messages.append(str(caught.value))
    assert messages[0].startswith("the query, row 2 (id = 8): column 2 (c1) holds the record separator")
    assert messages[0] == f"the query, {messages[1]}"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_quoted_csv_has_all_digits_of_a_float(mariadb: Mariadb, floats: list[float]) -> None:
    with MySQL(place("mysql", mariadb)) as database:
        fill(database, ["float"], [(number,) for number in floats])
        written = fast(database, "select c0 from made order by placed", QuotedCSV()).split()
        assert [float(text) for text in written] == floats


def test_a_float_whose_decimals_are_declared_has_them(database: MySQL) -> None:
    fill(database, ["float(7,3)", "float", "double"], [("0.1", "0.1", "0.1"), ("1234.5", "16777217", None)])
    assert fast(database, "select c0, c1, c2 from made order by placed", QuotedCSV()) == (
        b"0.100,0.10000000149011612,0.1\n1234.500,16777216,\n"
    )


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("5.7.44-log", False),
        ("5.6.10", False),
        ("8.0.35", True),
        ("8.4.0", True),
        ("9.1.0-commercial", True),
        ("5.5.5-10.1.48-MariaDB", False),
        ("5.5.5-10.11.6-MariaDB-log", True),
        ("10.2.1-MariaDB", True),
        ("11.4.2-MariaDB-ubu2404", True),
        ("?", False),
    ],
)
def test_a_server_that_is_too_old_is_declined(
    database: MySQL, monkeypatch: pytest.MonkeyPatch, version: str, known: bool
) -> None:
    monkeypatch.setattr(database.connection, "server_version", version)
    offered = database.exporter("select 1", CSV())
    assert isinstance(offered, Declined) == (not known)
    assert known or "older than MySQL 8.0" in offered.reason  # type: ignore[union-attr]


def test_another_character_set_is_declined(mariadb: Mariadb) -> None:
    with MySQL(place("mysql", mariadb, extra={"charset": "latin1"})) as database:
        declined = database.exporter("select 1", CSV())
    assert isinstance(declined, Declined)
    assert "utf8mb4" in declined.reason


@pytest.mark.parametrize("data_format", [CSV(), TSV(), TSV(record_separator="|", column_separator="~")])
def test_a_record_separator_in_a_value(mariadb: Mariadb, data_format: Any) -> None:
    end = data_format.record_separator
    rows = [(number, "a,\\b~\t", "c") for number in range(2500)] + [(7, f"a\\,~\tb{end}", "c")]
    messages = []
    for write, kind in ((plain, RecordError), (fast, UnwritableError)):
        with MySQL(place("mysql", mariadb)) as database:
            fill(database, ["int", "longtext", "longtext"], rows)  # type: ignore[arg-type]
            with pytest.raises(kind) as caught:
                write(database, "select c0 as id, c1, c2 from made order by placed", data_format)
            messages.append(str(caught.value))
    assert messages[0].startswith("the query, row 2501 (id = 7): column 2 (c1) holds the record separator")
    assert messages[0] == f"the query, {messages[1]}"


def test_what_exceeds_the_longest_packet_is_left_to_the_plain_path(mariadb: Mariadb) -> None:
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute("set global max_allowed_packet = 1 << 20")
        try:
            with MySQL(place("mysql", mariadb)) as database:
                for query in (
                    "select 1, repeat(concat(',', repeat('x', 1047)), 1000)",  # is NULL when its separators are escaped
                    "select repeat('x', 600000), repeat('x', 600000)",  # the whole row is
                ):
                    with pytest.raises(DeclinedError, match="max_allowed_packet"):
                        fast(database, query, CSV())
                    assert len(plain(database, query, CSV())) > 1 << 20
                assert fast(database, "select repeat(',', 1000)", CSV()) == b"\\," * 1000 + b"\n"
                assert fast(database, "select cast('x' as signed)", CSV()) == b"0\n"  # another warning
        finally:
            cursor.execute("set global max_allowed_packet = 1 << 24")


def test_errors(database: MySQL) -> None:
    with pytest.raises(DatabaseError, match=r"'orders': the query failed: Subquery returns more than 1 row"):
        fast(database, "select if(seq < 9, seq, (select 1 union select 2)) from seq_1_to_10", CSV())
    assert plain(database, "select 1", CSV()) == b"1\n"


def test_a_reader_that_gives_up_does_not_wait_for_the_rest(mariadb: Mariadb) -> None:
    def give_up(_: bytes) -> None:
        raise ZeroDivisionError

    with MySQL(place("mysql", mariadb)) as database:
        exporter = database.exporter("select a.seq from seq_1_to_1000000 a, seq_1_to_1000000 b", CSV())
        assert not isinstance(exporter, Declined)
        with pytest.raises(ZeroDivisionError):
            exporter.export(give_up, Progress(logging.getLogger()))


def test_names_and_rows_are_told(database: MySQL) -> None:
    exporter = database.exporter("select seq as id, 'x' as id, seq + 1 from seq_1_to_1000", CSV())
    assert not isinstance(exporter, Declined)
    assert exporter.columns == ("id", "id", "seq + 1")
    progress = Progress(logging.getLogger())
    exporter.export(lambda _: None, progress)
    assert progress.counted["rows"] == 1000
