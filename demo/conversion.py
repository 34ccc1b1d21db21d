"""Converts the two examples with the real command, and points their connections at this machine's servers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo import sample_data

if TYPE_CHECKING:
    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

DEFINITIONS = Path(__file__).parents[1] / "dags" / "definitions"
NIGHTLY, ON_DEMAND = "nightly_warehouse", "rds_to_s3"

COMMANDS: dict[str, list[str]] = {ON_DEMAND: [], NIGHTLY: ["--backfill"]}
"""The options of each conversion. All four nights of the nightly example lie in the past, and all shall run."""

BUCKETS = ("lake", "logs", "my-output-logs")
"""What the definitions' own parameter values name."""

TOPIC = "etl"

DATABASES = {
    "nightly_warehouse_Orders": sample_data.ORDERS_DATABASE,
    "nightly_warehouse_Warehouse": sample_data.WAREHOUSE_DATABASE,
    # A MySQL database once. Which engine a database has is said by its connection alone: PostgreSQL here.
    "rds_to_s3_rds_mysql": sample_data.RDS_DATABASE,
}


class ConversionFailedError(Exception):
    """`dp2airflow convert` did not end with 0; the message holds what it printed."""


def convert(name: str, folder: Path) -> str:
    """Run `dp2airflow convert` on an example and return what it printed."""
    return convert_file(DEFINITIONS / f"{name}.json", folder, *COMMANDS[name])


def convert_file(definition: Path, folder: Path, *options: str) -> str:
    """Run `dp2airflow convert` on a file and return what it printed; ConversionFailedError unless it ends with 0."""
    program = shutil.which("dp2airflow", path=sysconfig.get_path("scripts")) or "dp2airflow"
    command = [program, "convert", str(definition), "-o", str(folder), *options]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise ConversionFailedError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def command_line(name: str) -> str:
    """Return the conversion as one would type it."""
    return " ".join(["dp2airflow convert", f"dags/definitions/{name}.json", *COMMANDS[name]])


def local_connections(folder: Path, postgres: Postgres, s3: S3, aws: Aws) -> dict[str, Any]:
    """Read the NAME.connections.json files of a folder and replace every server by one of this machine."""
    connections: dict[str, Any] = {"aws_default": aws_connection(s3, aws)}
    for file in sorted(folder.glob("*.connections.json")):
        for conn_id in json.loads(file.read_text()):
            connections[conn_id] = database_connection(postgres, DATABASES[conn_id])
    return connections


def database_connection(postgres: Postgres, database: str) -> dict[str, Any]:
    """Describe a database of the local server as Airflow's connection."""
    return {
        "conn_type": "postgres",
        "host": postgres.host,
        "port": postgres.port,
        "login": postgres.user,
        "password": postgres.password,
        "schema": database,
    }


def aws_connection(s3: S3, aws: Aws) -> dict[str, Any]:
    """Describe the local S3, and the emulator for everything else, as Airflow's connection `aws_default`."""
    return {
        "conn_type": "aws",
        "login": s3.access_key,
        "password": s3.secret_key,
        "extra": {
            "region_name": s3.region,
            "endpoint_url": aws.endpoint_url,
            "service_config": {"s3": {"endpoint_url": s3.endpoint_url}},
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        },
    }
