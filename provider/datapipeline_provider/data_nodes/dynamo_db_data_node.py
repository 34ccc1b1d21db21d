"""A table in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datapipeline_provider.data_formats.dynamo_db import DynamoDBDataFormat


@dataclass
class DynamoDBDataNode:
    """A table in DynamoDB (dp-object-dynamodbdatanode).

    :param table_name: the table's name; templated.
    :param region: where it is; the region of whoever reads or writes it if not given. Templated.
    :param data_format: what its items look like.
    :param read_throughput_percent: the share of its read capacity that may be used, 0.1 to 1.0; half of it if not given.
    :param write_throughput_percent: likewise of its write capacity.
    """

    table_name: str
    region: str | None = None
    data_format: DynamoDBDataFormat | None = None
    read_throughput_percent: float | None = None
    write_throughput_percent: float | None = None

    template_fields: ClassVar[tuple[str, ...]] = ("table_name", "region")

    def serialize(self) -> dict[str, object]:
        """Give the node as JSON values, for display and for the DAG's hash."""
        return {
            "type": "DynamoDBDataNode",
            "table_name": self.table_name,
            "region": self.region,
            "data_format": self.data_format.serialize() if self.data_format else None,
            "read_throughput_percent": self.read_throughput_percent,
            "write_throughput_percent": self.write_throughput_percent,
        }
