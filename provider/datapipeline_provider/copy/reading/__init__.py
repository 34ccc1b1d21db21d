"""Reads files record by record: one module a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.copy.reading import blocks, json_lines, parquet, quoted_csv, regex, unquoted
from datapipeline_provider.data_formats.json_lines import JSONLines
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.regex import RegEx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.reading.blocks import Reader
    from datapipeline_provider.data_formats.delimited import DataFormat

__all__ = ["batches", "parquet", "without_header"]

READERS: dict[type, Callable[[Any, str], Reader]] = {
    QuotedCSV: quoted_csv.QuotedCSVReader,
    JSONLines: json_lines.JSONLinesReader,
    RegEx: regex.RegExReader,
}


def batches(parts: Iterator[bytes], data_format: DataFormat, origin: str) -> Iterator[Batch]:
    """Read UTF-8 text into batches, about one a part; a header row, if the format has one, is left out.

    The last record may lack its end. Columns are not counted here.

    :param parts: the file's bytes in order, decompressed, cut anywhere. Not for Parquet, see `reading.parquet`.
    :raises RecordError: the text is not in this format, is not UTF-8, or a record does not end within
        LONGEST_RECORD bytes: the row, and the column where it can be told. A header is not counted as a row.
    """
    reader = _reader(data_format, origin)
    for block in blocks.cut(parts, reader.end, origin, reader.position):
        yield from reader.read(block)
    yield from reader.finish()


def without_header(parts: Iterator[bytes], data_format: DataFormat, origin: str) -> Iterator[bytes]:
    """Give a file's bytes without its header row, if its format has one.

    :raises RecordError: the header does not end within LONGEST_RECORD bytes.
    """
    if not getattr(data_format, "header", False):
        yield from parts
        return
    quote = b'"' if isinstance(data_format, QuotedCSV) else None
    end: bytes = data_format.record_separator.encode()  # type: ignore[attr-defined]
    head = b""
    for part in parts:
        head += part
        cut = _end_of_record(head, end, quote)
        if cut:
            yield head[cut:]
            yield from parts
            return
        if len(head) > blocks.LONGEST_RECORD:
            from datapipeline_provider.copy.errors import RecordError

            raise RecordError(origin, 0, f"the header does not end within {blocks.LONGEST_RECORD} bytes")


def _end_of_record(text: bytes, end: bytes, quote: bytes | None) -> int:
    """Give where the first record has ended; 0 if it has not."""
    cut = 0
    while cut := text.find(end, cut) + 1:
        if quote is None or text.count(quote, 0, cut) % 2 == 0:
            return cut
    return 0


def _reader(data_format: DataFormat, origin: str) -> Reader:
    make = READERS.get(type(data_format), unquoted.UnquotedReader)
    return make(data_format, origin)
