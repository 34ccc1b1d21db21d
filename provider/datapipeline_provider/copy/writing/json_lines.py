"""Writes one JSON object a record."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING

from datapipeline_provider.copy.writing.file_writer import lines, names
from datapipeline_provider.data_formats import columns
from datapipeline_provider.data_formats.columns import Column, ColumnsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.writing.unwritable import Unwritable
    from datapipeline_provider.data_formats.json_lines import JSONLines
    from datapipeline_provider.hooks.database import Cell

NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
BOOLEANS = {"t": "true", "true": "true", "1": "true", "f": "false", "false": "false", "0": "false"}
LINE_BREAKS = str.maketrans("\r\n", "  ")


class JSONLinesWriter:
    """Writes one file; see `JSONLines` for which value becomes what."""

    def __init__(self, data_format: JSONLines, _: Unwritable) -> None:
        self._format = data_format
        self._starts: list[str] = []
        self._forms: list[Callable[[str], str]] = []

    def write(self, batch: Batch) -> bytes:
        """Give the records' bytes."""
        if not self._starts:
            self._begin(names(self._format, batch))
        found = [f"{{{line}}}\n" for line in lines(batch, ",", self._render)]
        return "".join(found).encode()

    def finish(self) -> bytes:
        """Give nothing: records are all there is."""
        return b""

    def _begin(self, keys: tuple[str, ...]) -> None:
        if len(set(keys)) != len(keys):
            raise ColumnsError("JSONLines", "two columns have the same name; rename one in the query")
        self._starts = [f"{quoted(key)}:" for key in keys]
        typed = columns.parse(self._format.columns, "JSONLines") or [Column(key, "") for key in keys]
        self._forms = [FORMS.get(_kind(column.type), quoted) for column in typed]

    def _render(self, index: int, cells: Sequence[Cell]) -> Sequence[str]:
        if index >= len(self._starts):
            problem = f"a record has more than the {len(self._starts)} columns that are named"
            raise ColumnsError("JSONLines", problem)
        start, form = self._starts[index], self._forms[index]
        return [f"{start}null" if cell is None else start + form(cell) for cell in cells]  # type: ignore[arg-type]


def _number(text: str) -> str:
    return text if NUMBER.fullmatch(text) else quoted(text)


def _boolean(text: str) -> str:
    return BOOLEANS.get(text.lower()) or quoted(text)


def _nested(text: str) -> str:
    """Write JSON as it stands, on one line; its numbers keep their digits."""
    try:
        json.loads(text)
    except ValueError:
        return quoted(text)
    return text.translate(LINE_BREAKS)  # valid JSON has line breaks only between its tokens


NUMERIC = "BIGINT BIGSERIAL DEC DECIMAL DOUBLE FLOAT FLOAT4 FLOAT8 INT INT2 INT4 INT8 INTEGER MEDIUMINT NUMBER NUMERIC"
KINDS = {
    **dict.fromkeys((*NUMERIC.split(), "REAL", "SERIAL", "SMALLINT", "TINYINT"), "number"),
    **dict.fromkeys(("BOOL", "BOOLEAN"), "boolean"),
    **dict.fromkeys(("JSON", "JSONB", "SUPER"), "json"),
}
FORMS: dict[str, Callable[[str], str]] = {"number": _number, "boolean": _boolean, "json": _nested}


def _kind(sql_type: str) -> str:
    """Say what a type of SQL is in JSON: `number`, `boolean`, `json`, or nothing for text."""
    word = re.match(r"\w*", sql_type)
    return KINDS.get(word[0] if word else "", "")
