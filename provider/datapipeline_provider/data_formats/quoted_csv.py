"""CSV as other tools know it: quoted where needed, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats.delimited import FormatError


@dataclass
class QuotedCSV:
    r"""Columns separated by commas, values in double quotes where they need it, as RFC 4180 has it.

    Unlike Data Pipeline's own formats it can carry every text. NULL is an empty field, an empty text is `""`.
    A value that contains the separator, a quote, a line feed or a carriage return is quoted, and a quote inside is
    doubled; a text may be quoted without need. Records end with a line feed.

    :param column_separator: one character.
    :param header: the first record of a file holds the names of the columns.
    :raises FormatError: the separator is not one character, or is a quote or a line end.
    """

    column_separator: str = ","
    header: bool = False

    record_separator: ClassVar[str] = "\n"
    quote: ClassVar[str] = '"'
    extension: ClassVar[str] = "csv"
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if len(self.column_separator) != 1 or self.column_separator in '"\r\n':
            raise FormatError("QuotedCSV", "column_separator", self.column_separator)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "QuotedCSV", "column_separator": self.column_separator, "header": self.header}
