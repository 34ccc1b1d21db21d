"""Reads records in Data Pipeline's dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError, key_of
from datapipeline_provider.copy.reading import blocks
from datapipeline_provider.copy.writing.unquoted import NULL
from datapipeline_provider.data_formats import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.data_formats.delimited import Delimited
    from datapipeline_provider.hooks.database import Row


class UnquotedReader:
    r"""Reads one file (dp-object-copyactivity).

    An unescaped field of the two characters `\n` is NULL. An escape character before anything but a separator or
    itself is an ordinary character. CR LF line ends, and an escape character before a record's end, are errors.
    """

    def __init__(self, data_format: Delimited, origin: str) -> None:
        self._separator, self._end = data_format.column_separator, data_format.record_separator
        self._escape, self._origin = data_format.escape, origin
        self.end = self._end.encode()
        self._next = 0 if data_format.header else 1
        self._columns = columns.names(data_format.columns)
        escape, separator = re.escape(self._escape), re.escape(self._separator)
        self._edges = re.compile(rf"{escape}(?P<escaped>.?)|{separator}", re.DOTALL)
        self._escaped = re.compile(rf"{escape}([{escape}{separator}])")

    def position(self) -> int:
        """Give the number of the next record."""
        return self._next

    def read(self, block: bytes) -> Iterator[Batch]:
        """Give the records of a block."""
        text = blocks.text(block, self._origin, lambda good: self._next + good.count(self.end))
        lines = text.split(self._end)
        first = self._next
        self._next += len(lines)
        rows = [self._row(line, first + n) for n, line in enumerate(lines)]
        if first == 0:  # the header
            names = tuple(cell or "" for cell in rows.pop(0))
            self._columns, first = self._columns or names, 1  # type: ignore[assignment]
        yield Batch(self._origin, first, rows, self._columns)

    def finish(self) -> Iterator[Batch]:
        """Give nothing: each block has whole records."""
        return iter(())

    def _row(self, line: str, number: int) -> Row:
        if self._end == "\n" and line.endswith("\r"):
            problem = "the record ends with CR LF; CopyActivity reads files with LF only"
            raise RecordError(self._origin, number, problem)
        if self._escape not in line and NULL not in line:
            return tuple(line.split(self._separator))
        return tuple(
            None if field == NULL else self._escaped.sub(r"\1", field) for field in self._fields(line, number)
        )

    def _fields(self, line: str, number: int) -> Iterator[str]:
        start = 0
        for edge in self._edges.finditer(line):
            if edge["escaped"] == "":
                problem = "an escape character stands before the end of the record"
                key = key_of(self._columns, line[:start].split(self._separator))
                raise RecordError(self._origin, number, problem, key)
            if edge["escaped"] is None:
                yield line[start : edge.start()]
                start = edge.end()
        yield line[start:]
