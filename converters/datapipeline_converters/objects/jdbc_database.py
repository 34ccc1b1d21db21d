"""JdbcDatabase: any database, named by a JDBC URL."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.jdbc import connection_from_jdbc
from datapipeline_converters.ledger import emulated, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.database import BY_URL, DATABASE, WITH_DRIVER
from datapipeline_converters.objects.fields import ConnectionText, Secret


@dataclass(frozen=True, kw_only=True)
class JdbcDatabase(Component):
    """A database with its user; it becomes an Airflow connection."""

    connection_string: ConnectionText | None
    username: ConnectionText | None
    password: Secret | None
    database_name: ConnectionText | None = None
    jdbc_driver_class: ConnectionText | None = None
    jdbc_driver_jar_uri: ConnectionText | None = None
    jdbc_properties: tuple[ConnectionText, ...] = ()

    page = "dp-object-jdbcdatabase"
    verdicts = verdict_table(
        DATABASE,
        BY_URL,
        WITH_DRIVER,
        {
            "jdbcDriverClass": emulated(
                "a Python driver for the same database, chosen by the connection's type"
            ),
        },
    )

    def as_connection(self, context: Context) -> str:
        """Plan the connection and return its id."""
        context.realise(self)
        connection, hints = connection_from_jdbc(
            self.id,
            self.connection_string,
            self.username,
            self.password,
            schema=self.database_name,
            properties=self.jdbc_properties,
            driver_class=self.jdbc_driver_class,
            driver_jar=self.jdbc_driver_jar_uri,
        )
        return context.add_connection(connection, hints)
