"""Writes records in Data Pipeline's dialect: unquoted, escaped, NULL as backslash and n."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.copy.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.data_formats.delimited import DataFormat
    from datapipeline_provider.hooks.database import Row

NULL = "\\n"
"""The two characters that stand for NULL (dp-object-copyactivity); a text of these two is written escaped."""


def writer(data_format: DataFormat) -> Callable[[Batch], bytes]:
    r"""Make a function that writes a batch as UTF-8 text (dp-object-copyactivity).

    Columns are joined by the column separator, each record ends with the record separator, there is no header.
    The escape character precedes a column separator or itself inside a value, and nothing else. A value that
    contains the record separator raises RecordError, since a reader would take it for the end of the record;
    so does, with an escape character other than the backslash, a text that reads as NULL.
    """
    separator, end, escape = data_format.column_separator, data_format.record_separator, data_format.escape
    escapes = str.maketrans({escape: escape * 2, separator: escape + separator})
    null_is_escaped = escape == NULL[0]

    def value(batch: Batch, row: int, index: int) -> str:
        cell = batch.rows[row][index]
        if cell is None:
            return NULL
        text = str(cell)
        if end in text:
            problem = (
                f"{batch.column(index)} holds the record separator {end!r}, which the format cannot write"
            )
            raise RecordError(batch.origin, batch.first + row, problem)
        if text == NULL and not null_is_escaped:
            problem = f"{batch.column(index)} is a text that would be read as NULL, which is not escaped by {escape!r}"
            raise RecordError(batch.origin, batch.first + row, problem)
        return text.translate(escapes)

    def plain(line: str, cells: Row) -> bool:
        """Say whether a line joined from cells as they are needs no escape: the usual case, and a fast test."""
        return (
            line.count(separator) == len(cells) - 1
            and line.count(escape) == (cells.count(None) if null_is_escaped else 0)
            and end not in line
            and (null_is_escaped or NULL not in line)
        )

    def write(batch: Batch) -> bytes:
        lines = []
        for number, cells in enumerate(batch.rows):
            line = separator.join([NULL if cell is None else cell for cell in cells])  # type: ignore[misc]
            if not plain(line, cells):
                line = separator.join([value(batch, number, index) for index in range(len(cells))])
            lines.append(line)
        lines.append("")
        return end.join(lines).encode()

    return write
