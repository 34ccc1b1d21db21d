"""Reads records in Data Pipeline's dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.writing import NULL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.data_formats.delimited import DataFormat
    from datapipeline_provider.hooks.database import Row

LONGEST_RECORD = 64 << 20
"""Bytes after which a record without an end is an error: the file is of another kind."""


def batches(parts: Iterator[bytes], data_format: DataFormat, origin: str) -> Iterator[Batch]:
    r"""Read UTF-8 text into batches, one a part (dp-object-copyactivity).

    The last record may lack its end. An unescaped field of the two characters `\n` is NULL. An escape character
    before anything but a separator or itself is an ordinary character. Columns are not counted here.

    :raises RecordError: CR LF line ends, text that is not UTF-8, an escape character before the record's end,
        or no end within LONGEST_RECORD bytes.
    """
    reader, end = _Reader(data_format, origin), data_format.record_separator.encode()
    rest: list[bytes] = []  # the beginning of a record whose end has not come yet
    waiting = 0
    for part in parts:
        cut = part.rfind(end) + len(end)
        if cut < len(end):
            rest.append(part)
            waiting += len(part)
            if waiting > LONGEST_RECORD:
                raise RecordError(origin, reader.next, f"no record separator within {LONGEST_RECORD} bytes")
            continue
        rest.append(part[: cut - len(end)])
        yield reader.batch(b"".join(rest))
        rest, waiting = [part[cut:]], len(part) - cut
    if last := b"".join(rest):
        yield reader.batch(last)


class _Reader:
    def __init__(self, data_format: DataFormat, origin: str) -> None:
        self.separator, self.end = data_format.column_separator, data_format.record_separator
        self.escape, self.origin, self.next = data_format.escape, origin, 1
        escape, separator = re.escape(self.escape), re.escape(self.separator)
        self.edges = re.compile(rf"{escape}(?P<escaped>.?)|{separator}", re.DOTALL)
        self.escaped = re.compile(rf"{escape}([{escape}{separator}])")

    def batch(self, block: bytes) -> Batch:
        """Read a block of whole records, whose last one has lost its end."""
        lines = self._text(block).split(self.end)
        first, self.next = self.next, self.next + len(lines)
        return Batch(self.origin, first, [self._row(line, first + n) for n, line in enumerate(lines)])

    def _text(self, block: bytes) -> str:
        try:
            return block.decode()
        except UnicodeDecodeError as error:
            row = self.next + block.count(self.end.encode(), 0, error.start)
            raise RecordError(self.origin, row, "the text is not UTF-8") from None

    def _row(self, line: str, number: int) -> Row:
        if self.end == "\n" and line.endswith("\r"):
            problem = "the record ends with CR LF; CopyActivity reads files with LF only"
            raise RecordError(self.origin, number, problem)
        if self.escape not in line and NULL not in line:
            return tuple(line.split(self.separator))
        return tuple(
            None if field == NULL else self.escaped.sub(r"\1", field) for field in self._fields(line, number)
        )

    def _fields(self, line: str, number: int) -> Iterator[str]:
        start = 0
        for edge in self.edges.finditer(line):
            if edge["escaped"] == "":
                problem = "an escape character stands before the end of the record"
                raise RecordError(self.origin, number, problem)
            if edge["escaped"] is None:
                yield line[start : edge.start()]
                start = edge.end()
        yield line[start:]
