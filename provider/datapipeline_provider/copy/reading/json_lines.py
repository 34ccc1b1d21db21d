"""Reads one JSON object a line."""

from __future__ import annotations

import json
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.reading import blocks
from datapipeline_provider.data_formats import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.data_formats.json_lines import JSONLines
    from datapipeline_provider.hooks.database import Row


class _Number(str):
    """A number's own digits, told from a text."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=str)
WORDS = {True: "true", False: "false", None: None}


class JSONLinesReader:
    """Reads one file; see `JSONLines` for which value becomes what. Lines of blanks are left out."""

    end = b"\n"

    def __init__(self, data_format: JSONLines, origin: str) -> None:
        self._origin, self._next = origin, 1
        self._keys = columns.names(data_format.columns)
        self._known = frozenset(self._keys)

    def position(self) -> int:
        """Give the number of the next record."""
        return self._next

    def read(self, block: bytes) -> Iterator[Batch]:
        """Give the records of a block."""
        text = blocks.text(block, self._origin, lambda good: self._next + good.count(b"\n"))
        first, rows = self._next, []
        for line in text.split("\n"):
            if line and not line.isspace():
                rows.append(self._row(line))
                self._next += 1
        yield Batch(self._origin, first, rows, self._keys)

    def finish(self) -> Iterator[Batch]:
        """Give nothing: each block has whole records."""
        return iter(())

    def _row(self, line: str) -> Row:
        try:
            record = DECODER.decode(line)
        except ValueError as error:
            where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
            raise self._error(f"the line is not valid JSON{where}") from None
        except RecursionError:
            raise self._error("the JSON is nested too deeply") from None
        if not isinstance(record, dict):
            raise self._error("the line is not a JSON object")
        if not self._keys:
            self._keys = tuple(record)
            self._known = frozenset(self._keys)
        if not record.keys() <= self._known:
            raise self._error(
                f"it has {len(record.keys() - self._known)} key that is no column; the columns are those of "
                "JSONLines(columns=...), or else the keys of the first record"
            )
        return tuple([_cell(record.get(key)) for key in self._keys])

    def _error(self, problem: str) -> RecordError:
        return RecordError(self._origin, self._next, problem)


def _cell(value: Any) -> str | None:
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is _Number else _json(value)


def _json(value: Any) -> str:
    """Write a nested value with the digits that its numbers had."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{quoted(key)}: {_json(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, _Number):
        return str(value)
    return quoted(value) if isinstance(value, str) else WORDS[value] or "null"
