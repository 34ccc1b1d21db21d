"""Rows that are kept column by column, as they were converted and as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.hooks.database import Cell, Row


class ByColumn(Sequence["Row"]):
    """A sequence of rows made of columns of equal length; at least one column."""

    def __init__(self, columns: Sequence[Sequence[Cell]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> ByColumn: ...
    def __getitem__(self, index: int | slice) -> Row | ByColumn:
        if isinstance(index, slice):
            return ByColumn([column[index] for column in self.columns])
        return tuple(column[index] for column in self.columns)


def columns_of(rows: Sequence[Row]) -> Sequence[Sequence[Cell]]:
    """Turn rows into columns; ValueError if they differ in length."""
    return rows.columns if isinstance(rows, ByColumn) else list(zip(*rows, strict=True))
