"""Says what a column of any other database takes of a file's texts, as far as SQLAlchemy knows the table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from datapipeline_provider.hooks import portable
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.sql_text import BACKTICKS, NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.hooks.portable import Taker
    from datapipeline_provider.hooks.sql_text import Statement

PART = rf"(?:{NAME}|{BACKTICKS}|\[[^\]]+\]|[^\W\d][\w$]*)"
INSERT = re.compile(
    rf"\s*INSERT\s+INTO\s+(?:(?P<schema>{PART})\s*\.\s*)?(?P<table>{PART})\s*"
    rf"(?:\(\s*(?P<columns>{PART}(?:\s*,\s*{PART})*)\s*\))?\s*VALUES\s*\((?:\s*\?\s*,)*\s*\?\s*\)\s*",
    re.IGNORECASE,
)
TAKERS: dict[type, Taker] = {bytes: portable.binary, bool: portable.boolean}


def takers(engine: Callable[[], Any], statement: Statement) -> Sequence[Taker | None] | Declined:
    """Give what `Database.takers` gives.

    :param engine: makes SQLAlchemy's engine; fails where there is none for this database.
    """
    insert = INSERT.fullmatch("?".join(statement.segments))
    if insert is None:
        return Declined("the insert query is not INSERT INTO table (columns) VALUES (?, ...)")
    kinds = _kinds(engine, _bare(insert["table"]), insert["schema"] and _bare(insert["schema"]))
    if isinstance(kinds, Declined):
        return kinds
    names = [_bare(name).lower() for name in re.findall(PART, insert["columns"] or "")] or list(kinds)
    return [TAKERS.get(kinds.get(name, str)) for name in names]


def _kinds(engine: Callable[[], Any], table: str, schema: str | None) -> dict[str, type] | Declined:
    """Give Python's type for each column, whose name is in lower case."""
    try:
        from sqlalchemy import inspect

        opened = engine()
        try:
            columns = inspect(opened).get_columns(table, schema=schema)
        finally:
            opened.dispose()
    except Exception as error:  # noqa: BLE001 - of whatever hook and driver: the texts then stay as they are
        return Declined(f"SQLAlchemy cannot tell the types of the columns ({type(error).__name__})")
    return {column["name"].lower(): _kind(column["type"]) for column in columns}


def _kind(column_type: Any) -> type:
    try:
        kind: type = column_type.python_type
    except NotImplementedError:
        return str
    return kind


def _bare(name: str) -> str:
    return name[1:-1].replace(2 * name[-1], name[-1]) if name[0] in '"`[' else name
