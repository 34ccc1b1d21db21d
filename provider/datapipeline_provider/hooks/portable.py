r"""The form in which values travel from one kind of database to another in a file that can carry everything.

Binary values are `\x` and hexadecimal digits, BIT columns are numbers, booleans are whatever the writer calls them.
PostgreSQL reads and writes all of that by itself; this is for the others.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from datapipeline_provider.hooks.by_column import ByColumn, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.hooks.database import Cell, Row

    Taker = Callable[[str], Cell]
    """Turns the text of a file into what a column takes; ValueError if it is no such text."""

READER = "portable"
"""Stands for such a file where otherwise the kind of the reading database does."""
BOOLEANS = {"t": "1", "true": "1", "f": "0", "false": "0"}


def written(rows: Sequence[Row]) -> Sequence[Row]:
    """Write the binary values of some rows as text."""
    columns = columns_of(rows)
    if not columns:
        return rows
    return ByColumn([texts(cells) if bytes in set(map(type, cells)) else cells for cells in columns])


def texts(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Write the binary values of a column as text."""
    return [f"\\x{cell.hex()}" if isinstance(cell, bytes) else cell for cell in cells]


def binary(text: str) -> bytes:
    """Read the text of a binary value."""
    if not text.startswith("\\x"):
        raise ValueError
    digits = text[2:]
    return binascii.unhexlify(
        digits if len(digits) % 2 == 0 else f"0{digits}"
    )  # as the servers' UNHEX has it


def boolean(text: str) -> str:
    """Read any text of a boolean as a number; others stay."""
    return BOOLEANS.get(text.lower().rstrip(" "), text)


def moment(text: str) -> str:
    """Read a date and time without the zone that PostgreSQL writes, which is UTC."""
    return text.removesuffix("+00")


def bits(text: str) -> bytes:
    """Read the number that stands for some bits."""
    digits = boolean(text)
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError
    number = int(digits)
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
