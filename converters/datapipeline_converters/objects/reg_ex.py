"""RegEx: columns that a regular expression finds in each record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.ledger import emulated, exact, not_needed
from datapipeline_converters.objects.columns import columns_of
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.plan import Argument, Call

# What holds where Hive or Pig reads it, in the place of what the table says.
_FOR_JAVA = {
    "inputRegEx": exact("the data format's `input_regex`"),
    "outputFormat": exact("the data format's `output_format`"),
}


@dataclass(frozen=True, kw_only=True)
class RegEx(Component):
    """Columns from the groups of a Java regular expression; copies read it, and cannot write it."""

    input_reg_ex: str

    only_read = True
    page = "dp-object-regex"
    verdicts = {
        "column": not_needed("columns map by position; only Hive and Pig read their names and types"),
        "inputRegEx": emulated("the data format's `input_regex`, read as Python reads it"),
        "outputFormat": not_needed("it is for writing, and only Hive writes this format"),
        "parent": exact("the parent's fields are applied"),
    }

    def as_data_format(self, context: Context) -> Call:
        """Return the format for reading."""
        try:
            groups = re.compile(self.input_reg_ex).groups
        except re.error as error:
            raise CannotConvertError(refusals.NO_PYTHON_PATTERN, id=self.id, error=error) from None
        if not groups:
            raise CannotConvertError(refusals.NO_GROUP, id=self.id)
        context.realise(self)
        return Call("datapipeline_provider.data_formats.regex.RegEx", {"input_regex": self.input_reg_ex})

    def as_staged_format(self, context: Context, *, columns: bool) -> Call:
        """Return the format as Java reads it, for Hive and Pig."""
        context.realise(self, _FOR_JAVA)
        arguments: dict[str, Argument] = {"input_regex": self.input_reg_ex}
        for text in context.constants(self, "outputFormat"):
            arguments["output_format"] = text
        if columns and (found := columns_of(self, context)):
            arguments["columns"] = found
        return Call("datapipeline_provider.data_formats.java_regex.JavaRegEx", arguments)
