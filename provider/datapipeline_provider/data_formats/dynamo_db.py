"""How Hive sees items of DynamoDB, in a table or in an export of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datapipeline_provider.data_formats import columns as lists


@dataclass
class DynamoDBDataFormat:
    """Some attributes of each item as columns (dp-object-dynamodbdataformat).

    :param columns: entries `name TYPE`: an attribute's name, and a type of Hive's.
    :raises ColumnsError: an entry of `columns` has no name, or two have the same.
    """

    columns: tuple[str, ...] = ()

    extension: ClassVar[str] = ""
    portable: ClassVar[bool] = False
    template_fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.columns = tuple(self.columns)
        lists.check(self.columns, type(self).__name__)

    def serialize(self) -> dict[str, object]:
        """Give the format as JSON values, for display and for the DAG's hash."""
        return {"type": type(self).__name__, "columns": list(self.columns)}


@dataclass
class DynamoDBExportDataFormat(DynamoDBDataFormat):
    """Whole items, whatever their attributes (dp-object-dynamodbexportdataformat).

    :param columns: entries `name TYPE`: the attributes that a filter names.
    """
