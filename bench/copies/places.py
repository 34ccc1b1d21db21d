"""Where the servers are, as a measured process finds it in its environment: in Airflow's connections."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

BUCKET = "bench"
SOURCE = "workload.csv"
"""The key of the workload as quoted CSV."""
ESCAPED = "workload.tsv"
"""The key of the workload as LOAD DATA reads it."""
LARGE = "large.csv"
"""The key of an object of 1 GB."""
FOLDER = "BENCH_FOLDER"
"""Names the folder for files that servers read."""
CONNECTOR = "mysql-connector-python"


def connections(postgres: Postgres, mariadb: Mariadb, sqlite: Path, s3: S3) -> dict[str, str]:
    """Write the connections `postgresql`, `mariadb`, `sqlite` and `aws_default` as environment variables."""
    found: dict[str, dict[str, Any]] = {
        "sqlite": {"conn_type": "sqlite", "host": str(sqlite)},
        "aws_default": {
            "conn_type": "aws",
            "login": s3.access_key,
            "password": s3.secret_key,
            "extra": {
                "region_name": s3.region,
                "endpoint_url": s3.endpoint_url,
                "config_kwargs": {"s3": {"addressing_style": "path"}},
            },
        },
    }
    for conn_id, conn_type, server in (("postgresql", "postgres", postgres), ("mariadb", "mysql", mariadb)):
        found[conn_id] = {
            "conn_type": conn_type,
            "host": server.host,
            "port": server.port,
            "login": server.user,
            "password": server.password,
            "schema": server.dbname,
        }
    found["mariadb"]["extra"] = (
        {"charset": "utf8mb4"} if peers_driver() == "mysqlclient" else {"client": CONNECTOR}
    )
    return {variable(conn_id): json.dumps(fields) for conn_id, fields in found.items()}


def variable(conn_id: str) -> str:
    """Name the environment variable of a connection."""
    return f"AIRFLOW_CONN_{conn_id.upper()}"


def connection(conn_id: str) -> dict[str, Any]:
    """Read a connection's fields back."""
    fields: dict[str, Any] = json.loads(os.environ[variable(conn_id)])
    return fields


def peers_driver() -> str:
    """Name the driver with which Airflow's own operators reach MariaDB: the fastest that could be installed."""
    return "mysqlclient" if find_spec("MySQLdb") else CONNECTOR
