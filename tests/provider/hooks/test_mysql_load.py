"""Files that MariaDB reads itself, held against what the plain path makes of them."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy import reading
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import mysql_load
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Loader, Target
from datapipeline_provider.hooks.errors import DatabaseError, RowError
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.sql_text import parse_one
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provider.copy import hostile
from tests.provider.hooks.places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mariadb import Mariadb

PROGRESS = Progress(logging.getLogger())


@pytest.fixture(scope="module")
def server(mariadb: Mariadb) -> Mariadb:
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute("set global local_infile = 1")
    return mariadb


@pytest.fixture
def database(server: Mariadb) -> Iterator[MySQL]:
    """An open database with an empty table l."""
    with MySQL(place("mysql", server)) as opened:
        make(opened)
        yield opened


COLUMNS = (
    "id int primary key, n int not null default 7, v varchar(5), d date, p decimal(5,2), b bit(8), o bit(1), "
    "j json, t tinyint(1), r varbinary(9)"
)


def make(database: MySQL, columns: str = COLUMNS) -> None:
    database.do("drop table if exists l", "dropping")
    database.do(f"create table l ({columns}) character set utf8mb4", "creating")


def target(database: MySQL, insert: str | None = None) -> Target:
    if insert is not None:
        return Target(parse_one(insert, database.dialect), None, (), "orders")
    columns = database.table_columns("`l`")
    marks = ", ".join("?" * len(columns))
    return Target(parse_one(f"INSERT INTO `l` VALUES ({marks})", database.dialect), "`l`", columns, "orders")


def loaded(
    database: MySQL, data_format: Any, *files: bytes, insert: str | None = None, size: int = 7
) -> list[tuple[Any, ...]]:
    """Load files in small parts and give the table's rows."""
    loader = database.loader(target(database, insert), data_format)
    assert not isinstance(loader, Declined), loader.reason
    for number, data in enumerate(files, 1):
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        loader.load(parts, f"s3://b/{number}", PROGRESS)
    loader.finish(PROGRESS)
    return rows(database)


def rows(database: MySQL, query: str = "select * from l") -> list[tuple[Any, ...]]:
    return [row for batch in database.reading(query, reader="mysql") for row in batch]


def test_quoted_csv(database: MySQL) -> None:
    data = (
        b'1,2,"a,""b",2024-01-31,1.50,65,1,"{""a"": null}",t,\\x00ff\n'
        b'2,-3,"",0000-00-00,,0,false,,FALSE,"\\x"\r\n'
        b'3,0,NULL,,-0.01,255,f,"[1,\n2]",0,\n'
        b'"4","4","\r\n\n,\\",,,,,,1,\\x5C'
    )
    database.do("set sql_mode = 'STRICT_TRANS_TABLES'", "letting dates of zeros in")
    assert loaded(database, QuotedCSV(), data) == [
        ("1", "2", 'a,"b', "2024-01-31", "1.50", b"A", b"\1", '{"a": null}', "1", b"\0\xff"),
        ("2", "-3", "", "0000-00-00", None, b"\0", b"\0", None, "0", b""),
        ("3", "0", "NULL", None, "-0.01", b"\xff", b"\0", "[1,\n2]", "0", None),
        ("4", "4", "\r\n\n,\\", None, None, None, None, None, "1", b"\\"),
    ]


@pytest.mark.parametrize("insert", [None, "insert into l (i, a, b, c, v) values (?, ?, ?, ?, ?)"])
def test_times_with_the_zone_that_postgresql_writes(database: MySQL, insert: str | None) -> None:
    make(database, "i int, a datetime(6), b timestamp(3) null, c time, v varchar(40)")
    data = (
        b"1,2024-01-31 07:07:00.25+00,2024-01-31 07:07:00+00,07:07:00+00,2024-01-31 07:07:00+00\n"
        b"2,2024-01-31 07:07:00,,,+00\n"
    )
    assert loaded(database, QuotedCSV(), data, insert=insert) == [
        ("1", "2024-01-31 07:07:00.250000", "2024-01-31 07:07:00.000", "07:07:00", "2024-01-31 07:07:00+00"),
        ("2", "2024-01-31 07:07:00.000000", None, None, "+00"),
    ]
    with pytest.raises(RecordError, match=r"row 2: .*refuses it: .*, column a"):
        loaded(database, QuotedCSV(), b"1,2024-01-31,,,\n2,2024-01-31 07:07:00+02,,,\n")


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "]", "^"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_null_and_the_word(database: MySQL, separator: str, size: int) -> None:
    make(database, "a varchar(9), b varchar(9), c varchar(9)")
    lines = [
        ",,",
        "NULL,,",
        ",NULL,",
        ",,NULL",
        '"",,""',
        'NULL,"NULL",NULL',
        '"a""",",""",',
        '"""",,"NULL,NULL"',
    ]
    expected = [
        (None, None, None), ("NULL", None, None), (None, "NULL", None), (None, None, "NULL"), ("", None, ""),
        ("NULL",) * 3, ('a"', ',"', None), ('"', None, "NULL,NULL"),
    ]  # fmt: skip
    data = "".join(f"{line}\n" for line in lines).replace(",", separator).encode()
    wanted = [tuple(cell and cell.replace(",", separator) for cell in row) for row in expected]
    assert loaded(database, QuotedCSV(column_separator=separator), data, size=size) == wanted


def test_one_column(database: MySQL) -> None:
    make(database, "a varchar(9)")
    assert loaded(database, QuotedCSV(), b'\n\n""\nNULL\n\n') == [(None,), (None,), ("",), ("NULL",), (None,)]
    assert loaded(database, CSV(), b"\n\\n\n")[5:] == [("",), (None,)]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_hostile_values_in_data_pipelines_dialect(database: MySQL, size: int) -> None:
    make(database, "v longtext")
    for data_format, index in ((CSV(), 0), (TSV(), 1)):
        data = "".join(f"{fields[index]}\n" for fields in hostile.FIELDS.values()).encode()
        assert loaded(database, data_format, data, size=size) == [(value,) for value in hostile.FIELDS]
        database.rollback()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    fields=st.lists(
        st.tuples(*[st.text(st.sampled_from("\\\\n,N|a0t\x01é"), max_size=6)] * 3).filter(
            lambda fields: all(len(field) - len(field.rstrip("\\")) in {0, 2, 4} for field in fields)
        ),
        min_size=1,
        max_size=9,
    ),
    data_format=st.sampled_from(
        [CSV(), TSV(column_separator="|"), TSV(column_separator="a", record_separator="\x01")]
    ),
)
def test_any_text_is_read_as_by_the_plain_path(server: Mariadb, fields: Any, data_format: Any) -> None:
    with MySQL(place("mysql", server)) as database:
        make(database, "x longtext, y longtext, z longtext")
        data = "".join(
            data_format.column_separator.join(row) + data_format.record_separator for row in fields
        ).encode()
        try:
            expected = [
                row for batch in reading.batches(iter([data]), data_format, "x") for row in batch.rows
            ]
        except RecordError:
            with pytest.raises(DeclinedError):
                loaded(database, data_format, data)
            return
        if all(len(row) == 3 for row in expected):
            assert loaded(database, data_format, data) == expected
        else:
            with pytest.raises(DeclinedError, match="more or fewer columns"):
                loaded(database, data_format, data)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("9,x,,,,,,,,", "refuses it: truncated wrong value for field (error 1366), column n"),
        ('9,"",,,,,,,,', "refuses it: truncated wrong value for field (error 1366), column n"),
        ("9,,,,,,,,,", "refuses it: warn null to notnull (error 1263), column n"),
        ("9,99999999999,,,,,,,,", "refuses it: warn data out of range (error 1264), column n"),
        ("9,1,sixsix,,,,,,,", "refuses it: warn data truncated (error 1265), column v"),
        ("9,1,a\udcc3c,,,,,,,", "refuses it: truncated wrong value for field (error 1366), column v"),
        ("9,1,,2024-02-30,,,,,,", "refuses it: warn data truncated (error 1265), column d"),
        ("9,1,,,1000.00,,,,,", "refuses it: warn data out of range (error 1264), column p"),
        ("9,1,,,,256,,,,", "refuses it: warn data out of range (error 1264), column b"),
        ("9,1,,,,,2,,,", "refuses it: warn data out of range (error 1264), column o"),
        ("9,1,,,,,,{,,", "refuses it: constraint failed (error 4025)"),
        ("9,1,,,,,,,maybe,", "refuses it: truncated wrong value for field (error 1366), column t"),
        ("9,1,,,,,,,,00", "refuses it: truncated wrong value (error 1292)"),
        ("9,1,,,,,,,,\\x0z", "refuses it: truncated wrong value (error 1292)"),
        ("1,1,,,,,,,,", "refuses it: dup entry (error 1062), key PRIMARY"),
    ],
)
def test_a_refused_record(database: MySQL, record: str, problem: str) -> None:
    good = b"1,1,,,,,,,,\n2,1,,,,,,,,\n"
    bad = record.encode(errors="surrogateescape") + b"\n"
    with pytest.raises(RecordError) as caught:
        loaded(database, QuotedCSV(), b"8,1,,,,,,,,\n", good + bad + b"5,1,,,,,,,,\n6,x,,,,,,,,\n")
    place_and_problem = str(caught.value).replace("connection 'orders' ", "")
    assert place_and_problem == f"s3://b/2, row 3: {problem}."
    database.rollback()
    assert rows(database) == []


@pytest.mark.parametrize(
    ("data", "data_format"),
    [
        (b'1,a"b\n', QuotedCSV()),
        (b'1,a"b"\n', QuotedCSV()),
        (b'1,"a"b\n', QuotedCSV()),
        (b'1,"a" \n', QuotedCSV()),
        (b'1,"a""b\n', QuotedCSV()),
        (b'1,"a\n', QuotedCSV()),
        (b"1,\xff\n", QuotedCSV()),
        (b"1,a\r\n", CSV()),
        (b"1,a\\\n", CSV()),
        (b"1,\\n,\\n\\\n", CSV()),
        (b"1,\xfd\n", CSV()),
    ],
)
def test_a_malformed_file_is_left_to_the_plain_path(database: MySQL, data: bytes, data_format: Any) -> None:
    make(database, "i int, v varchar(9)")
    database.commit()
    with pytest.raises(RecordError):
        [*reading.batches(iter([data]), data_format, "x")]
    with pytest.raises(DeclinedError):
        loaded(database, data_format, b"1,good\n", data)
    assert rows(database) == []  # the connection is a new one, and the first file undone


def rowwise(database: MySQL, insert: str, data: bytes) -> list[tuple[Any, ...]] | str:
    """Do what the plain path does."""
    statement = parse_one(insert, database.dialect)
    try:
        for batch in reading.batches(iter([data]), CSV(), "x"):
            database.insert(statement, batch.rows)
    except RowError as error:
        return f"row {error.index}"
    return rows(database, "select id, n, v from l")


@pytest.mark.parametrize(
    "insert",
    [
        "insert into l (id, n, v) values (?, ?, ?)",
        "INSERT INTO l\n(`id`, n , v)\nVALUES\n(?,?,?)",
        "insert into l (id, n, v, t) values (?, ?, ?, 1)",
        "insert ignore into l (id, n, v) values (?, ?, ?)",
        "replace into l (id, n, v) values (?, ?, upper(?))",
        "insert into l (id, n, v) values (?, ?, nullif(?, ''))",
        "insert into l (id, n, v) values (?, ?, trim(concat(?, '?')))",
        "insert into l (id, n, v) values (?, ?, ?) on duplicate key update n = l.n + values(n), v = concat(v, '!')",
    ],
)
@pytest.mark.parametrize(
    "data",
    [
        b"1,1,a\n2,2,\n3,3,\\n\n",
        b"1,1,a\n2,2,b\n1,5,c\n1,6,d\n",
        b"1,1,a\n2,x,b\n",
        b"1,1,a\n2,2,sixsix\n1,1,c\n",
        b"1,1,a\n2,\\n,b\n",
    ],
)
def test_insert_queries_do_what_they_do_row_by_row(database: MySQL, insert: str, data: bytes) -> None:
    expected = rowwise(database, insert, data)
    database.rollback()
    try:
        found: Any = [row[:3] for row in loaded(database, CSV(), data, insert=insert)]
    except DeclinedError:
        return  # the plain path is taken
    except RecordError as error:
        found = f"row {int(str(error).split('row ')[1].split(':')[0]) - 1}"
    assert found == expected


def test_the_record_of_a_later_file_is_named(database: MySQL) -> None:
    insert = "insert into l (id, n, v, t) values (?, ?, ?, 1)"
    with pytest.raises(RecordError, match=r"^s3://b/2, row 3: .*field \(error 1366\), column n\.$"):
        loaded(database, CSV(), b"1,1,a\n2,2,b\n", b"3,3,c\n4,4,d\n5,x,secret\n", b"6,6,f\n", insert=insert)
    database.rollback()
    assert rows(database) == []


def test_the_order_of_the_file_is_kept(database: MySQL) -> None:
    make(database, "id int auto_increment primary key, v varchar(9)")
    data = b"".join(b"%d\n" % number for number in range(5000, 0, -1))
    insert = "insert into l (v) values (concat(?, ''))"
    assert loaded(database, CSV(), data, insert=insert, size=100) == [
        (str(number), str(5001 - number)) for number in range(1, 5001)
    ]


def test_quoted_csv_through_an_insert_query(database: MySQL) -> None:
    insert = "insert into l (id, r, t, o, v) values (?, ?, ?, ?, lower(?))"
    assert [
        (row[0], row[9], row[8], row[6], row[2])
        for row in loaded(database, QuotedCSV(), b'1,\\x00FF,t,true,A\n2,,,f,""\n', insert=insert)
    ] == [("1", b"\0\xff", "1", b"\1", "a"), ("2", None, None, b"\0", "")]


@pytest.mark.parametrize(
    ("insert", "why"),
    [
        ("insert into l set id = ?, n = ?", "elsewhere"),
        ("insert into l (id, n) values (?, (select max(id) from l where n < ?))", "SELECT"),
        ("insert into l (id, n) values (?, wrote(?))", "WROTE"),
        ("insert into l (id, n) values (?, concat(?, @x))", "variables"),
        ("insert into l (id, n) values (?, ? + 1)", "computes"),
        ("insert into l (id, n) values (?, cast(? as signed))", "computes"),
        ("insert into l (id, n) values (?, nullif(?, 0))", "computes"),
        ("insert into l (id, n) values (?, ?) returning id", "goes on"),
        ("insert into l (id, n) values (?, ?, 1)", "more or fewer"),
        ("insert into l (id, n) values (?, ?) on duplicate key update n = (select 1)", "SELECT"),
        ("insert low_priority into l (id, n) values (?, ?)", "begin like"),
        ("insert into l /* here */ (id, n) values (?, ?)", "begin like"),
        ("insert into nowhere (id, n) values (?, ?)", "nowhere"),
        ("insert into l (id, nowhere) values (?, ?)", "nowhere"),
        ("insert into l (id, b) values (?, ?)", "'b'"),
        ("insert into l (id, r) values (?, ?)", "'r'"),
        ("insert into m (id) values (?)", "taken back"),
    ],
)
def test_declined_insert_queries(database: MySQL, insert: str, why: str) -> None:
    database.do("create table if not exists m (id int) engine = MyISAM", "creating")
    declined = database.loader(target(database, insert), CSV())
    assert isinstance(declined, Declined)
    assert why in declined.reason


@pytest.mark.parametrize(
    "data_format",
    [
        JSONLines(),
        CSV(escape="^"),
        TSV(column_separator="é"),
        TSV(record_separator="n"),
        TSV(column_separator="N"),
    ],
)
def test_declined_formats(database: MySQL, data_format: Any) -> None:
    assert isinstance(
        database.loader(target(database, "insert into l (id) values (?)"), data_format), Declined
    )


def test_a_server_that_takes_no_files_is_declined(server: Mariadb, database: MySQL) -> None:
    with closing(server.connect()) as admin, admin.cursor() as cursor:
        cursor.execute("set global local_infile = 0")
        try:
            declined = database.loader(target(database, "insert into l (id) values (?)"), CSV())
        finally:
            cursor.execute("set global local_infile = 1")
    assert isinstance(declined, Declined)
    assert "SET GLOBAL local_infile = 1" in declined.reason


@pytest.mark.parametrize("insert", ["insert into l (id) values (?)", "insert into l (id) values (trim(?))"])
def test_a_file_that_breaks_off_is_not_taken_for_its_end(server: Mariadb, insert: str) -> None:
    def parts() -> Iterator[bytes]:
        yield b"1\n2\n"
        raise ZeroDivisionError

    with MySQL(place("mysql", server)) as database:
        make(database)
        loader = database.loader(target(database, insert), CSV())
        assert isinstance(loader, Loader)
        with pytest.raises(ZeroDivisionError):
            loader.load(parts(), "s3://b/1", PROGRESS)
    with closing(server.connect()) as other, other.cursor() as cursor:
        cursor.execute("select count(*) from l")
        assert cursor.fetchall() == ((0,),)


def test_a_load_that_is_cancelled(server: Mariadb) -> None:
    def parts() -> Iterator[bytes]:
        yield b"1\n2\n" * 1000
        database.cancel()
        yield b"3\n"

    with MySQL(place("mysql", server)) as database:
        make(database, "id int")
        loader = database.loader(target(database, "insert into l (id) values (?)"), CSV())
        assert isinstance(loader, Loader)
        with pytest.raises(DatapipelineError, match="loading failed: Query execution was interrupted"):
            loader.load(parts(), "s3://b/1", PROGRESS)
        database.rollback()
        assert rows(database) == []


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the temporary tables that are made; information_schema does not list them."""
    names: list[str] = []
    monkeypatch.setattr(mysql_load, "temporary_name", lambda: names.append(f"made_{len(names)}") or names[-1])
    return names


def test_no_table_is_left(database: MySQL, made: list[str]) -> None:
    loader = database.loader(target(database, "insert into l (id) values (trim(?))"), CSV())
    assert isinstance(loader, Loader)
    loader.load([b"1\n"], "s3://b/1", PROGRESS)
    assert rows(database, f"select datapipeline_1 from {made[0]}") == [("1",)]
    loader.finish(PROGRESS)
    with pytest.raises(DatabaseError, match="doesn't exist"):
        rows(database, f"select * from {made[0]}")


@pytest.mark.parametrize("data", [b"1\n2,3\n", b"1\nx\n", b"1\n\xff\n", b"1\n1\n"])
def test_no_table_is_left_after_an_error(database: MySQL, made: list[str], data: bytes) -> None:
    with pytest.raises(DatapipelineError):
        loaded(database, CSV(), data, insert="insert into l (id) values (trim(?))")
    assert len(made) == 1
    with pytest.raises(DatabaseError, match="doesn't exist"):
        rows(database, f"select * from {made[0]}")


def test_pairs_of_exporter_and_loader_lose_nothing(server: Mariadb) -> None:
    columns = (
        "id int primary key, i bigint, u bigint unsigned, c decimal(38,10), d double, at datetime(6), day date, "
        "t time(6), y year, f tinyint(1), b bit(9), e enum('a,','b\"'), s set('x','y'), j json, v longtext, r longblob"
    )
    texts = [*hostile.FIELDS, "\n", "\r\n", 'a\n"b"\r', "\\\n"]
    values = [
        (None,) * 15,
        (-(2**63), 2**64 - 1, "-" + "9" * 28 + ".0000000001", 1e-7, "1000-01-01", "0000-00-00", "838:59:59", 1901,
         1, 511, "a,", "x,y", '{"a": "\\"\\n"}', "", b""),
        (2**63 - 1, 0, "0.0000000001", -1.7e308, "9999-12-31 23:59:59.999999", "9999-12-31", "-838:59:59.000001",
         2155, 0, 0, 'b"', "", "null", "NULL", bytes(range(256))),
    ]  # fmt: skip
    with MySQL(place("mysql", server)) as database:
        database.do("set sql_mode = 'STRICT_TRANS_TABLES'", "letting dates of zeros in")
        make(database, columns)
        database.do("create or replace table source like l", "creating")
        with database.connection.cursor() as cursor:
            every = [
                (*values[number % 3][:13], text, values[number % 3][14])
                for number, text in enumerate(texts * 3)
            ]
            marks = ", ".join(["%s"] * 16)
            cursor.executemany(
                f"insert into source values ({marks})", [(number, *row) for number, row in enumerate(every)]
            )
        exporter = database.exporter("select * from source order by id", QuotedCSV())
        assert not isinstance(exporter, Declined), exporter.reason
        found: list[bytes] = []
        exporter.export(found.append, PROGRESS)
        assert loaded(database, QuotedCSV(), *found, size=1 << 16) == rows(
            database, "select * from source order by id"
        )
        database.do("drop table source", "dropping")
