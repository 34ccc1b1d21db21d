"""What the databases of different kinds have in common, on real servers and SQLite."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.hooks import values
from datapipeline_provider.hooks.errors import DatabaseError, NotTextError, RowError
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.other import OtherDatabase
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.hooks.sql_text import parse_one
from datapipeline_provider.hooks.where import Where

from tests.provider.hooks.places import place
from tests.provider.operators.sqlite_file import SqliteHook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from datapipeline_provider.hooks.database import Database

    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres


def sqlite(path: Path) -> OtherDatabase:
    return OtherDatabase(Where("orders", "sqlite", None, None, None, None, None), SqliteHook(path))


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database with an empty table t (id primary key, v)."""
    makers: dict[str, Callable[[], Database]] = {
        "postgresql": lambda: PostgreSQL(place("postgres", request.getfixturevalue("postgres"))),
        "mysql": lambda: MySQL(place("mysql", request.getfixturevalue("mariadb"))),
        "sqlite": lambda: sqlite(tmp_path / "db"),
    }
    with makers[request.param]() as opened:
        opened.run(parse_one("drop table if exists t", opened.dialect))
        opened.run(
            parse_one("create table t (id int primary key check (id < 1000), v varchar(20))", opened.dialect)
        )
        opened.commit()
        yield opened


def rows(database: Database, query: str = "select * from t order by id") -> list[tuple[Any, ...]]:
    return [tuple(row) for batch in database.reading(query, reader=None) for row in batch]


def test_insert_and_read(database: Database) -> None:
    insert = parse_one("insert into t values (?, ?)", database.dialect)
    database.insert(insert, [(str(number), f"100% {number}") for number in range(999)])
    database.commit()
    assert rows(database) == [(str(number), f"100% {number}") for number in range(999)]
    assert database.columns == ("id", "v")
    assert rows(database, "select * from t where id < 0") == []


def test_a_refused_row_is_found_where_the_database_can_tell(database: Database) -> None:
    insert = parse_one("insert into t values (?, ?)", database.dialect)
    database.insert(insert, [("1", "secret")])
    with pytest.raises(RowError) as caught:
        database.insert(insert, [("2", "a"), ("3", "b"), ("1", "secret"), ("4", "c")])
    assert caught.value.index == (2 if database.savepoints else None)
    assert "secret" not in str(caught.value)
    database.rollback()
    assert rows(database) == []


@pytest.mark.parametrize("query", ["insert into nowhere values (?, ?)", "insert into t valuse (?, ?)"])
def test_a_wrong_statement_is_no_rows_fault(database: Database, query: str) -> None:
    with pytest.raises(DatabaseError, match=r"nowhere|syntax"):
        database.insert(parse_one(query, database.dialect), [("1", "a"), ("2", "b")])


def test_a_check_constraint_names_the_row(database: Database) -> None:
    insert = parse_one("insert into t values (?, ?)", database.dialect)
    with pytest.raises(RowError) as caught:
        database.insert(insert, [("1", "a"), ("1001", "secret")])
    assert caught.value.index == 1
    assert "secret" not in str(caught.value)


def test_leaving_without_commit_undoes(database: Database) -> None:
    before = rows(database)
    database.run(parse_one("insert into t values (1, 'x')", database.dialect))
    database.rollback()
    assert rows(database) == before


def test_tables(database: Database) -> None:
    assert database.table_exists("t")
    assert not database.table_exists("nowhere")
    assert database.table_columns("t") == ("id", "v")
    with pytest.raises(DatabaseError, match="reading the columns of nowhere failed"):
        database.table_columns("nowhere")


def test_a_refused_password_is_not_shown(postgres: Postgres, mariadb: Mariadb) -> None:
    for opened in (
        PostgreSQL(place("postgres", postgres, password="wrong-secret")),
        MySQL(place("mysql", mariadb, password="wrong-secret")),
    ):
        with pytest.raises(DatabaseError, match="'orders': connecting failed: ") as caught, opened:
            pass
        assert "wrong-secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_an_unreachable_server_fails(postgres: Postgres, mariadb: Mariadb) -> None:
    for opened in (PostgreSQL(place("postgres", postgres, port=1)), MySQL(place("mysql", mariadb, port=1))):
        with pytest.raises(DatabaseError, match=r"connecting failed: .*(refused|connect)"), opened:
            pass


def test_leaving_in_the_middle_of_a_large_result_does_not_read_it_all(
    postgres: Postgres, mariadb: Mariadb
) -> None:
    endless = "with recursive n (i) as (select 1 union all select i + 1 from n {}) select i from n"
    for opened, query in (
        (PostgreSQL(place("postgres", postgres)), endless.format("")),
        (MySQL(place("mysql", mariadb)), "select a.seq from seq_1_to_1000000 a, seq_1_to_1000000 b"),
    ):
        with pytest.raises(ZeroDivisionError), opened:
            give_up(next(opened.reading(query, reader=None)))


def give_up(_: object) -> None:
    raise ZeroDivisionError


def test_redshift_reads_with_its_smaller_fetches(postgres: Postgres) -> None:
    with PostgreSQL(place("redshift", postgres)) as opened:
        sizes = [len(batch) for batch in opened.reading("select generate_series(1, 2500)", reader=None)]
        assert sizes == [1000, 1000, 500]
        insert = parse_one("insert into t values (?, ?)", opened.dialect)
        opened.run(parse_one("create temp table t (id int primary key, v text)", opened.dialect))
        opened.commit()
        with pytest.raises(RowError) as caught:
            opened.insert(insert, [("1", "a"), ("1", "b")])
        assert caught.value.index == 1
        opened.rollback()
        opened.insert(insert, [("1", "a")])
        with pytest.raises(
            RowError
        ) as caught:  # without savepoints the row before is gone when it is looked for
            opened.insert(insert, [("2", "a"), ("1", "b")])
        assert caught.value.index is None


@pytest.mark.parametrize(
    "query",
    [
        "with new as (insert into w values (1) returning i) select * from new",
        "insert into w values (1) returning i",
        "select i from wrote()",
    ],
)
def test_queries_that_write_take_effect_at_the_end(postgres: Postgres, query: str) -> None:
    with postgres.connect() as setup, setup.cursor() as cursor:
        cursor.execute("drop table if exists w cascade; create table w (i int)")
        cursor.execute(
            "create or replace function wrote() returns setof w language sql as 'insert into w values (1) returning i'"
        )
    setup.close()
    with PostgreSQL(place("postgres", postgres)) as opened:
        assert rows(opened, query) == [("1",)]
        opened.commit()
        assert rows(opened, "select * from w") == [("1",)]


def test_nul_is_refused_by_postgresql(postgres: Postgres) -> None:
    with PostgreSQL(place("postgres", postgres)) as opened:
        opened.run(parse_one("create temp table n (v text)", opened.dialect))
        insert = parse_one("insert into n values (?)", opened.dialect)
        with pytest.raises(RowError, match="NUL") as caught:
            opened.insert(insert, [("a",), ("b\0",)])
        assert caught.value.index == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("x", "x"),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (0.1, "0.1"),
        (Decimal("12.30"), "12.30"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-7"), "0.0000000"),
        (Decimal("NaN"), "NaN"),
        (datetime.date(2024, 1, 31), "2024-01-31"),
        (datetime.datetime(2024, 1, 31, 9, 7), "2024-01-31 09:07:00"),  # noqa: DTZ001
        (datetime.datetime(1969, 7, 20, 1, 2, 3, 250_000), "1969-07-20 01:02:03.250000"),  # noqa: DTZ001
        (datetime.datetime(2024, 1, 31, tzinfo=datetime.UTC), "2024-01-31 00:00:00+00:00"),
        (datetime.time(9, 7), "09:07:00"),
        (datetime.timedelta(days=1, hours=2, microseconds=5), "26:00:00.000005"),
        (-datetime.timedelta(minutes=1), "-00:01:00"),
        ("ü".encode(), "ü"),
        (memoryview(b"abc"), "abc"),
        ({"a": ["ü", None]}, '{"a": ["ü", null]}'),
        (Path("x"), "x"),
    ],
)
def test_text_of_python_values(value: object, text: str | None) -> None:
    assert values.text(value) == text


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    with sqlite(tmp_path / "db") as opened:
        with pytest.raises(NotTextError, match="column 'photo' holds bytes"):
            rows(opened, "select 1 as id, x'ff' as photo")
        [[row]] = opened.reading("select 1 as id, x'ff' as photo", reader="postgresql")
        assert row == ("1", b"\xff")
