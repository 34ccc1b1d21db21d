"""Why a copy stops; facts in, sentence out, never a value of a row but an integer or UUID as its key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.hooks.database import Cell

KEY = re.compile(r"-?\d{1,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def key_of(columns: Sequence[str], cells: Sequence[Cell]) -> str:
    """Say which row it is by its first column, if that is an integer or a UUID: ` (id = 4711)`, otherwise nothing."""
    first = cells[0] if cells else None
    if not columns or not isinstance(first, str) or not KEY.fullmatch(first):
        return ""
    return f" ({columns[0]} = {first})"


class RecordError(DatapipelineError):
    """A record that cannot be read, written or loaded.

    :param origin: the object or table it comes from.
    :param row: its number, from 1.
    :param problem: what is wrong with it.
    :param key: what `key_of` says of it.
    """

    def __init__(self, origin: str, row: int, problem: str, key: str = "") -> None:
        super().__init__(f"{origin}, row {row}{key}: {problem}.")


class BatchError(DatapipelineError):
    """A batch of records that the database refused without saying which one."""

    def __init__(self, origin: str, first: int, last: int, problem: str) -> None:
        super().__init__(f"{origin}, one of the rows {first} to {last}: {problem}.")
