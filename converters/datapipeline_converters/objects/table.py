"""What all data nodes for database tables share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.assets import table_asset
from datapipeline_converters.definition import Ref
from datapipeline_converters.jdbc import connection_from_jdbc
from datapipeline_converters.ledger import Verdict, exact, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.fields import ConnectionText, Secret
from datapipeline_converters.objects.runnable import DATA_NODE, LOOKED_FOR, DataNode
from datapipeline_converters.plan import Argument, Call, FieldText

_SQL_DATA_NODE = "datapipeline_provider.data_nodes.sql_data_node.SqlDataNode"
TABLE: Mapping[str, Verdict] = verdict_table(
    DATA_NODE,
    {
        "*password": exact("the connection's password"),
        "connectionString": exact("the connection"),
        "createTableSql": exact("the data node's `create_table_sql`"),
        "database": exact("the data node's `conn_id`"),
        "insertQuery": exact("the data node's `insert_query`"),
        "schemaName": exact("the data node's `schema_name`"),
        "selectQuery": exact("the data node's `select_query`"),
        "table": exact("the data node's `table`"),
        "username": exact("the connection's login"),
    },
)


@dataclass(frozen=True, kw_only=True)
class TableNode(DataNode):
    """A table, read with `selectQuery` and written with `insertQuery`."""

    table: FieldText
    database: Ref | None = None
    schema_name: FieldText | None = None
    select_query: FieldText | None = None
    insert_query: FieldText | None = None
    create_table_sql: FieldText | None = None
    connection_string: ConnectionText | None = None
    username: ConnectionText | None = None
    password: Secret | None = None

    def as_location(self, context: Context) -> Call:
        """Return the provider's SQL data node with its connection and the table's name alone."""
        context.realise(self, dict.fromkeys(("createTableSql", "insertQuery", "selectQuery"), LOOKED_FOR))
        arguments: dict[str, Argument] = {"conn_id": self.as_connection(context), "table": self.table}
        if self.schema_name is not None:
            arguments["schema_name"] = self.schema_name
        return Call(_SQL_DATA_NODE, arguments, name=self.id)

    def as_table(self, context: Context) -> Call:
        """Return the provider's SQL data node; its connection is the database's or, in the older style, its own."""
        context.realise(self)
        arguments: dict[str, Argument] = {"conn_id": self.as_connection(context), "table": self.table}
        for key in ("schema_name", "select_query", "insert_query", "create_table_sql"):
            if getattr(self, key) is not None:
                arguments[key] = getattr(self, key)
        return Call(_SQL_DATA_NODE, arguments, name=self.id)

    as_data_node = as_table

    def as_staged(self, context: Context, *, columns: bool) -> Call:
        """Return the provider's SQL data node: its rows have columns anyway."""
        return self.as_table(context)

    def as_connection(self, context: Context) -> str:
        """Plan the connection and return its id."""
        if self.database is not None:
            return context.get(self.database).as_connection(context)
        if self.connection_string is None:
            raise CannotConvertError(refusals.NO_DATABASE, type=self.type, id=self.id)
        return context.add_connection(
            *connection_from_jdbc(self.id, self.connection_string, self.username, self.password)
        )

    def as_asset(self, context: Context) -> str | None:
        """Return the connection and the fixed beginning of the table's name."""
        owner = self.database.id if self.database else self.id
        return table_asset(context.connection_id(owner), context.fixed_beginning(self, "table")[0])
