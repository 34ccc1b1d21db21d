r"""Writes records in Data Pipeline's dialect: unquoted, escaped, NULL as `\n`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.copy.errors import RecordError, key_of
from datapipeline_provider.copy.writing.file_writer import lines, names, texts, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.writing.unwritable import Unwritable
    from datapipeline_provider.data_formats.delimited import Delimited
    from datapipeline_provider.hooks.database import Cell

NULL = "\\n"
"""The two characters that stand for NULL (dp-object-copyactivity); a text of these two is written escaped."""


def holds_separator(end: str) -> str:
    """Say what is wrong with a value that contains the record separator."""
    return f"holds the record separator {end!r}, which the format cannot write"


def reads_as_null(escape: str) -> str:
    """Say what is wrong with a text that is the same as the mark for NULL."""
    return f"is a text that would be read as NULL, which is not escaped by {escape!r}"


class UnquotedWriter:
    r"""Writes one file (dp-object-copyactivity).

    Columns are joined by the column separator, each record ends with the record separator. The escape character
    precedes a column separator or itself inside a value, and nothing else. What cannot be written, because a
    reader would not get it back, is a value that contains the record separator and, with an escape character
    other than the backslash, the text that stands for NULL.
    """

    def __init__(self, data_format: Delimited, unwritable: Unwritable) -> None:
        self._format, self._unwritable = data_format, unwritable
        self._separator, self._end = data_format.column_separator, data_format.record_separator
        self._escape = escape = data_format.escape
        self._escapes = str.maketrans({escape: escape * 2, self._separator: escape + self._separator})
        self._null_is_text = escape != NULL[0]
        trouble = [escape, self._separator, self._end, *([NULL] if self._null_is_text else [])]
        self._trouble = re.compile("|".join(map(re.escape, trouble)))
        self._header_is_due = data_format.header

    def write(self, batch: Batch) -> bytes:
        """Give the records' bytes; RecordError for one that cannot be written."""
        head = ""
        if self._header_is_due:
            self._header_is_due = False
            head = self._separator.join(self._fields(names(self._format, batch))) + self._end
        try:
            found = lines(batch, self._separator, self._render)
        except _UnwritableError:
            raise self._first_problem(batch) from None
        found.append("")
        text = head + self._end.join(found)
        if self._end == "\n" and (ending := text.count("\r\n")):
            self._unwritable.counted["unreadable"] += ending
        return text.encode()

    def finish(self) -> bytes:
        """Give nothing: records are all there is."""
        return b""

    def _render(self, _: int, cells: Sequence[Cell]) -> Sequence[str]:
        text, nulls = whole(cells)
        if self._null_is_text or self._end in text:
            return self._fields(cells)
        fields = cells
        if self._escape in text or self._separator in text:  # which are escaped in all cells at once
            joined = self._end.join(texts(cells, nulls=nulls))
            joined = joined.replace(self._escape, self._escape * 2)
            fields = joined.replace(self._separator, self._escape + self._separator).split(self._end)
        if nulls:
            return [NULL if cell is None else field for cell, field in zip(cells, fields, strict=True)]  # type: ignore[misc]
        return fields  # type: ignore[return-value]

    def _fields(self, cells: Sequence[Cell]) -> list[str]:
        trouble, field = self._trouble.search, self._field
        return [NULL if cell is None else field(cell) if trouble(cell) else cell for cell in cells]  # type: ignore[arg-type,misc]

    def _field(self, text: str) -> str:
        """Write a value that has a character with a meaning."""
        if self._problem(text) is None:
            return text.translate(self._escapes)
        if self._unwritable.fails:
            raise _UnwritableError
        self._unwritable.rewritten()
        if text == NULL:
            return self._unwritable.instead(NULL[0], self._escape) + NULL[1:]
        instead = self._unwritable.instead(self._end, self._escape)
        return text.translate(self._escapes | {ord(self._end): instead})

    def _problem(self, text: str) -> str | None:
        if self._end in text:
            return holds_separator(self._end)
        return reads_as_null(self._escape) if self._null_is_text and text == NULL else None

    def _first_problem(self, batch: Batch) -> RecordError:
        return next(
            RecordError(
                batch.origin,
                batch.first + number,
                f"{batch.column(index)} {problem}",
                key_of(batch.columns, row),
            )
            for number, row in enumerate(batch.rows)
            for index, cell in enumerate(row)
            if cell is not None and (problem := self._problem(str(cell)))
        )


class _UnwritableError(Exception):
    """Some value of a batch cannot be written; which one is looked for then."""
