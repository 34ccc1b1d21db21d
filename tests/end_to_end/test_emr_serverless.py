"""The example of EMR Serverless, converted and run: real jobs of Spark and Hive, at a stand-in for the service."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from demo.conversion import DEFINITIONS
from tests.end_to_end.examples import converted, states
from tests.servers.emr_serverless import ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr
    from tests.servers.emr_serverless import Serverless

pytestmark = pytest.mark.long

SESSIONS = """\
import sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
assert spark.conf.get("spark.sql.session.timeZone") == "Europe/Dublin"
assert spark.conf.get("spark.app.name") == "Click sessions"
clicks = spark.read.csv(sys.argv[1], schema="session string, country string")
clicks.distinct().write.csv(sys.argv[2])
"""


def test_spark_and_hive_at_a_stand_in(engines: Emr, serverless: Serverless, airflow_db: Path) -> None:
    s3 = engines.aws.client("s3")
    s3.create_bucket(Bucket="clicks")
    objects = {"jobs/sessions.py": SESSIONS, "clicks/2026/11/19/1.csv": "1,DE\n1,DE\n2,FR\n3,DE\n"}
    for key, content in objects.items():
        s3.put_object(Bucket="clicks", Key=key, Body=content.encode())
    chosen = (
        "--backfill",
        "--run-on",
        "emr-serverless",
        "--execution-role",
        ROLE,
        "--set",
        "myBucket=clicks",
    )
    dag_file = converted(DEFINITIONS / "emr_serverless.json", airflow_db, *chosen)
    source = dag_file.read_text()
    quick = '"poke_interval": 0.5, "retries": 0'
    dag_file.write_text(source.replace('default_args={"retries": 2', f"default_args={{{quick}"))
    assert quick in dag_file.read_text()
    try:
        run = runpy.run_path(str(dag_file))["dag"].test(logical_date=datetime(2026, 11, 20, 2, tzinfo=UTC))
    finally:
        dag_file.unlink()
    made = ("create_ClickCluster_application", "delete_ClickCluster_application")
    assert states(run) == dict.fromkeys((*made, "Sessions", "Countries", "work_done"), "success")
    found = s3.list_objects_v2(Bucket="clicks", Prefix="countries/2026/11/19/")["Contents"]
    parts = [s3.get_object(Bucket="clicks", Key=each["Key"])["Body"].read() for each in found]
    rows = sorted(b"".join(parts).decode().replace('"', "").split())
    assert rows == ["DE,2,2026-11-19", "FR,1,2026-11-19"]
    assert set(serverless.applications().values()) == {"TERMINATED"}
