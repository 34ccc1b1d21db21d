"""Reads Parquet, a few thousand rows at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.writing.parquet import arrow
from datapipeline_provider.hooks import values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BytesIO, RawIOBase

ROWS_A_BATCH = 5000


def batches(file: RawIOBase | BytesIO, origin: str) -> Iterator[Batch]:
    r"""Read a file's rows as text.

    Numbers, dates and times are written as Arrow writes them (`2024-01-31 09:07:00.250000`), booleans as `true`
    and `false`, binary values as `\x` and hexadecimal digits, nested ones as JSON.

    :param file: can be read anywhere.
    :raises RecordError: the file is not Parquet, or is damaged.
    """
    pa = arrow()
    first = 1
    try:
        with pa.parquet.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False) as found:
            columns = tuple(found.schema_arrow.names)
            for batch in found.iter_batches(ROWS_A_BATCH, use_threads=False):
                cells = [_texts(column) for column in batch.columns]
                yield Batch(origin, first, list(zip(*cells, strict=True)), columns)
                first += batch.num_rows
    except pa.ArrowException as error:
        raise RecordError(origin, first, f"it is not valid Parquet ({type(error).__name__})") from None


def _texts(column: Any) -> list[str | None]:
    pa = arrow()
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [None if value is None else f"\\x{value.hex()}" for value in column.to_pylist()]
    if pa.types.is_nested(kind):
        return [
            None if value is None else json.dumps(value, ensure_ascii=False, default=values.text)
            for value in column.to_pylist()
        ]
    return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
