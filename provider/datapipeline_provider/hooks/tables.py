"""Creates the table of a data node when it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database


class Log(Protocol):
    """What is needed of a logger."""

    def info(self, message: str, /, *arguments: Any) -> Any:
        """Log a message with %-arguments."""


def create_table(database: Database, node: SqlDataNode, log: Log) -> None:
    """Run the node's `create_table_sql` if its table does not exist, and commit.

    It comes before the transaction of a load, not in it: in MySQL a CREATE TABLE ends the transaction.
    """
    if not node.create_table_sql:
        return
    table = database.quoted(node.needed_table(), node.schema_name)
    if database.table_exists(table):
        return
    log.info("Table %s of connection %s does not exist: creating it", table, node.conn_id)
    try:
        for statement in sql_text.parse(node.create_table_sql, database.dialect, placeholders=False):
            database.run(statement)
        database.commit()
    except DatabaseError:
        database.rollback()
        if not database.table_exists(table):  # unless another task was faster
            raise
