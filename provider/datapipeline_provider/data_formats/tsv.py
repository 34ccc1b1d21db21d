"""The format TSV, whose separators can be chosen; also stands in for Custom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import delimited


@dataclass
class TSV:
    r"""Columns separated by tabs, records by line feeds, without quotes (dp-object-tsv, dp-object-custom).

    :param column_separator: one character. Data Pipeline's `columnSeparator`.
    :param record_separator: one character. Data Pipeline's `recordSeparator`.
    :param escape: precedes a separator or itself inside a value; one character. Data Pipeline's `escapeChar`.
    :param header: the first record of a file holds the names of the columns; Data Pipeline's files have none.
    :param columns: entries `name TYPE`, see `CSV`.
    :raises FormatError: one of the characters is not one character, or two are equal.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    column_separator: str = "\t"
    record_separator: str = "\n"
    escape: str = "\\"
    header: bool = False
    columns: tuple[str, ...] = ()

    extension: ClassVar[str] = "tsv"
    portable: ClassVar[bool] = False
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        delimited.check(self)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {
            "type": "TSV",
            "column_separator": self.column_separator,
            "record_separator": self.record_separator,
            "escape": self.escape,
            "header": self.header,
            "columns": list(self.columns),
        }
