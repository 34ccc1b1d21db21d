"""RdsDatabase: a database of Amazon RDS, named by its instance."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.jdbc import connection_from_rds
from datapipeline_converters.ledger import emulated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.database import DATABASE, WITH_DRIVER
from datapipeline_converters.objects.fields import ConnectionText, Secret

_NOT_LOOKED_UP = not_needed("the connection names the host: nothing is looked up")


@dataclass(frozen=True, kw_only=True)
class RdsDatabase(Component):
    """A database instance with its user; it becomes an Airflow connection."""

    rds_instance_id: ConnectionText | None
    username: ConnectionText | None
    password: Secret | None
    database_name: ConnectionText | None = None
    region: ConnectionText | None = None
    jdbc_driver_jar_uri: ConnectionText | None = None
    jdbc_properties: tuple[ConnectionText, ...] = ()

    page = "dp-object-rdsdatabase"
    verdicts = verdict_table(
        DATABASE,
        WITH_DRIVER,
        {
            "rdsInstanceId": emulated(
                "the connection's host, looked up at run time where it is an instance's name"
            ),
            "region": exact("where the instance is looked up: the connection's extra"),
        },
    )

    def as_connection(self, context: Context) -> str:
        """Plan the connection and return its id."""
        connection, hints = connection_from_rds(
            self.id,
            self.rds_instance_id,
            self.username,
            self.password,
            schema=self.database_name,
            region=self.region,
            properties=self.jdbc_properties,
            driver_jar=self.jdbc_driver_jar_uri,
        )
        looked_up = "rds_instance_id" in connection.extra
        context.realise(self, {} if looked_up else {"region": _NOT_LOOKED_UP})
        return context.add_connection(connection, hints)
