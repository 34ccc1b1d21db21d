"""Takes an insert statement apart that LOAD DATA, or INSERT ... SELECT, can do for many rows at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from datapipeline_provider.hooks.sql_text import Statement

PART = rf"(?:{sql_text.BACKTICKS}|[^\W\d][\w$]*)"
HEAD = re.compile(
    rf"(?P<head>(?P<verb>INSERT|REPLACE)\s+(?P<ignore>IGNORE\s+)?(?:INTO\s+)?(?P<table>{PART}(?:\s*\.\s*{PART})?)"
    rf"\s*(?:\(\s*(?P<columns>{PART}(?:\s*,\s*{PART})*)\s*\))?)\s*VALUES?",
    re.IGNORECASE,
)
# Words of expressions that give the same whether the rows come in one statement or in several.
SAFE_WORDS = {
    "NULL", "TRUE", "FALSE", "AND", "OR", "NOT", "XOR", "IS", "IN", "LIKE", "BETWEEN", "DIV", "MOD", "CASE",
    "WHEN", "THEN", "ELSE", "END", "IF", "IFNULL", "NULLIF", "COALESCE", "GREATEST", "LEAST", "UPPER",
    "UCASE", "LOWER", "LCASE", "TRIM", "LTRIM", "RTRIM", "LEFT", "RIGHT", "SUBSTRING", "SUBSTR",
    "SUBSTRING_INDEX", "CONCAT", "CONCAT_WS", "REPLACE", "LPAD", "RPAD", "REVERSE", "LENGTH", "CHAR_LENGTH",
    "LOCATE", "HEX", "UNHEX", "MD5", "SHA1", "SHA2", "CAST", "CONVERT", "AS", "SIGNED", "UNSIGNED",
    "INTEGER", "CHAR", "DECIMAL", "DATE", "DATETIME", "TIME", "YEAR", "ROUND", "FLOOR", "CEIL", "CEILING",
    "ABS", "TRUNCATE", "STR_TO_DATE", "DATE_FORMAT", "DATE_ADD", "DATE_SUB", "INTERVAL", "DAY", "HOUR",
    "MINUTE", "SECOND", "MONTH", "FROM_UNIXTIME", "UNIX_TIMESTAMP", "NOW", "CURRENT_TIMESTAMP",
    "CURRENT_DATE", "CURRENT_TIME", "CURDATE", "CURTIME", "UTC_TIMESTAMP", "UTC_DATE", "UTC_TIME",
    "LOCALTIME", "LOCALTIMESTAMP",
}  # fmt: skip
# Those that give the same for a text in a column as for the same text as a literal. A text that is no number or date
# where one is needed is always an error as a literal, and as a column not.
TEXT_WORDS = {
    "NULL", "IFNULL", "NULLIF", "COALESCE", "UPPER", "UCASE", "LOWER", "LCASE", "TRIM", "LTRIM", "RTRIM", "LEFT",
    "RIGHT", "SUBSTRING", "SUBSTR", "SUBSTRING_INDEX", "CONCAT", "CONCAT_WS", "REPLACE", "LPAD", "RPAD", "REVERSE",
    "HEX", "UNHEX", "MD5", "SHA1", "SHA2",
}  # fmt: skip
OPERATORS = set("+-*/%<>=!&|^~")
END = sql_text.Token("other", "")
UPDATE = "ON DUPLICATE KEY UPDATE"


@dataclass(frozen=True)
class Insert:
    """`INSERT INTO table (columns) VALUES (items) after`.

    :param head: the statement up to the word VALUES.
    :param table: the name as it is written.
    :param columns: the names as they are written; empty if all columns of the table are meant.
    :param items: one a column, each cut at its placeholders.
    :param after: what follows, such as ON DUPLICATE KEY UPDATE.
    :param plain: nothing but placeholders are inserted, and a row that the table refuses is an error.
    """

    head: str
    table: str
    columns: tuple[str, ...]
    items: tuple[Statement, ...]
    after: str
    plain: bool
    ignores: bool
    """A row that the table refuses is left out, a value that does not fit is made to fit."""


def understood(statement: Statement) -> Insert | Declined:
    """Take a statement apart that does the same to many rows at once as to one after another, or say why not."""
    insert = taken_apart(statement)
    if isinstance(insert, Declined):
        return insert
    if insert.after and not " ".join(insert.after.upper().split()).startswith(UPDATE):
        return Declined("the insert query goes on after VALUES (...) with more than ON DUPLICATE KEY UPDATE")
    computed = ", ".join("?".join(item.segments) for item in insert.items)
    if strange := _strange(computed, names=False) or _strange(insert.after, names=True):
        return Declined(f"the insert query computes with {strange}, which may depend on the rows before")
    if any(item.placeholders and _computes(item) for item in insert.items):
        return Declined("the insert query computes numbers or dates of the record's values")
    return insert


def taken_apart(statement: Statement) -> Insert | Declined:
    """Take any `INSERT INTO table (columns) VALUES (items) after` apart."""
    values = sql_text.values_clause(statement, sql_text.MYSQL)
    if values is None:
        return Declined("the insert query has placeholders elsewhere than in VALUES (...)")
    before, bracket, after = values
    head = HEAD.fullmatch(before.strip())
    if head is None:
        return Declined("the insert query does not begin like INSERT INTO table (columns) VALUES")
    items = _items(bracket)
    bare = all(item.segments == ("", "") for item in items)
    return Insert(
        head=head["head"],
        table=head["table"],
        columns=tuple(re.findall(PART, head["columns"] or "")),
        items=items,
        after=after,
        plain=bare and not after and not head["ignore"] and head["verb"].upper() == "INSERT",
        ignores=head["ignore"] is not None,
    )


def _strange(text: str, *, names: bool) -> str | None:
    """Find a word or a character that may mean more than an expression of the row's own values.

    :param names: the text may name columns.
    """
    tokens = [token for token in sql_text.tokens(text, sql_text.MYSQL) if token.kind != "blank"]
    for token, following in pairwise([*tokens, END]):
        word = token.text.upper()
        if token.kind == "hidden" and word.startswith(("/*!", "/*M!")):
            return "comments that the server runs"
        if token.text in {"@"}:
            return "variables"
        if token.kind != "word" or word in SAFE_WORDS:
            continue
        is_function = following.text == "("
        if not names or word == "SELECT" or (is_function and word not in {"VALUES", "VALUE", "UPDATE"}):
            return word
    return None


def _computes(item: Statement) -> bool:
    tokens = list(sql_text.tokens("?".join(item.segments), sql_text.MYSQL))
    numbers = any(token.kind == "other" and token.text[0].isdigit() for token in tokens)
    return (
        not TEXT_WORDS.issuperset(item.words)
        or any(token.kind == "other" and token.text in OPERATORS for token in tokens)
        or (numbers and "NULLIF" in item.words)
    )


def _items(bracket: Statement) -> tuple[Statement, ...]:
    """Cut what is inside the bracket at its commas."""
    inside = "?".join(bracket.segments).strip()[1:-1]
    items, depth = [""], 0
    for token in sql_text.tokens(inside, sql_text.MYSQL):
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "other" else 0
        if token.text == "," and depth == 0:
            items.append("")
        else:
            items[-1] += token.text
    return tuple(sql_text.parse_one(item.strip(), sql_text.MYSQL) for item in items)
