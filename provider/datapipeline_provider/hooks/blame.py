"""Finds which row of a batch a database refuses, and which of its values, by inserting again what is undone anyway."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from datapipeline_provider.hooks.errors import RowError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from datapipeline_provider.hooks.database import Cell, Row

    class Trial(Protocol):
        """A batch that has failed, in a transaction that will be undone."""

        repeats: bool
        """Whether going back to a row keeps the rows before it."""
        tries: bool
        """Whether other values may be tried: nothing of them stays."""

        def begin(self) -> None:
            """Undo the batch."""

        def mark(self) -> None:
            """Remember the state before a row."""

        def back(self) -> None:
            """Go back to the mark."""

        def outcome(self, row: Row) -> Exception | None:
            """Insert a row; give what the driver raises for it."""

        def reason(self, error: Exception) -> str:
            """Say what the database said, without values."""

        def names_column(self, error: Exception) -> bool:
            """Say whether the reason has the column in it."""

        def value_in(self, error: Exception, row: Row) -> int | None:
            """Give the position of the one value that the database quotes."""


SUBSTITUTES: tuple[Cell, ...] = (None, "0", "", "2000-01-01")
"""Values of which one fits most columns."""


def find(trial: Trial, rows: Sequence[Row], first: Exception) -> RowError | None:
    """Say which row is refused; None if that cannot be seen, since no single row is.

    :param first: what the driver raised for the batch.
    """
    trial.begin()
    for index, row in enumerate(rows):
        trial.mark()
        error = trial.outcome(row)
        if error is None:
            continue
        reason = trial.reason(error)
        if not trial.repeats and reason != trial.reason(first):  # what the row needs has been undone
            return None
        if trial.names_column(error):
            return RowError(index, reason)
        value = trial.value_in(error, row)
        if value is None and trial.tries:
            value = _value(trial, row, reason)
        return RowError(index, reason, value)
    return None


def _value(trial: Trial, row: Row, reason: str) -> int | None:
    """Give the position of the one value without which the row is taken, or refused for another reason."""

    def said(cells: Sequence[Cell]) -> str | None:
        trial.back()
        error = trial.outcome(tuple(cells))
        return None if error is None else trial.reason(error)

    if said(row) != reason:  # it was the rows before it that did not go with this one
        return None
    cured, changed = [], []
    for index, value in enumerate(row):
        before, after = row[:index], row[index + 1 :]
        # A number that hardly is in the table yet, for keys.
        substitutes = [each for each in (*SUBSTITUTES, str(secrets.randbelow(1 << 31))) if each != value]
        found = {each: said((*before, each, *after)) for each in substitutes}
        if None in found.values():
            cured.append(index)
        elif found.get(None, reason) != reason:
            changed.append(index)
    for group in (cured, changed):
        if len(group) == 1:
            return group[0]
    if cured or changed:
        return None
    # Several values are wrong: the first one that is refused by itself.
    nothing: list[Cell] = [None] * len(row)
    alone = ([*nothing[:n], value, *nothing[n + 1 :]] for n, value in enumerate(row))
    return next((n for n, cells in enumerate(alone) if said(cells) == reason), None)
