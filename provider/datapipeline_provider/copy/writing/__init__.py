"""Writes records in the form of a file: one module a format."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from datapipeline_provider.copy.writing import json_lines, parquet, quoted_csv, unquoted
from datapipeline_provider.copy.writing.file_writer import FileWriter
from datapipeline_provider.copy.writing.unwritable import Unwritable
from datapipeline_provider.data_formats.delimited import Delimited
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.parquet import Parquet
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from datapipeline_provider.data_formats.delimited import DataFormat

WRITERS: dict[type, Callable[[Any, Unwritable], FileWriter]] = {
    QuotedCSV: quoted_csv.QuotedCSVWriter,
    JSONLines: json_lines.JSONLinesWriter,
    Parquet: parquet.ParquetWriter,
}


__all__ = ["FileWriter", "header", "writer"]


class ReadOnlyFormatError(DatapipelineError):
    """A format in which nothing can be written."""

    def __init__(self, data_format: DataFormat) -> None:
        super().__init__(
            f"{type(data_format).__name__} is a format for reading only; nothing can be written in it."
        )


def writer(
    data_format: DataFormat, on_unwritable: str = "fail", counted: Counter[str] | None = None
) -> FileWriter:
    """Make what writes one file.

    :param on_unwritable: what becomes of a value that the format cannot carry, see `Unwritable`.
    :param counted: gets the numbers of values that were not written as they are.
    :raises ReadOnlyFormatError: the format is for reading.
    """
    unwritable = Unwritable(on_unwritable, Counter() if counted is None else counted)
    make = WRITERS.get(type(data_format))
    if make is not None:
        return make(data_format, unwritable)
    if isinstance(data_format, Delimited):
        return unquoted.UnquotedWriter(data_format, unwritable)
    raise ReadOnlyFormatError(data_format)


def header(data_format: DataFormat, columns: tuple[str, ...]) -> bytes:
    """Give the header row of a file whose records are written elsewhere; empty if the format has none.

    :param columns: the query's; those of the format come first.
    """
    from datapipeline_provider.copy.batch import Batch

    if not getattr(data_format, "header", False):
        return b""
    return writer(data_format).write(Batch("the header", 0, [], columns))
