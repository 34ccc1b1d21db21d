"""DynamoDBDataExists: waits until a table in DynamoDB has an item."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import LATER_WAITING, later
from datapipeline_converters.objects.runnable import SYSTEM_PRECONDITION, SystemPrecondition
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBDataExists(SystemPrecondition):
    """Passes when the table holds data."""

    table_name: FieldText

    page = "dp-dynamodbdataexists"
    awaits = "waiting for items of a DynamoDB table"
    verdicts = verdict_table(
        SYSTEM_PRECONDITION,
        LATER_WAITING,
        {"tableName": later("Write a sensor that scans the table for one item, by Amazon's `DynamoDBHook`.")},
    )
