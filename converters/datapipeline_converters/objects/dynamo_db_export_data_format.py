"""DynamoDBExportDataFormat: the columns of an export of a DynamoDB table."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import later
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBExportDataFormat(Component):
    """The columns of a table or of its export, as far as a filter names them."""

    column: tuple[FieldText, ...] = ()

    page = "dp-object-dynamodbexportdataformat"
    awaits = "the columns of an export of a DynamoDB table"
    verdicts = {
        "column": later("Declare it in the Hive table that the step you write creates."),
        "parent": exact("the parent's fields are applied"),
    }
