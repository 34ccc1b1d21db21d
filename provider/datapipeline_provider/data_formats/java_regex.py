"""Lines that a regular expression of Java's takes apart: a table's format in Hive and Pig, not one that copies read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists


@dataclass
class JavaRegEx:
    """Lines that Hive or Pig takes apart (dp-object-regex).

    :param input_regex: Java's regular expressions; it has to fit the whole line, and its groups are the columns. Data
        Pipeline's `inputRegEx`.
    :param output_format: how a line is written, in the words of Java's Formatter: `%1$s %2$s`; only Hive writes it.
    :param columns: entries `name TYPE`, one for each group.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    input_regex: str = ""
    output_format: str = ""
    columns: tuple[str, ...] = ()

    extension: ClassVar[str] = "txt"
    portable: ClassVar[bool] = False
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        lists.check(self.columns, "JavaRegEx")

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {
            "type": "JavaRegEx",
            "input_regex": self.input_regex,
            "output_format": self.output_format,
            "columns": list(self.columns),
        }
