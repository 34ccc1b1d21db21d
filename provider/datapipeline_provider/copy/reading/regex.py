"""Reads lines that a regular expression takes apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.reading import blocks
from datapipeline_provider.data_formats import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.data_formats.regex import RegEx
    from datapipeline_provider.hooks.database import Row


class RegExReader:
    """Reads one file; see `RegEx`."""

    end = b"\n"

    def __init__(self, data_format: RegEx, origin: str) -> None:
        self._match = re.compile(data_format.input_regex).fullmatch
        self._columns = columns.names(data_format.columns)
        self._origin, self._next = origin, 1

    def position(self) -> int:
        """Give the number of the next record."""
        return self._next

    def read(self, block: bytes) -> Iterator[Batch]:
        """Give the records of a block."""
        text = blocks.text(block, self._origin, lambda good: self._next + good.count(b"\n"))
        lines = text.split("\n")
        first = self._next
        self._next += len(lines)
        rows = [self._row(line, first + number) for number, line in enumerate(lines)]
        yield Batch(self._origin, first, rows, self._columns)

    def finish(self) -> Iterator[Batch]:
        """Give nothing: each block has whole records."""
        return iter(())

    def _row(self, line: str, number: int) -> Row:
        found = self._match(line)
        if found is None:
            raise RecordError(self._origin, number, "the line does not match input_regex")
        return found.groups()
