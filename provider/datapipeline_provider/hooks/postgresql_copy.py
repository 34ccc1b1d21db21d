"""What both directions of PostgreSQL's COPY have in common: which formats it knows, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_DELIMITERS = "\\.abcdefghijklmnopqrstuvwxyz0123456789\r\n\b\0"
"""What COPY's text format does not take between columns, and `\\b`, which we use for NULL."""


def quoted(data_format: QuotedCSV, literal: Callable[[str], str]) -> str | Declined:
    """Give COPY's options for CSV with quotes: NULL is an empty field, the empty text is in quotes."""
    if not data_format.column_separator.isascii():
        return Declined("PostgreSQL takes only an ASCII character between columns")
    return f"FORMAT csv, DELIMITER {literal(data_format.column_separator)}"


def unquoted(data_format: CSV | TSV, literal: Callable[[str], str], null: str) -> str | Declined:
    """Give COPY's options for its text format, which is near to Data Pipeline's dialect.

    :param null: what stands for NULL.
    """
    if data_format.escape != "\\":
        return Declined("PostgreSQL escapes with the backslash only")
    if data_format.record_separator != "\n":
        return Declined("PostgreSQL ends records with a line feed only")
    separator = data_format.column_separator
    if not separator.isascii() or separator in NOT_DELIMITERS:
        return Declined(f"PostgreSQL does not take {separator!r} between columns")
    return f"FORMAT text, DELIMITER {literal(separator)}, NULL {literal(null)}"
