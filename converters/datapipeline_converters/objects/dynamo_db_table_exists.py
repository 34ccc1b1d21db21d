"""DynamoDBTableExists: waits until a table is in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import LATER_WAITING, later
from datapipeline_converters.objects.runnable import SYSTEM_PRECONDITION, SystemPrecondition
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBTableExists(SystemPrecondition):
    """Passes when the table exists."""

    table_name: FieldText

    page = "dp-dynamodbtableexists"
    awaits = "waiting for a DynamoDB table"
    verdicts = verdict_table(
        SYSTEM_PRECONDITION,
        LATER_WAITING,
        {"tableName": later("Write a sensor that describes the table, by Amazon's `DynamoDBHook`.")},
    )
