"""Reads CSV as RFC 4180 has it, with NULL and the empty text told apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.reading import blocks
from datapipeline_provider.data_formats import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
    from datapipeline_provider.hooks.database import Cell, Row


QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')


class QuotedCSVReader:
    """Reads one file.

    A field without quotes and without content is NULL. Records end with LF or CR LF, both also allowed inside
    quotes. A quote that does not begin a field, text behind a closing quote and a quote that is never closed are
    errors.
    """

    end = b"\n"

    def __init__(self, data_format: QuotedCSV, origin: str) -> None:
        self._separator, self._origin = data_format.column_separator, origin
        self._next = 0 if data_format.header else 1
        self._columns = columns.names(data_format.columns)
        self._open: list[str] = []  # the lines of a record that has not ended: a quote is open
        self._open_length = 0

    def position(self) -> int:
        """Give the number of the next record."""
        return self._next

    def read(self, block: bytes) -> Iterator[Batch]:
        """Give the records that end in a block."""
        text = blocks.text(block, self._origin, self._count)
        first = self._next
        rows = list(self._rows(text))
        if first == 0 and rows:
            names = tuple(str(cell or "") for cell in rows.pop(0))
            self._columns, first = self._columns or names, 1
        if rows or first:
            yield Batch(self._origin, first, rows, self._columns)

    def finish(self) -> Iterator[Batch]:
        """Give nothing; RecordError if a quote is open."""
        if self._open:
            self._record("\n".join(self._open))  # which raises: the number of quotes is odd
        return iter(())

    def _rows(self, text: str) -> Iterator[Row]:
        separator, opened = self._separator, self._open
        for line in text.split("\n"):
            if not opened and '"' not in line:
                yield self._plain(line.removesuffix("\r"), separator)
                self._next += 1
                continue
            opened.append(line)
            if line.count('"') % 2 == (len(opened) == 1):  # it opens a quote, or does not close the open one
                self._open_length += len(line)
                if self._open_length > blocks.LONGEST_RECORD:
                    self._record("\n".join(opened))  # which raises
                continue
            record = "\n".join(opened)
            opened.clear()
            self._open_length = 0
            yield self._record(record.removesuffix("\r"))
            self._next += 1

    def _plain(self, line: str, separator: str) -> Row:
        cells = line.split(separator)
        return tuple([cell or None for cell in cells] if "" in cells else cells)

    def _record(self, record: str) -> Row:
        """Take a record with quotes apart."""
        cells: list[Cell] = []
        start, length, separator = 0, len(record), self._separator
        while True:
            if record.startswith('"', start):
                quoted = QUOTED.match(record, start)
                if quoted is None:
                    raise self._error("a quote is opened and never closed", len(cells))
                cells.append(quoted[1].replace('""', '"'))
                start = quoted.end()
                if start < length and record[start] != separator:
                    raise self._error("text stands behind a closing quote", len(cells) - 1)
            else:
                stop = record.find(separator, start)
                stop = length if stop < 0 else stop
                cell = record[start:stop]
                if '"' in cell:
                    raise self._error("a quote stands inside a value without quotes", len(cells))
                cells.append(cell or None)
                start = stop
            if start == length:
                return tuple(cells)
            start += 1

    def _count(self, good: bytes) -> int:
        """Give the number of the record in which some bytes of a block end."""
        before = "".join(f"{line}\n" for line in self._open) + good.decode()
        quotes = number = 0
        for line in before.split("\n")[:-1]:
            quotes += line.count('"')
            number += quotes % 2 == 0
        return self._next + number

    def _error(self, problem: str, index: int) -> RecordError:
        name = f" ({self._columns[index]})" if index < len(self._columns) else ""
        return RecordError(self._origin, self._next, f"column {index + 1}{name}: {problem}")
