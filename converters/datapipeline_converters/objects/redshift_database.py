"""RedshiftDatabase: a database of Redshift, named by its cluster or by a JDBC URL."""

from __future__ import annotations

from dataclasses import dataclass, replace

from datapipeline_converters.jdbc import connection_from_jdbc
from datapipeline_converters.ledger import emulated, not_needed, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.database import BY_URL, DATABASE
from datapipeline_converters.objects.fields import ConnectionText, Secret

_PORT = 5439

_IN_THE_URL = not_needed("the connection string names the host")


@dataclass(frozen=True, kw_only=True)
class RedshiftDatabase(Component):
    """A database with its user; it becomes an Airflow connection."""

    username: ConnectionText | None
    password: Secret | None
    cluster_id: ConnectionText | None = None
    connection_string: ConnectionText | None = None
    database_name: ConnectionText | None = None
    region: ConnectionText | None = None
    jdbc_properties: tuple[ConnectionText, ...] = ()

    page = "dp-object-redshiftdatabase"
    verdicts = verdict_table(
        DATABASE,
        BY_URL,
        {
            "clusterId": emulated(
                "the connection's host is the cluster's endpoint", "Fill in the endpoint as the host."
            ),
            "region": emulated("a part of the endpoint, which is the connection's host"),
        },
    )

    def as_connection(self, context: Context) -> str:
        """Plan the connection and return its id."""
        context.realise(self, {"region": _IN_THE_URL} if self.connection_string else {})
        connection, hints = connection_from_jdbc(
            self.id,
            self.connection_string,
            self.username,
            self.password,
            schema=self.database_name,
            properties=self.jdbc_properties,
        )
        if self.connection_string:
            return context.add_connection(connection, hints)
        cluster = f"of the cluster `{self.cluster_id}`" if self.cluster_id else "of its cluster"
        place = f" in `{self.region}`" if self.region else ""
        hint = f"host is the endpoint {cluster}{place}, as the Redshift console shows it"
        return context.add_connection(replace(connection, conn_type="redshift", port=_PORT), (hint,))
