"""Writes CSV as RFC 4180 has it, with NULL and the empty text told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.writing.file_writer import having, lines, names, texts, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.writing.unwritable import Unwritable
    from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
    from datapipeline_provider.hooks.database import Cell

END_OF_DATA = "\\."
"""Ends the data for PostgreSQL where it stands alone on a line without quotes."""
EMPTY = '""'
"""An empty text; an empty field is NULL."""


class QuotedCSVWriter:
    """Writes one file; this format can carry every text, so nothing fails."""

    def __init__(self, data_format: QuotedCSV, _: Unwritable) -> None:
        self._format, self._separator = data_format, data_format.column_separator
        self._special = (self._separator, '"', "\n", "\r")
        self._header_is_due = data_format.header

    def write(self, batch: Batch) -> bytes:
        """Give the records' bytes."""
        head = ""
        if self._header_is_due:
            self._header_is_due = False
            head = self._separator.join(self._render(0, names(self._format, batch))) + "\n"
        found = lines(batch, self._separator, self._render)
        if END_OF_DATA in found:
            found = [f'"{END_OF_DATA}"' if line == END_OF_DATA else line for line in found]
        found.append("")
        return (head + "\n".join(found)).encode()

    def finish(self) -> bytes:
        """Give nothing: records are all there is."""
        return b""

    def _render(self, _: int, cells: Sequence[Cell]) -> Sequence[str]:
        text, nulls = whole(cells)
        special = [character for character in self._special if character in text]
        if not (special or nulls or "" in cells):
            return cells  # type: ignore[return-value]
        fields: list[Any] = ["" if cell is None else cell or EMPTY for cell in cells]
        if special:
            for place in having(special, texts(cells, nulls=nulls)):
                fields[place] = _quoted(fields[place])
        return fields


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
