"""Gives FLOAT columns with all their digits: of the server's own text, which has six, 1234567 is 1234570."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from datapipeline_provider.hooks import mysql_columns
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from datapipeline_provider.hooks.mysql import MySQL

log = logging.getLogger(__name__)

DOUBLE = "{column} + 0e0"
"""The DOUBLE of the same value, of which the text has all digits."""
SHORT = (
    "if(abs(concat({column}) - ({column} + 0e0)) <= abs({column} + 0e0) * 2.98e-8, "
    "concat({column}), concat({column} + 0e0))"
)
"""The server's own text where it reads back as the same FLOAT: it is nearer than half the distance to the next one,
which is more than the value by 2 to the power of -25."""


def exact(database: MySQL, query: str, *, short: bool) -> tuple[str, tuple[str, ...] | None]:
    """Write a query so that its FLOAT columns come with all digits; the same query if it has none.

    :param short: the server's own text where that is as good.
    :return: with the names that the columns should have; None for those that they have.
    """
    try:
        columns, parameters = mysql_columns.describe(database.connection, query)
    except database.errors:  # whoever runs it says why
        return query, None
    if parameters or all(column.kind != "float" for column in columns):
        return query, None
    found = _rewritten(database, query, columns, SHORT if short else DOUBLE)
    if isinstance(found, Declined):
        log.warning("Connection %s: FLOAT columns come with six digits: %s", database.conn_id, found.reason)
        return query, None
    return found, tuple(column.name for column in columns)


def _rewritten(
    database: MySQL, query: str, columns: tuple[mysql_columns.Column, ...], form: str
) -> str | Declined:
    from datapipeline_provider.hooks import mysql_export

    if not database.has_common_table_expressions:
        return Declined("the server is older than MySQL 8.0 and MariaDB 10.2")
    asked = mysql_export.one_query(database, query)
    if isinstance(asked, Declined):
        return asked
    try:
        if form.count("{column}") > 1 and (reason := mysql_export.why_not_twice(database, asked, columns)):
            return Declined(reason)
        names = [f"c{number}" for number in range(1, len(columns) + 1)]
        items = ", ".join(
            form.format(column=name) if column.kind == "float" else name
            for name, column in zip(names, columns, strict=True)
        )
        inner, tail = asked.cut(columns)
        sql = f"WITH datapipeline ({', '.join(names)}) AS ({inner}\n) SELECT {items} FROM datapipeline {tail}"  # noqa: S608 - theirs
        written, _ = mysql_columns.describe(database.connection, sql)
    except database.errors as error:
        return Declined(f"the server does not go on with the rows of this query: {database.reason(error)}")
    if any(one.kind not in {other.kind, "float"} for one, other in zip(columns, written, strict=True)):
        return Declined("other columns would have other types")
    return sql
