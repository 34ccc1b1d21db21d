"""The on-demand example, converted and run in this process: the same DAG file on PostgreSQL and on MariaDB."""

from __future__ import annotations

import runpy
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from demo.conversion import DEFINITIONS, ON_DEMAND, aws_connection
from demo.sample_data import RDS_DATABASE
from tests.end_to_end.examples import converted, everything_written, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.mariadb import Mariadb
    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

ROWS = [
    (1, "Ada", Decimal("12.50"), "first, with a comma"),
    (2, "Zoë 🐧", None, r"back\slash"),
    (3, "Grace", Decimal("-3.00"), None),
]
EXPORT = "1,Ada,12.50,first\\, with a comma\n2,Zoë 🐧,\\n,back\\\\slash\n3,Grace,-3.00,\\n\n"


@pytest.fixture(params=["postgres", "mysql"])
def connection(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The connection to a database whose table `rdstable` holds ROWS."""
    if request.param == "postgres":
        server: Postgres | Mariadb = request.getfixturevalue("sample_databases")
        database = RDS_DATABASE
    else:
        server = request.getfixturevalue("mariadb")
        database = server.dbname
    with closing(server.connect(database)) as opened, opened.cursor() as cursor:
        cursor.execute("drop table if exists rdstable")
        cursor.execute(
            "create table rdstable (id int primary key, name text, amount numeric(12,2), note text)"
        )
        cursor.executemany("insert into rdstable values (%s, %s, %s, %s)", ROWS)
    fields = {"host": server.host, "port": server.port, "login": server.user, "password": server.password}
    return {"conn_type": request.param, "schema": database, **fields}


def test_the_copy(
    connection: dict[str, Any],
    airflow_db: Path,
    s3: S3,
    sns: Aws,
    bucket: str,
    airflow_connection: SetConnection,
    capfd: pytest.CaptureFixture[str],
) -> None:
    airflow_connection("aws_default", **aws_connection(s3, sns))
    airflow_connection("rds_to_s3_rds_mysql", **connection)
    definition = DEFINITIONS / f"{ON_DEMAND}.json"
    dag_file = converted(definition, airflow_db, "--set", f"myOutputS3Loc=s3://{bucket}/out")
    when = datetime(2026, 11, 5, 6, 7, 8, tzinfo=UTC)
    try:
        run = runpy.run_path(str(dag_file))["dag"].test(logical_date=None, run_after=when)
    finally:
        dag_file.unlink()

    assert states(run) == {"RDStoS3CopyActivity": "success"}
    (key,) = s3.keys(bucket)
    assert key.startswith("out/2026-11-05-06-07-08/")
    assert s3.read(bucket, key).decode() == EXPORT
    said = "".join(capfd.readouterr()) + everything_written(airflow_db.parent)
    assert "RDStoS3CopyActivity" in said
    assert connection["password"] not in said
    assert s3.secret_key not in said
