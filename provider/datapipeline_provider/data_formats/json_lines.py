"""JSON lines: one object a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists


@dataclass
class JSONLines:
    r"""One JSON object a line, in UTF-8; the keys are the names of the columns.

    Written, a value is text, and NULL is `null`. Only a column that `columns` gives a type is written as more
    than text: a numeric one as a number with every digit that the database sent (a decimal of 38 digits keeps
    them; NaN and infinity, which JSON lacks, stay text), BOOLEAN as `true` or `false`, JSON as JSON inside.
    The text of a binary value, written and read, is `\x` and hexadecimal digits.

    Read, a number gives its digits as they stand, `true` and `false` these words, an object or a list its JSON
    text, `null` and a missing key NULL. The columns are those of `columns`, or else the keys of the file's first
    record; a key that is none of them is an error.

    :param columns: entries `name TYPE`. The names are the keys, in this order, instead of the query's.
    :raises ColumnsError: an entry has no name, or two have the same.
    """

    columns: tuple[str, ...] = ()

    extension: ClassVar[str] = "jsonl"
    portable: ClassVar[bool] = True
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        lists.check(self.columns, "JSONLines")

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "JSONLines", "columns": list(self.columns)}
