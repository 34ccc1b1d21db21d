"""Knows what kinds of columns MySQL has: what the server says of a query's result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from pymysql.constants import FIELD_TYPE

from datapipeline_provider.hooks import mysql_wire

if TYPE_CHECKING:
    from typing import Any

Kind = Literal["plain", "float", "moment", "text", "binary", "bit", "other"]
"""What a column holds.

`plain`: numbers and dates, whose text has digits, `+-.: e` and nothing else, as those of the next two have; `float`:
FLOAT, of which the server's text has six digits; `moment`: times of a day; `other`: unknown, spatial.
"""

BINARY = 63
"""The number of the character set of what is no text."""
PLAIN = {
    FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24,
    FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.YEAR,
    FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE, FIELD_TYPE.NULL,
}  # fmt: skip
MOMENTS = {FIELD_TYPE.TIME, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP}
ANY_DECIMALS = 31
"""What stands for the number of decimals where it is not declared."""
TEXT = {
    FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.ENUM, FIELD_TYPE.SET,
    FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB,
}  # fmt: skip


class Column(NamedTuple):
    """A column of a query's result.

    :param length: the most bytes that a value has.
    :param boolean: it is a TINYINT(1) or BIT(1), which MySQL calls BOOLEAN.
    :param stored: it is a column of a table rather than computed.
    """

    name: str
    kind: Kind
    length: int
    boolean: bool
    stored: bool


def describe(connection: Any, query: str) -> tuple[tuple[Column, ...], int]:
    """Give the columns of a query, and the number of its placeholders, without running it."""
    described = mysql_wire.describe(connection, query)
    return tuple(_column(field) for field in described.columns), described.parameters


def _column(field: Any) -> Column:
    code, length = field.type_code, field.length
    boolean = length == 1 and code in {FIELD_TYPE.TINY, FIELD_TYPE.BIT}
    kind = _kind(code, field.charsetnr)
    if code == FIELD_TYPE.FLOAT and field.scale == ANY_DECIMALS:
        kind = "float"
    return Column(field.name, kind, length, boolean, stored=bool(field.org_table))


def _kind(code: int, character_set: int) -> Kind:
    if code in PLAIN:
        return "plain"
    if code in MOMENTS:
        return "moment"
    if code in TEXT:
        return "binary" if character_set == BINARY else "text"
    if code == FIELD_TYPE.JSON:  # MySQL's own, which says that it is binary
        return "text"
    return "bit" if code == FIELD_TYPE.BIT else "other"
