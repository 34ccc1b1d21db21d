"""Custom: columns between separators of one's own choice."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import emulated, exact, not_needed
from datapipeline_converters.objects.columns import columns_of
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.delimited import check_lines, check_separators
from datapipeline_converters.plan import Call


@dataclass(frozen=True, kw_only=True)
class Custom(Component):
    """Separated columns; a line feed between records unless it says otherwise."""

    column_separator: str
    record_separator: str = "\n"

    page = "dp-object-custom"
    verdicts = {
        "column": not_needed("columns map by position; only Hive and Pig read their names and types"),
        "columnSeparator": emulated(
            "the `column_separator` of a TSV, which escapes with a backslash as all formats do"
        ),
        "parent": exact("the parent's fields are applied"),
        "recordSeparator": exact("the data format's `record_separator`"),
    }

    def as_data_format(self, context: Context) -> Call:
        """Return the provider's TSV with these separators."""
        check_separators(
            f"Custom {self.id!r}",
            {
                "columnSeparator": self.column_separator,
                "recordSeparator": self.record_separator,
                "escape": "\\",
            },
        )
        context.realise(self)
        ends = {} if self.record_separator == "\n" else {"record_separator": self.record_separator}
        return Call(
            "datapipeline_provider.data_formats.tsv.TSV", {"column_separator": self.column_separator, **ends}
        )

    def as_staged_format(self, context: Context, *, columns: bool) -> Call:
        """Return the format with its columns."""
        check_lines(f"{self.type} {self.id!r}", self.record_separator)
        data_format = self.as_data_format(context)
        given = {"columns": found} if columns and (found := columns_of(self, context)) else {}
        return Call(data_format.path, {**data_format.arguments, **given})
