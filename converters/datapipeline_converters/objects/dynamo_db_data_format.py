"""DynamoDBDataFormat: the columns of a DynamoDB table in Hive."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import later
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBDataFormat(Component):
    """The columns of a table, as Hive sees them."""

    column: tuple[FieldText, ...] = ()

    page = "dp-object-dynamodbdataformat"
    awaits = "the columns of a DynamoDB table in Hive"
    verdicts = {
        "column": later("Declare it in the Hive table that the step you write creates."),
        "parent": exact("the parent's fields are applied"),
    }
