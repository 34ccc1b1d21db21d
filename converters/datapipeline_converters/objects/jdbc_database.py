"""JdbcDatabase: any database, named by a JDBC URL."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.jdbc import connection_from_jdbc
from datapipeline_converters.ledger import approximated, emulated, exact
from datapipeline_converters.objects.component import Component, Context
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
    verdicts = {
        "*password": exact("the connection's password"),
        "connectionString": exact("the connection's type, host, port, database and options"),
        "databaseName": exact("the connection's database"),
        "jdbcDriverClass": emulated("a Python driver for the same database, chosen by the connection's type"),
        "jdbcDriverJarUri": approximated(
            "a Python driver is used; the JAR's place is kept in the connection's extra"
        ),
        "jdbcProperties": approximated(
            "kept in the connection's extra; those of a JDBC driver only have no effect"
        ),
        "parent": exact("the parent's fields are applied"),
        "username": exact("the connection's login"),
    }

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
