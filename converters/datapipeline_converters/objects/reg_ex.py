"""RegEx: columns that a regular expression finds in each record."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import later
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class RegEx(Component):
    """Columns from the groups of a Java regular expression, written with a Java format."""

    column: tuple[FieldText, ...] = ()
    input_reg_ex: FieldText | None = None
    output_format: FieldText | None = None

    page = "dp-object-regex"
    awaits = "records that a regular expression takes apart"
    verdicts = {
        "column": later("Declare it in the Hive table that the step you write creates."),
        "inputRegEx": later("It is `input.regex` of Hive's `RegexSerDe`."),
        "outputFormat": later(
            "It is `output.format.string` of Hive's `RegexSerDe` in its `contrib` package."
        ),
        "parent": exact("the parent's fields are applied"),
    }
