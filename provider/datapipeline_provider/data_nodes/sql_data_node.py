"""A table or a query of a database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar

from datapipeline_provider.exceptions import DatapipelineError


class SqlDataNodeError(DatapipelineError):
    """An SqlDataNode that lacks what the work needs."""

    def __init__(self, conn_id: str, missing: str) -> None:
        super().__init__(f"SqlDataNode of connection {conn_id!r}: {missing} is needed here and is not given.")


@dataclass
class SqlDataNode:
    """A table or a query of a database (dp-object-sqldatanode, dp-object-mysqldatanode).

    :param conn_id: the Airflow connection of the database.
    :param table: the table's name as SQL would write it; templated.
    :param schema_name: the schema that holds the table; templated.
    :param select_query: what is read; all rows of the table if not given. Templated.
    :param insert_query: how one record is written: a statement with one `?` per column, in the record's order.
        If not given, a plain INSERT of all columns in the table's order. Templated.
    :param create_table_sql: run first if the table does not exist; needs `table`. Templated.
    """

    conn_id: str
    table: str | None = None
    schema_name: str | None = None
    select_query: str | None = None
    insert_query: str | None = None
    create_table_sql: str | None = None

    template_fields: ClassVar[tuple[str, ...]] = (
        "table",
        "schema_name",
        "select_query",
        "insert_query",
        "create_table_sql",
    )

    def needed_table(self) -> str:
        """Give the table's name, or raise SqlDataNodeError."""
        if not self.table:
            raise SqlDataNodeError(self.conn_id, "table")
        return self.table

    def serialize(self) -> dict[str, object]:
        """Give the node as JSON values, for display and for the DAG's hash."""
        return {"type": "SqlDataNode", **asdict(self)}
