"""Knows what kinds of columns MySQL has: what the server says of a query's result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from pymysql.constants import FIELD_TYPE

from datapipeline_provider.hooks import mysql_wire

if TYPE_CHECKING:
    from typing import Any

Kind = Literal["plain", "text", "binary", "bit", "other"]
"""`plain`: numbers, dates and times, whose text has digits, `+-.: e` and nothing else; `other`: unknown, spatial."""

BINARY = 63
"""The number of the character set of what is no text."""
PLAIN = {
    FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24,
    FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.YEAR,
    FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE, FIELD_TYPE.TIME, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP,
    FIELD_TYPE.NULL,
}  # fmt: skip
TEXT = {
    FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.ENUM, FIELD_TYPE.SET,
    FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB,
}  # fmt: skip


class Column(NamedTuple):
    """A column of a query's result.

    :param length: the most bytes that a value has.
    :param boolean: it is a TINYINT(1) or BIT(1), which MySQL calls BOOLEAN.
    """

    name: str
    kind: Kind
    length: int
    boolean: bool


def describe(connection: Any, query: str) -> tuple[tuple[Column, ...], int]:
    """Give the columns of a query, and the number of its placeholders, without running it."""
    described = mysql_wire.describe(connection, query)
    return tuple(_column(field) for field in described.columns), described.parameters


def _column(field: Any) -> Column:
    code, length = field.type_code, field.length
    boolean = length == 1 and code in {FIELD_TYPE.TINY, FIELD_TYPE.BIT}
    return Column(field.name, _kind(code, field.charsetnr), length, boolean)


def _kind(code: int, character_set: int) -> Kind:
    if code in PLAIN:
        return "plain"
    if code in TEXT:
        return "binary" if character_set == BINARY else "text"
    if code == FIELD_TYPE.JSON:  # MySQL's own, which says that it is binary
        return "text"
    return "bit" if code == FIELD_TYPE.BIT else "other"
