"""Writes Parquet, a few MiB a row group."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.errors import RecordError, key_of
from datapipeline_provider.copy.writing.file_writer import names
from datapipeline_provider.data_formats import columns
from datapipeline_provider.data_formats.columns import Column
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks.by_column import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.writing.unwritable import Unwritable
    from datapipeline_provider.data_formats.parquet import Parquet
    from datapipeline_provider.hooks.database import Cell

ROW_GROUP_BYTES = 4 << 20
"""Of Arrow's arrays, before they are compressed."""
BOOLEANS = {"t": "true", "f": "false"}


class ExtraMissingError(DatapipelineError):
    """A package that this installation does not have."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs {package}: install airflow-provider-datapipeline[{extra}] on the worker."
        )


@cache
def arrow() -> Any:
    """Import pyarrow with what we use of it; ExtraMissingError if it is not installed."""
    try:
        found = importlib.import_module("pyarrow")
        for name in ("compute", "parquet"):
            importlib.import_module(f"pyarrow.{name}")
    except ImportError:
        raise ExtraMissingError("Parquet", "pyarrow", "parquet") from None
    return found


class ParquetWriter:
    """Writes one file; RecordError for a value that is not of its column's type."""

    def __init__(self, data_format: Parquet, _: Unwritable) -> None:
        self._format = data_format
        self._out = _Taken()
        self._file: Any = None
        self._schema: Any = None
        self._waiting: list[Any] = []
        self._waiting_bytes = 0

    def write(self, batch: Batch) -> bytes:
        """Take some records; give the bytes of a row group when one is full."""
        pa = arrow()
        if self._file is None:
            self._begin(names(self._format, batch))
        if batch.rows:
            found = pa.record_batch(self._arrays(batch), schema=self._schema)
            self._waiting.append(found)
            self._waiting_bytes += found.nbytes
        if self._waiting_bytes >= ROW_GROUP_BYTES:
            self._flush()
        return self._out.take()

    def finish(self) -> bytes:
        """Give the last row group and the footer."""
        if self._file is None:
            from datapipeline_provider.copy.batch import Batch

            self.write(Batch("", 1, []))
        self._flush()
        self._file.close()
        return self._out.take()

    def _begin(self, found: tuple[str, ...]) -> None:
        pa = arrow()
        typed = columns.parse(self._format.columns, "Parquet") or [Column(name, "") for name in found]
        self._schema = pa.schema([(column.name, arrow_type(column.type)) for column in typed])
        codec = "none" if self._format.codec == "none" else self._format.codec
        self._file = pa.parquet.ParquetWriter(self._out, self._schema, compression=codec)

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(arrow().Table.from_batches(self._waiting))
        self._waiting, self._waiting_bytes = [], 0

    def _arrays(self, batch: Batch) -> list[Any]:
        expected = len(self._schema)
        for number, row in enumerate(batch.rows):  # no record may be longer or shorter
            if len(row) != expected:
                problem = f"{expected} columns are expected, {len(row)} were found"
                raise RecordError(batch.origin, batch.first + number, problem, key_of(batch.columns, row))
        return [self._array(batch, index, cells) for index, cells in enumerate(columns_of(batch.rows))]

    def _array(self, batch: Batch, index: int, cells: Sequence[Cell]) -> Any:
        pa = arrow()
        kind = self._schema.field(index).type
        try:
            return _convert(cells, kind)
        except (pa.ArrowException, ValueError):
            number = next(n for n, cell in enumerate(cells) if not _converts(cell, kind))
            problem = f"{batch.column(index)} is not of the type {kind}"
            key = key_of(batch.columns, batch.rows[number])
            raise RecordError(batch.origin, batch.first + number, problem, key) from None


class _Taken:
    """A file that only grows, and whose bytes are taken away."""

    closed = False

    def __init__(self) -> None:
        self._bytes: list[bytes] = []
        self._position = 0

    def write(self, data: Any) -> int:
        self._bytes.append(bytes(data))
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        pass

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        data = b"".join(self._bytes)
        self._bytes.clear()
        return data


def _convert(cells: Sequence[Cell], kind: Any) -> Any:
    pa = arrow()
    if pa.types.is_string(kind):
        return pa.array(cells, kind)
    if pa.types.is_binary(kind):
        return pa.array([_binary(cell) for cell in cells], kind)
    if pa.types.is_boolean(kind):
        cells = [BOOLEANS.get(cell, cell) for cell in cells]  # type: ignore[arg-type]
    if pa.types.is_timestamp(kind) and kind.tz:
        cells = [_with_minutes(cell) for cell in cells]
    return pa.array(cells, pa.string()).cast(kind)


def _converts(cell: Cell, kind: Any) -> bool:
    try:
        _convert([cell], kind)
    except (arrow().ArrowException, ValueError):
        return False
    return True


def _binary(cell: Cell) -> bytes | None:
    r"""Turn `\x` and digits, the text of binary values, into bytes."""
    if isinstance(cell, str):
        return bytes.fromhex(cell[2:]) if cell.startswith("\\x") else cell.encode()
    return cell


def _with_minutes(cell: Cell) -> Cell:
    """Write an offset of whole hours, such as PostgreSQL's `+00`, in the form that Arrow takes."""
    return f"{cell}:00" if isinstance(cell, str) and re.search(r":\S*[+-]\d\d$", cell) else cell


def arrow_type(sql_type: str) -> Any:
    """Give Arrow's type for a type of SQL; a string for any that has no other."""
    pa = arrow()
    match = re.match(r"(\w*)(?:\s*\((\d+)(?:\s*,\s*(\d+))?\))?(.*)", sql_type, re.DOTALL)
    word, first, second, rest = match.groups() if match else ("", None, None, "")
    if word in {"DECIMAL", "DEC", "NUMERIC", "NUMBER"} and first:
        precision = int(first)
        make = pa.decimal128 if precision <= 38 else pa.decimal256
        return make(precision, int(second or 0)) if precision <= 76 else pa.string()
    if word == "TIMESTAMPTZ" or (word == "TIMESTAMP" and "WITH TIME ZONE" in rest):
        return pa.timestamp("us", tz="UTC")
    if word == "BIGINT" and "UNSIGNED" in rest:
        return pa.uint64()
    simple = SIMPLE_TYPES.get(word)
    return simple(pa) if simple else pa.string()


_WORDS: dict[str, str] = {
    "int16": "SMALLINT INT2 TINYINT",
    "int32": "MEDIUMINT",
    "int64": "INT INTEGER INT4 BIGINT INT8 SERIAL BIGSERIAL",  # INT may be unsigned
    "float32": "REAL FLOAT4",
    "float64": "DOUBLE FLOAT FLOAT8",
    "bool_": "BOOLEAN BOOL",
    "date32": "DATE",
    "binary": "BYTEA BINARY VARBINARY BLOB TINYBLOB MEDIUMBLOB LONGBLOB",
}
SIMPLE_TYPES: dict[str, Callable[[Any], Any]] = {
    word: lambda pa, name=name: getattr(pa, name)()
    for name, words in _WORDS.items()
    for word in words.split()
} | dict.fromkeys(("TIMESTAMP", "DATETIME"), lambda pa: pa.timestamp("us"))
