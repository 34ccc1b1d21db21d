"""DynamoDBExportDataFormat: the columns of an export of a DynamoDB table."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.objects.item_format import ItemFormat


@dataclass(frozen=True, kw_only=True)
class DynamoDBExportDataFormat(ItemFormat):
    """The columns of a table or of its export, as far as a filter names them."""

    page = "dp-object-dynamodbexportdataformat"
    path = "datapipeline_provider.data_formats.dynamo_db.DynamoDBExportDataFormat"
