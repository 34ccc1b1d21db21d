"""DynamoDBDataNode: a table in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import later
from datapipeline_converters.objects.runnable import DATA_NODE, DataNode
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBDataNode(DataNode):
    """A table, where it is, and how much of its capacity may be used."""

    table_name: FieldText
    region: FieldText | None = None
    data_format: Ref | None = None
    read_throughput_percent: float | None = None
    write_throughput_percent: float | None = None

    page = "dp-object-dynamodbdatanode"
    awaits = "tables of DynamoDB"
    verdicts = verdict_table(
        DATA_NODE,
        {
            "dataFormat": later("Name the columns in the step that you write."),
            "readThroughputPercent": later("Give the step `dynamodb.throughput.read.percent`."),
            "region": later(
                "Give the step `dynamodb.endpoint` or `dynamodb.region`, or the operator `region_name`."
            ),
            "tableName": later("Name the table in the step or the operator that you write."),
            "writeThroughputPercent": later("Give the step `dynamodb.throughput.write.percent`."),
        },
    )
