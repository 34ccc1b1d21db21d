"""DynamoDBDataFormat: the columns of a DynamoDB table in Hive."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.objects.item_format import ItemFormat


@dataclass(frozen=True, kw_only=True)
class DynamoDBDataFormat(ItemFormat):
    """The columns of a table, as Hive sees them."""

    page = "dp-object-dynamodbdataformat"
    path = "datapipeline_provider.data_formats.dynamo_db.DynamoDBDataFormat"
