"""MySQL's protocol as spoken by ourselves, with a real server."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
from datapipeline_provider.hooks.mysql_wire import Loaded, Texts, describe, load
from pymysql.constants import CLIENT, ER, FIELD_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mariadb import Mariadb

PACKET = (1 << 24) - 1
LENGTHS = [0, 1, 250, 251, 252, 65535, 65536, 262143, 262144, 1 << 20]
HUGE = [PACKET - 5, PACKET - 4, PACKET - 3, PACKET, 2 * PACKET - 4]


@pytest.fixture
def opened(mariadb: Mariadb) -> Iterator[Any]:
    with closing(connect(mariadb)) as connection:
        yield connection


def connect(mariadb: Mariadb, **more: Any) -> Any:
    return pymysql.connect(
        host=mariadb.host,
        port=mariadb.port,
        user=mariadb.user,
        password=mariadb.password,
        database=mariadb.dbname,
        client_flag=CLIENT.LOCAL_FILES,
        **more,
    )


def texts(connection: Any, query: str) -> list[bytes | None]:
    return [text for some in Texts(connection, query) for text in some]


def alive(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 'yes'")
        return bool(cursor.fetchall() == (("yes",),))


def test_describe(opened: Any) -> None:
    columns, parameters = describe(opened, "select 1 as a, 'x' as a, now() from dual where 1 = ? and 2 = ?")
    assert [(column.name, column.type_code) for column in columns] == [
        ("a", FIELD_TYPE.LONG),
        ("a", FIELD_TYPE.VAR_STRING),
        ("now()", FIELD_TYPE.DATETIME),
    ]
    assert parameters == 2
    assert describe(opened, "do 1") == ((), 0)
    with pytest.raises(pymysql.err.ProgrammingError):
        describe(opened, "selec 1")
    assert alive(opened)


def test_describe_runs_nothing(opened: Any) -> None:
    before = time.monotonic()
    describe(opened, "select sleep(20)")
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("length", LENGTHS)
def test_texts_of_all_lengths(opened: Any, length: int) -> None:
    query = f"select 'a' union all select repeat('x', {length}) union all select null union all select 'b'"
    assert texts(opened, query) == [b"a", b"x" * length, None, b"b"]
    assert alive(opened)


def test_texts_longer_than_a_packet(mariadb: Mariadb) -> None:
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute("set global max_allowed_packet = 1 << 26")
        try:
            with closing(connect(mariadb)) as connection:
                for length in HUGE:
                    query = f"select 'a' union all select repeat('x', {length}) union all select 'b'"
                    found = texts(connection, query)
                    assert [len(text or b"") for text in found] == [1, length, 1]
                assert alive(connection)
        finally:
            cursor.execute("set global max_allowed_packet = 1 << 24")


def test_many_texts_in_order(opened: Any) -> None:
    found = texts(opened, "select concat(seq, repeat('x', seq % 300)) from seq_1_to_50000")
    assert found == [b"%d%s" % (number, b"x" * (number % 300)) for number in range(1, 50001)]


class Dribble:
    """A connection's file that gives a few bytes at a time, as an encrypted or slow one may."""

    def __init__(self, file: Any, size: int) -> None:
        self.file, self.size = file, size

    def read1(self, size: int) -> bytes:
        return bytes(self.file.read1(min(size, self.size)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


@pytest.mark.parametrize("size", [1, 3, 16])
def test_texts_that_come_in_small_pieces(opened: Any, size: int) -> None:
    query = "select repeat('x', 249 + seq) from seq_1_to_4 union all select null union all select 'y'"
    rows = Texts(opened, query)
    opened._rfile = Dribble(opened._rfile, size)
    assert [text for some in rows for text in some] == [b"x" * n for n in range(250, 254)] + [None, b"y"]


def test_warnings_are_counted(opened: Any) -> None:
    found = Texts(opened, "select cast(concat('x', seq) as signed) from seq_1_to_3")
    assert [text for some in found for text in some] == [b"0"] * 3
    assert found.warnings == 3


def test_a_refused_query(opened: Any) -> None:
    with pytest.raises(pymysql.err.ProgrammingError):
        Texts(opened, "select * from nowhere")
    assert alive(opened)


def test_an_error_in_the_middle(opened: Any) -> None:
    rows = Texts(opened, "select if(seq < 100000, seq, (select 1 union select 2)) from seq_1_to_200000")
    found: list[bytes | None] = []
    with pytest.raises(pymysql.err.MySQLError) as caught:
        found.extend(text for some in rows for text in some)
    assert caught.value.args[0] == ER.SUBQUERY_NO_1_ROW
    assert len(found) == 99999
    assert alive(opened)


def test_a_killed_query(mariadb: Mariadb, opened: Any) -> None:
    rows = iter(Texts(opened, "select a.seq from seq_1_to_1000000 a, seq_1_to_1000000 b"))
    assert next(rows)[0] == b"1"
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute(f"kill query {opened.thread_id()}")
    with pytest.raises(pymysql.err.OperationalError) as caught:
        for _ in rows:
            pass
    assert caught.value.args[0] == ER.QUERY_INTERRUPTED
    assert alive(opened)


def test_a_lost_connection(mariadb: Mariadb, opened: Any) -> None:
    rows = iter(Texts(opened, "select a.seq from seq_1_to_1000000 a, seq_1_to_1000000 b"))
    next(rows)
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute(f"kill connection {opened.thread_id()}")
    with pytest.raises(pymysql.err.OperationalError):
        for _ in rows:
            pass


@pytest.fixture
def loading(mariadb: Mariadb, opened: Any) -> Any:
    """A connection with an empty temporary table t (i int, v text)."""
    with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
        cursor.execute("set global local_infile = 1")
    with opened.cursor() as cursor:
        cursor.execute("create temporary table t (i int, v longtext) engine = InnoDB")
    return opened


def held(connection: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("select count(*), sum(i), sum(length(v)) from t")
        return tuple(map(int, cursor.fetchone()))


LOAD = "load data local infile 'x' into table t fields terminated by ','"


def test_load(loading: Any) -> None:
    assert load(loading, LOAD, [b"1,", b"", b"a\n2,b", b"b\n"]) == Loaded(2, 0, 0)
    assert load(loading, LOAD, [b"%d,%s\n" % (3, b"x" * 3_000_000)]) == Loaded(1, 0, 0)
    assert load(loading, LOAD, [b"4,c\n5\n"]) == Loaded(2, 0, 1)
    assert held(loading) == (5, 15, 3_000_004)
    assert load(loading, LOAD, []) == Loaded(0, 0, 0)
    assert alive(loading)


@pytest.mark.parametrize("count", [1, 10, 100, 1000, 10_000])
def test_the_length_before_the_counts_is_none_of_them(loading: Any, count: int) -> None:
    """The message of the answer begins with its length, which for some counts is the code of a digit."""
    assert load(loading, LOAD, [b"1,a\n" * count]) == Loaded(count, 0, 0)


def test_a_refused_load(loading: Any) -> None:
    with pytest.raises(pymysql.err.ProgrammingError):
        load(loading, LOAD.replace("table t", "table nowhere"), [b"1,a\n"] * 10)
    assert alive(loading)
    with pytest.raises(pymysql.err.ProgrammingError, match="does not ask"):
        load(loading, "do 1", [b"1,a\n"])


def test_a_file_that_breaks_off(loading: Any) -> None:
    def parts() -> Iterator[bytes]:
        yield b"1,a\n" * 1000
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load(loading, LOAD, parts())
    loading._force_close()  # what is left to do; the server takes it for the end of the session


def test_a_killed_load(mariadb: Mariadb, loading: Any) -> None:
    killed = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"1,a\n" * 10_000
        with closing(mariadb.connect()) as admin, admin.cursor() as cursor:
            cursor.execute(f"kill query {loading.thread_id()}")
        killed.set()
        for _ in range(5):
            yield b"1,a\n" * 10_000

    with pytest.raises(pymysql.err.OperationalError) as caught:
        load(loading, LOAD, parts())
    assert killed.is_set()
    assert caught.value.args[0] == ER.QUERY_INTERRUPTED
    assert alive(loading)
