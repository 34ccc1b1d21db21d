"""DynamoDBDataNode: a table in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import DATA_NODE, DataNode
from datapipeline_converters.plan import Argument, Call, FieldText


@dataclass(frozen=True, kw_only=True)
class DynamoDBDataNode(DataNode):
    """A table, where it is, and how much of its capacity may be used."""

    table_name: FieldText
    region: FieldText | None = None
    data_format: Ref | None = None
    read_throughput_percent: float | None = None
    write_throughput_percent: float | None = None

    page = "dp-object-dynamodbdatanode"
    without_format = (
        "write a CREATE EXTERNAL TABLE … STORED BY into the script, or give it a DynamoDBDataFormat"
    )
    verdicts = verdict_table(
        DATA_NODE,
        {
            "dataFormat": exact("the data node's `data_format`"),
            "readThroughputPercent": exact("the data node's `read_throughput_percent`"),
            "region": exact("the data node's `region`"),
            "tableName": exact("the data node's `table_name`"),
            "writeThroughputPercent": exact("the data node's `write_throughput_percent`"),
        },
    )

    def as_staged(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's data node."""
        context.realise(self)
        arguments: dict[str, Argument] = {"table_name": self.table_name}
        for key in ("region", "read_throughput_percent", "write_throughput_percent"):
            if getattr(self, key) is not None:
                arguments[key] = getattr(self, key)
        if self.data_format is not None:
            data_format = context.get(self.data_format)
            arguments["data_format"] = data_format.as_staged_format(context, columns=columns)
        return Call(
            "datapipeline_provider.data_nodes.dynamo_db_data_node.DynamoDBDataNode", arguments, name=self.id
        )
