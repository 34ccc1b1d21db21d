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
    :raises FormatError: the escape character is not one character, or is a separator.
    """

    escape: str = "\\"

    column_separator: ClassVar[str] = ","
    record_separator: ClassVar[str] = "\n"
    extension: ClassVar[str] = "csv"
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        delimited.check(self)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "CSV", "escape": self.escape}
