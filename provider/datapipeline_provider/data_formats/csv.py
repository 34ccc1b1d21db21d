"""The format CSV as CopyActivity reads and writes it: unquoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import delimited


@dataclass
class CSV:
    r"""Columns separated by commas, records by line feeds, without quotes (dp-object-csv, dp-object-copyactivity).

    :param escape: precedes a comma, a line feed or itself inside a value; one character. Data Pipeline's
        `escapeChar`.
    :param header: the first record of a file holds the names of the columns; Data Pipeline's files have none.
    :param columns: entries `name TYPE`, Data Pipeline's `column`. They name the columns in a header and in
        messages; records are not checked against them.
    :raises FormatError: the escape character is not one character, or is a separator.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    escape: str = "\\"
    header: bool = False
    columns: tuple[str, ...] = ()

    column_separator: ClassVar[str] = ","
    record_separator: ClassVar[str] = "\n"
    extension: ClassVar[str] = "csv"
    portable: ClassVar[bool] = False
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        delimited.check(self)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "CSV", "escape": self.escape, "header": self.header, "columns": list(self.columns)}
