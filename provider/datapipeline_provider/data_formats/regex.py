"""RegEx: lines that a regular expression takes apart; only for reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists
from datapipeline_provider.exceptions import DatapipelineError


class ExpressionError(DatapipelineError):
    """An expression that takes nothing apart."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"RegEx: input_regex {problem}.")


@dataclass
class RegEx:
    """Lines that a regular expression takes apart (dp-object-regex); only for reading.

    The expression has to fit the whole line; its groups are the columns, a group that took no part is NULL.
    A line that does not fit is an error with its number.

    :param input_regex: Python's regular expressions; Java's are mostly the same. Data Pipeline's `inputRegEx`.
    :param columns: entries `name TYPE`, one for each group.
    :raises ExpressionError: it is no regular expression, has no group, or not one for each column.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    input_regex: str
    columns: tuple[str, ...] = ()

    extension: ClassVar[str] = "txt"
    portable: ClassVar[bool] = False
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        lists.check(self.columns, "RegEx")
        try:
            groups = re.compile(self.input_regex).groups
        except re.error as error:
            raise ExpressionError(f"is no regular expression: {error}") from None
        if not groups:
            raise ExpressionError("has no group in parentheses, so it gives no column")
        if self.columns and len(self.columns) != groups:
            raise ExpressionError(f"has {groups} groups, but columns lists {len(self.columns)}")

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": "RegEx", "input_regex": self.input_regex, "columns": list(self.columns)}
