"""What every writer can do, and what those of text formats share."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.data_formats import columns
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.by_column import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.data_formats.delimited import DataFormat
    from datapipeline_provider.hooks.database import Cell

    Render = Callable[[int, Sequence[Cell]], Sequence[str]]
    """Turns cells of the column with this number, from 0, into fields."""


class FileWriter(Protocol):
    """Writes one file; a header comes with the first batch, which may be empty."""

    def write(self, batch: Batch) -> bytes:
        """Give the bytes of some records: whole records, or nothing yet."""

    def finish(self) -> bytes:
        """Give the bytes that end the file."""


class NoNamesError(DatapipelineError):
    """Column names are needed and nobody knows them."""

    def __init__(self, data_format: DataFormat) -> None:
        name = type(data_format).__name__
        super().__init__(
            f"{name} needs the names of the columns, and the source has none: give {name}(columns=...)."
        )


def names(data_format: DataFormat, batch: Batch) -> tuple[str, ...]:
    """Give the columns' names: those of the format, or else of the source; NoNamesError if there are none."""
    found = columns.names(data_format.columns) or batch.columns
    if not found:
        raise NoNamesError(data_format)
    return found


def lines(batch: Batch, separator: str, render: Render) -> list[str]:
    """Render records column by column, where most work is done for many cells at once, and join each.

    Records of different length are rendered one by one.
    """
    try:
        found = columns_of(batch.rows)
    except ValueError:
        return [
            separator.join([render(index, (cell,))[0] for index, cell in enumerate(row)])
            for row in batch.rows
        ]
    if not found:
        return [""] * len(batch.rows)
    fields = [render(index, cells) for index, cells in enumerate(found)]
    return list(map(separator.join, zip(*fields, strict=True)))


def whole(cells: Sequence[Cell]) -> tuple[str, bool]:
    """Join a column's texts; say whether NULLs are among them, which are left out."""
    try:
        return "".join(cells), False  # type: ignore[arg-type]
    except TypeError:
        return "".join(filter(None, cells)), True  # type: ignore[arg-type]


def texts(cells: Sequence[Cell], *, nulls: bool) -> Sequence[str]:
    """Give a column's texts, the empty one for NULL."""
    return [cell or "" for cell in cells] if nulls else cells  # type: ignore[return-value,misc]


def having(characters: Sequence[str], cells: Sequence[str]) -> list[int]:
    """Give the places of the cells that have one of the characters; fast where few have."""
    text = "".join(cells)
    if sum(map(text.count, characters)) * 4 > len(cells):
        search = re.compile(f"[{''.join(map(re.escape, characters))}]").search
        return [place for place, cell in enumerate(cells) if search(cell)]
    ends = list(accumulate(map(len, cells)))
    found = set()
    for character in characters:
        position = text.find(character)
        while position >= 0:
            place = bisect_right(ends, position)
            found.add(place)
            position = text.find(character, ends[place])
    return sorted(found)
