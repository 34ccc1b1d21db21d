"""Says what a column of MySQL takes of a file's texts where INSERT, unlike LOAD DATA, is given one row after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.hooks import mysql_columns, mysql_insert, portable
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.hooks.mysql import MySQL
    from datapipeline_provider.hooks.mysql_columns import Column
    from datapipeline_provider.hooks.portable import Taker
    from datapipeline_provider.hooks.sql_text import Statement


def takers(database: MySQL, statement: Statement) -> Sequence[Taker | None] | Declined:
    """Give what `Database.takers` gives."""
    insert = mysql_insert.taken_apart(statement)
    if isinstance(insert, Declined):
        return insert
    chosen = ", ".join(insert.columns) or "*"
    try:
        columns, _ = mysql_columns.describe(database.connection, f"SELECT {chosen} FROM {insert.table}")  # noqa: S608 - theirs
    except database.errors as error:  # which the insert query then says where it matters
        return Declined(f"the server refuses to describe the table: {database.reason(error)}")
    found: list[Taker | None] = []
    for column, item in zip(columns, insert.items, strict=False):
        found += [_taker(column)] if item.segments == ("", "") else [None] * item.placeholders
    return found


def _taker(column: Column) -> Taker | None:
    if column.kind == "bit":
        return portable.bits
    if column.kind == "binary":
        return portable.binary
    if column.kind == "moment":
        return portable.moment
    return portable.boolean if column.boolean else None
