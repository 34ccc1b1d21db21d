"""Replaces characters that a weak reader cannot take, in values or in the bytes of whole records."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.hooks.by_column import ByColumn, columns_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.data_formats.delimited import DataFormat
    from datapipeline_provider.hooks.database import Cell


class Cleaner:
    """Replaces characters.

    :param table: from a character to the text that replaces it.
    :param counted: gets, under `cleaned`, the number of characters replaced.
    """

    def __init__(self, table: Mapping[str, str], counted: Counter[str]) -> None:
        self._table, self._counted = table, counted
        self._any = re.compile(f"[{''.join(map(re.escape, table))}]") if table else None
        single = {old: new for old, new in table.items() if old.isascii() and len(new) == 1 and new.isascii()}
        self._deleted = "".join(old for old, new in table.items() if old.isascii() and not new).encode()
        self._translated = bytes.maketrans("".join(single).encode(), "".join(single.values()).encode())
        self._replaced = [
            (old.encode(), new.encode())
            for old, new in table.items()
            if old not in single and not (old.isascii() and not new)
        ]
        self._singles = "".join(single).encode()

    def batch(self, batch: Batch) -> Batch:
        """Clean the values of some records."""
        if self._any is None:
            return batch
        try:
            columns = columns_of(batch.rows)
        except ValueError:
            return replace(batch, rows=[tuple(self._cells(row)) for row in batch.rows])
        return replace(batch, rows=ByColumn(list(map(self._cells, columns)))) if columns else batch

    def refuses_bytes_of(self, data_format: DataFormat) -> str | None:
        """Say why records in this format have to be cleaned before they are written; None if they need not."""
        meaning = _meaning(data_format)
        for old, new in self._table.items():
            if (
                old in meaning or old == "n" or any(each in meaning for each in new)
            ):  # n is a part of NULL's mark
                return (
                    f"clean_up replaces {old!r}, or by it, and such characters have a meaning in the format"
                )
            if not new and isinstance(data_format, QuotedCSV):
                return f"clean_up removes {old!r}, and a value of nothing else would become NULL"
        return None

    def bytes(self, data: bytes) -> bytes:
        """Clean the bytes of whole records, in UTF-8; only where `refuses_bytes_of` gives None."""
        if self._any is None:
            return data
        if self._deleted or self._singles:
            clean = data.translate(self._translated, self._deleted)
            if clean != data:
                marks = self._deleted + self._singles
                self._count(len(data) - len(data.translate(None, marks)))
                data = clean
        for old, new in self._replaced:
            if old in data:
                self._count(data.count(old))
                data = data.replace(old, new)
        return data

    def _cells(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        if self._any is None or not self._any.search("".join(filter(None, cells))):  # type: ignore[arg-type]
            return cells
        return [cell if cell is None else self._cell(cell) for cell in cells]  # type: ignore[arg-type]

    def _cell(self, text: str) -> str:
        if self._any is None or not self._any.search(text):
            return text
        clean, count = self._any.subn(lambda found: self._table[found[0]], text)
        self._count(count)
        return clean

    def _count(self, more: int) -> None:
        self._counted["cleaned"] += more


def _meaning(data_format: DataFormat) -> str:
    """Give the characters that are more than content."""
    names = ("column_separator", "record_separator", "escape", "quote")
    return "".join(getattr(data_format, name, "") for name in names) + "\r\n\\"
