from __future__ import annotations

import pytest
from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.sql_text import MYSQL, POSTGRESQL, STANDARD, Dialect, parse, parse_one

ALL = (POSTGRESQL, MYSQL, STANDARD)


@pytest.mark.parametrize(
    ("dialect", "text", "statements"),
    [
        *((each, "select 1", ["select 1"]) for each in ALL),
        *((each, " select 1 ;\n select 2;; ", ["select 1", "select 2"]) for each in ALL),
        *((each, "", []) for each in ALL),
        *((each, ";;", []) for each in ALL),
        *((each, "-- only; a comment\n/* and; another */", []) for each in ALL),
        *((each, "select ';', \";\"; select 2", ["select ';', \";\"", "select 2"]) for each in ALL),
        *((each, "select 'it''s;'; x", ["select 'it''s;'", "x"]) for each in ALL),
        *((each, "a -- ;\n; b", ["a -- ;", "b"]) for each in ALL),
        *((each, "a /* ; */ b; c", ["a /* ; */ b", "c"]) for each in ALL),
        *((each, "begin; insert; commit", ["begin", "insert", "commit"]) for each in ALL),
        *((each, "select case when 1 then 2 end; b", ["select case when 1 then 2 end", "b"]) for each in ALL),
        (POSTGRESQL, "do $$ a; b $$; c", ["do $$ a; b $$", "c"]),
        (POSTGRESQL, "do $x$ a; $$ ; $x$; c", ["do $x$ a; $$ ; $x$", "c"]),
        (POSTGRESQL, r"select '\'; b", [r"select '\'", "b"]),
        (POSTGRESQL, r"select E'\';'; b", [r"select E'\';'", "b"]),
        (POSTGRESQL, "a /* /* ; */ ; */; b", ["a /* /* ; */ ; */", "b"]),
        (POSTGRESQL, "select a # b; c", ["select a # b", "c"]),
        (POSTGRESQL, "select price$1; c", ["select price$1", "c"]),
        (MYSQL, r"select '\';'; b", [r"select '\';'", "b"]),
        (MYSQL, "select `;`; b", ["select `;`", "b"]),
        (MYSQL, "a # ;\n; b", ["a # ;", "b"]),
        (MYSQL, "select 5--1; b", ["select 5--1", "b"]),
        (MYSQL, "a /* /* */; b", ["a /* /* */", "b"]),
        (
            MYSQL,
            "create procedure p() begin if a then b; end if; while c do d; end while; end; call p()",
            ["create procedure p() begin if a then b; end if; while c do d; end while; end", "call p()"],
        ),
        (
            MYSQL,
            "create trigger t before insert on x for each row begin set a = case b when 1 then 2 end; end; c",
            [
                "create trigger t before insert on x for each row begin set a = case b when 1 then 2 end; end",
                "c",
            ],
        ),
        (
            POSTGRESQL,
            "create function f() returns int begin atomic select 1; select 2; end; c",
            ["create function f() returns int begin atomic select 1; select 2; end", "c"],
        ),
        (MYSQL, "create table begin_log (x int); b", ["create table begin_log (x int)", "b"]),
    ],
)
def test_statements(dialect: Dialect, text: str, statements: list[str]) -> None:
    assert ["?".join(found.segments) for found in parse(text, dialect)] == statements


@pytest.mark.parametrize(
    ("dialect", "text", "count"),
    [
        *((each, "insert into t values (?, ?)", 2) for each in ALL),
        *((each, "? '?' \"?\" /* ? */ -- ?\n ?", 2) for each in ALL),
        (POSTGRESQL, "insert into t values (?::numeric, ?::timestamp)", 2),
        (POSTGRESQL, "select a ?? 'b' and c = ?", 1),
        (POSTGRESQL, "select $$?$$, $a$ ? $a$, E'\\'?', ?", 1),
        (MYSQL, "select '\\'?', `?`, ? # ?", 1),
        (STANDARD, "select a ?? b", 2),
    ],
)
def test_placeholders(dialect: Dialect, text: str, count: int) -> None:
    assert parse_one(text, dialect).placeholders == count
    assert parse(text, dialect, placeholders=False)[0].placeholders == 0


def test_filled() -> None:
    statement = parse_one(" insert into t values (?, '?', ? || '%s', a ?? b);\n", POSTGRESQL)
    assert statement.filled(["1", "'?'"]) == "insert into t values (1, '?', '?' || '%s', a ? b)"
    with pytest.raises(ValueError, match="shorter"):
        statement.filled(["1"])


@pytest.mark.parametrize(
    ("dialect", "text", "cut"),
    [
        (POSTGRESQL, "insert into t values (?, ?)", ("insert into t values ", "(?, ?)", "")),
        (POSTGRESQL, "insert into t values(lower(?), ?::int)", ("insert into t values", "(lower(?), ?::int)", "")),
        (POSTGRESQL, "insert into t (a) values (?) on conflict do nothing", ("insert into t (a) values ", "(?)", "on conflict do nothing")),
        (MYSQL, "replace t value (?, ')')", ("replace t value ", "(?, ')')", "")),
        (MYSQL, "insert t values (?) on duplicate key update a = values(a)", ("insert t values ", "(?)", "on duplicate key update a = values(a)")),
        (MYSQL, "insert t values (?) on duplicate key update a = ?", None),
        (POSTGRESQL, "insert into t select ?, ?", None),
        (POSTGRESQL, "insert into t values (?), (?)", None),
        (POSTGRESQL, "update t set a = ? where values_of = (?)", None),
        (POSTGRESQL, "select f(?)", None),
    ],
)  # fmt: skip
def test_values_clause(dialect: Dialect, text: str, cut: tuple[str, str, str] | None) -> None:
    found = sql_text.values_clause(parse_one(text, dialect), dialect)
    shown = found and (found[0], "?".join(found[1].segments), found[2])
    assert shown == cut


@pytest.mark.parametrize(
    ("dialect", "name", "schema", "quoted"),
    [
        (POSTGRESQL, "orders", None, '"orders"'),
        (POSTGRESQL, "order", "public", '"public"."order"'),
        (POSTGRESQL, "Orders", None, "Orders"),  # PostgreSQL folds it, as it did for Data Pipeline
        (POSTGRESQL, "shop.orders", None, '"shop"."orders"'),
        (POSTGRESQL, "shop.orders", "other", '"shop"."orders"'),
        (POSTGRESQL, '"Orders"', "Shop", 'Shop."Orders"'),
        (POSTGRESQL, "my orders; drop table x", None, '"my orders; drop table x"'),
        (POSTGRESQL, 'a"b', None, '"a""b"'),
        (MYSQL, "Orders", None, "`Orders`"),
        (MYSQL, "shop.order", None, "`shop`.`order`"),
        (MYSQL, "`a.b`", "c", "`c`.`a.b`"),
        (STANDARD, "ORDERS", None, "ORDERS"),
        (STANDARD, "orders", "s", "s.orders"),
        (STANDARD, "x; drop", None, '"x; drop"'),
    ],
)
def test_quoted_name(dialect: Dialect, name: str, schema: str | None, quoted: str) -> None:
    assert sql_text.quoted_name(name, dialect, schema) == quoted


def test_chunks() -> None:
    texts = ["a" * 4, "b" * 4, "c" * 40, "d"]
    assert list(sql_text.chunks(iter(texts), 10, ",")) == ["aaaa,bbbb", "c" * 40, "d"]
    assert list(sql_text.chunks(iter([]), 10, ",")) == []
