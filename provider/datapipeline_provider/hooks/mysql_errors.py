"""Reads what MySQL and MariaDB say of a refused row: the column, the key, the value, none of which a value can feign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.hooks.database import Cell

BAD_NULL, DUPLICATE, NO_PARENT = 1048, 1062, 1452
SHORTENED = 64
"""From how many characters on a message may have only the beginning of a value."""
# From the end of the message, where no value stands.
COLUMN = re.compile(r".*column (?:`[^`]*`\.)*[`'](?P<name>.+)[`'] at row \d+", re.DOTALL | re.IGNORECASE)
NAMES = {
    BAD_NULL: ("column", re.compile(r"Column '(?P<name>.+)' cannot be null", re.DOTALL)),
    DUPLICATE: ("key", re.compile(r".* for key '(?P<name>[^']+)'", re.DOTALL)),
    NO_PARENT: ("column", re.compile(r".* FOREIGN KEY \(`(?P<name>[^`]+)`\) REFERENCES .*", re.DOTALL)),
}
KEY = re.compile(r" for key '[^']+'\Z")
VALUE = re.compile(r"[^']*'(?P<value>.*)'", re.DOTALL)


def column(code: int, message: str) -> str | None:
    """Give the name of the column that a message is about."""
    what, pattern = NAMES.get(code, ("column", COLUMN))
    found = pattern.fullmatch(message)
    return found["name"] if found and what == "column" else None


def about(code: int, message: str) -> str:
    """Give what a message tells besides its values: `, column v` or `, key PRIMARY`, otherwise nothing."""
    what, pattern = NAMES.get(code, ("column", COLUMN))
    found = pattern.fullmatch(message)
    return f", {what} {found['name']}" if found else ""


def value_in(message: str, row: Sequence[Cell]) -> int | None:
    """Give the position of the one value of a row that a message quotes."""
    found = VALUE.fullmatch(KEY.sub("", message))
    if found is None:
        return None
    value = found["value"]
    fits = [
        n
        for n, cell in enumerate(row)
        if isinstance(cell, str)
        and (cell == value or (len(value) >= SHORTENED and cell.startswith(value.removesuffix("..."))))
    ]
    return fits[0] if len(fits) == 1 else None
