"""What travels between a source and a sink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.hooks.database import Row


@dataclass(frozen=True)
class Batch:
    """Some records in order, and where they come from.

    :param origin: the object's address, or the table or query.
    :param first: the number of the first record in that origin, from 1.
    :param columns: the names of the columns; empty if the origin has none.
    :param portable: the values are texts in the form of `hooks.portable`.
    """

    origin: str
    first: int
    rows: Sequence[Row]
    columns: tuple[str, ...] = ()
    portable: bool = False

    def column(self, index: int) -> str:
        """Name a column for a message; `index` from 0."""
        return f"column {index + 1}" + (f" ({self.columns[index]})" if index < len(self.columns) else "")
