"""Which value of a row is refused, on real servers and SQLite, and what of a driver's message may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.hooks import mysql_errors, other
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.errors import RowError, without_driver
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.hooks.sql_text import parse_one

from tests.provider.hooks.places import place
from tests.provider.hooks.test_databases import sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datapipeline_provider.hooks.database import Database

TABLE = "create temporary table b (k int not null primary key, w varchar(5) not null, n int, m int, check (n < m))"
INSERT = {
    "names": "insert into b (k, w, n, m) values (?, ?, ?, ?)",
    "computes": "insert into b select cast(a as integer) + 0, c, d, e from (select ? as a, ? as c, cast(? as integer) as d, cast(? as integer) as e) s",
}


@pytest.fixture(params=["postgresql", "redshift"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An open database with an empty table b."""
    kind = {"postgresql": "postgres"}.get(request.param, request.param)
    with PostgreSQL(place(kind, request.getfixturevalue("postgres"))) as opened:
        opened.run(parse_one(TABLE, opened.dialect))
        opened.commit()
        yield opened


@pytest.mark.parametrize("insert", INSERT.values(), ids=INSERT)
@pytest.mark.parametrize(
    ("row", "value"),
    [
        (("secret", "a", "1", "2"), 0),
        (("99999999999", "a", "1", "2"), 0),
        (("5", "secret", "1", "2"), 1),
        (("5", "a", "secret", "2"), 2),
        (("5", "a", "1", "secret"), 3),
        (("5", "secret", "1", "secret"), 3),  # both; the type is looked at first
        (("5", None, "1", "2"), None),  # the server names it
        (("5", "a", "2", "1"), None),  # either of two
        (("1", "a", "1", "2"), 0),  # the key is there
    ],
)
def test_the_value_that_is_refused(
    database: Database, insert: str, row: tuple[str | None, ...], value: int | None
) -> None:
    statement = parse_one(insert, database.dialect)
    with pytest.raises(RowError) as caught:
        database.insert(statement, [("1", "a", "1", "2"), row, ("3", "a", "1", "2")])
    found = caught.value
    if row[0] == "1" and not database.savepoints:
        value = None  # alone it is taken
    assert (found.index, found.value) == (1, value)
    assert ("column w" in found.reason) is (row[1] is None)
    assert "secret" not in str(found)


TRIGGERS = {
    "postgresql": [
        "create table tr (v text)",
        "create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'not %', new.v; end $$",
        "create trigger refuse before insert on tr for each row execute function refuse()",
    ],
    "mysql": [
        "create table tr (v text)",
        "create trigger refuse before insert on tr for each row begin set @m = concat('not ', new.v); "
        "signal sqlstate '45000' set message_text = @m; end",
    ],
}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("postgresql", "raise exception (SQLSTATE P0001)"),
        ("mysql", "a trigger or function refuses it (error 1644)"),
    ],
)
def test_what_a_trigger_says_is_not_shown(request: pytest.FixtureRequest, kind: str, reason: str) -> None:
    opened: Database = (
        PostgreSQL(place("postgres", request.getfixturevalue("postgres")))
        if kind == "postgresql"
        else MySQL(place("mysql", request.getfixturevalue("mariadb")))
    )
    with opened:
        for each in ("drop table if exists tr", *TRIGGERS[kind]):
            opened.run(parse_one(each, opened.dialect))
        opened.commit()
        with pytest.raises(RowError) as caught:
            opened.insert(parse_one("insert into tr values (?)", opened.dialect), [("secret",)])
        assert (caught.value.index, caught.value.reason) == (0, reason)


def test_a_value_that_sqlite_refuses(tmp_path: Path) -> None:
    with sqlite(tmp_path / "db") as opened:
        opened.run(
            parse_one("create table t (k integer primary key, v text not null) strict", opened.dialect)
        )
        opened.commit()
        insert = parse_one("insert into t values (?, ?)", opened.dialect)
        opened.insert(insert, [("1", "a")])
        for row, value in ((("x", "a"), 0), (("2", None), 1), (("2", b"secret"), 1)):
            with pytest.raises(RowError) as caught:
                opened.insert(insert, [("3", "a"), row])
            assert (caught.value.index, caught.value.value) == (1, value)
            assert str(caught.value).startswith("IntegrityError")


@pytest.mark.parametrize(
    ("code", "message", "about", "value"),
    [
        (1366, "Incorrect integer value: 'x' for column `d`.`t`.`id` at row 1", ", column id", None),
        (1406, "Data too long for column 'a b' at row 7", ", column a b", None),
        (1048, "Column 'v' cannot be null", ", column v", None),
        (1062, "Duplicate entry 'x' for key 't.PRIMARY'", ", key t.PRIMARY", 0),
        (1062, "Duplicate entry 'x' for key 'y' for key 'k'", ", key k", None),
        (
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `c` "
            "FOREIGN KEY (`p`) REFERENCES `q` (`id`))",
            ", column p",
            None,
        ),
        (1292, "Truncated incorrect INTEGER value: 'x'", "", 0),
        (1292, "Truncated incorrect INTEGER value: 'it's'", "", 1),
        (1292, "Truncated incorrect INTEGER value: 'twice'", "", None),
        (1292, "Truncated incorrect INTEGER value: 'for column `x` at row 1'", "", None),
        (1690, "BIGINT UNSIGNED value is out of range in '(1 - `x`)'", "", None),
    ],
)
def test_what_mysql_says_of_a_row(code: int, message: str, about: str, value: int | None) -> None:
    assert mysql_errors.about(code, message) == about
    assert mysql_errors.value_in(message, ("x", "it's", "twice", "twice", None)) == value


class Numbered:
    full_code = "ORA-12899"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError(245, b"Conversion failed when converting 'x'"), "245"),
        (ValueError("22001", "[22001] too long"), "22001"),
        (ValueError(Numbered()), "ORA-12899"),
        (ValueError("the value x is bad"), None),
        (ValueError(), None),
    ],
)
def test_the_code_of_another_driver(error: Exception, code: str | None) -> None:
    assert other._code(error) == code


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("near 'secret': syntax error", "near '...': syntax error"),
        ('value 12 of "a b 12"', "value 12 of '...'"),
        ("the secret is 47110 in 'x'", "the ... is ... in 'x'"),
        ("no such table: nowhere", "no such table: nowhere"),
    ],
)
def test_values_in_another_drivers_message(message: str, shown: str) -> None:
    rows: list[Any] = [("secret", "12", None), ("47110", "", b"")]
    assert other.masked(message, rows) == shown


def test_an_error_loses_what_it_was_raised_instead_of() -> None:
    def fail() -> None:
        try:
            try:
                raise ValueError("secret")
            except ValueError:
                raise RowError(0, "inner") from None
        except RowError as error:
            raise KeyError("outer") from error

    with pytest.raises(KeyError) as caught:
        fail()
    cut = without_driver(caught.value)
    assert cut is caught.value
    assert isinstance(cut.__cause__, RowError)
    assert cut.__cause__.__context__ is None


@pytest.mark.parametrize(
    ("insert", "why"),
    [
        ("insert into t values (?, ?)", "SQLAlchemy cannot tell the types of the columns"),
        ("insert into t select ?, ?", "the insert query is not INSERT INTO table (columns) VALUES (?, ...)"),
    ],
)
def test_why_the_columns_of_another_database_are_not_known(tmp_path: Path, insert: str, why: str) -> None:
    with sqlite(tmp_path / "db") as opened:  # whose hook has no address for SQLAlchemy
        found = opened.takers(parse_one(insert, opened.dialect))
    assert isinstance(found, Declined)
    assert found.reason.startswith(why)
