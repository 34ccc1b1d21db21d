"""How a format's list of columns is written: a name, and behind it a type of SQL if one is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMN = re.compile(r"\s*(?P<name>\S+)(?:\s+(?P<type>\S.*?))?\s*", re.DOTALL)


class ColumnsError(DatapipelineError):
    """A list of columns that names nothing, or one name twice."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}.")


class Column(NamedTuple):
    """A column's name, and its type in upper case (empty if none is given)."""

    name: str
    type: str


def parse(columns: Sequence[str], format_name: str) -> tuple[Column, ...]:
    """Read entries of the form `name TYPE` (Data Pipeline's `column`); ColumnsError for one without a name."""
    found = []
    for entry in columns:
        match = COLUMN.fullmatch(entry)
        if match is None:
            raise ColumnsError(
                format_name, f"columns has {entry!r}; an entry is a name and a type: 'price DECIMAL(10,2)'"
            )
        found.append(Column(match["name"], (match["type"] or "").upper()))
    return tuple(found)


def names(columns: Sequence[str]) -> tuple[str, ...]:
    """Give the names alone."""
    return tuple(column.name for column in parse(columns, "columns"))


def check(columns: Sequence[str], format_name: str) -> None:
    """Raise ColumnsError for an entry without a name or a name that comes twice."""
    seen: set[str] = set()
    for column in parse(columns, format_name):
        if column.name in seen:
            raise ColumnsError(format_name, f"the column {column.name!r} is there twice")
        seen.add(column.name)
