"""CSV as other tools know it: quoted where needed, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists
from datapipeline_provider.data_formats.delimited import FormatError


@dataclass
class QuotedCSV:
    r"""Columns separated by commas, values in double quotes where they need it, as RFC 4180 has it.

    Unlike Data Pipeline's own formats it can carry every text. NULL is an empty field, an empty text is `""`.
    A value that contains the separator, a quote, a line feed or a carriage return is quoted, and a quote inside is
    doubled; a text may be quoted without need. Records end with a line feed; when reading, CR LF ends one too.
    Binary values are `\x` and hexadecimal digits. So is a lone `\.` quoted, which ends the data for PostgreSQL.

    :param column_separator: one character.
    :param header: the first record of a file holds the names of the columns.
    :param columns: entries `name TYPE`, see `CSV`.
    :raises FormatError: the separator is not one character, or is a quote or a line end.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    column_separator: str = ","
    header: bool = False
    columns: tuple[str, ...] = ()

    record_separator: ClassVar[str] = "\n"
    quote: ClassVar[str] = '"'
    extension: ClassVar[str] = "csv"
    portable: ClassVar[bool] = True
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        if len(self.column_separator) != 1 or self.column_separator in '"\r\n':
            raise FormatError("QuotedCSV", "column_separator", self.column_separator)
        lists.check(self.columns, "QuotedCSV")

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {
            "type": "QuotedCSV",
            "column_separator": self.column_separator,
            "header": self.header,
            "columns": list(self.columns),
        }
