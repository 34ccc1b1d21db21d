"""The nightly example, converted and run in this process on a real PostgreSQL and a real S3."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from demo.conversion import DEFINITIONS, NIGHTLY, aws_connection, database_connection
from demo.sample_data import ORDERS_DATABASE, WAREHOUSE_DATABASE
from tests.end_to_end.examples import (
    NIGHTS,
    converted,
    everything_written,
    line,
    of_night,
    run_night,
    states,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

DEFINITION = DEFINITIONS / f"{NIGHTLY}.json"
TASKS = ("ExportOrders", "RawIsThere", "Clean", "LoadOrders", "Summarise")


@pytest.fixture(autouse=True)
def _connections(sample_databases: Postgres, s3: S3, sns: Aws, airflow_connection: SetConnection) -> None:
    airflow_connection("aws_default", **aws_connection(s3, sns))
    for name in (NIGHTLY, "failing_night"):
        airflow_connection(f"{name}_Orders", **database_connection(sample_databases, ORDERS_DATABASE))
        airflow_connection(f"{name}_Warehouse", **database_connection(sample_databases, WAREHOUSE_DATABASE))


def settings(bucket: str, topic_arn: str) -> list[str]:
    values = {"myLake": f"s3://{bucket}/lake", "myLogs": f"s3://{bucket}/logs", "myTopic": topic_arn}
    return [part for name, value in values.items() for part in ("--set", f"{name}={value}")]


def test_four_nights(
    airflow_db: Path, sample_databases: Postgres, s3: S3, bucket: str, capfd: pytest.CaptureFixture[str]
) -> None:
    dag_file = converted(DEFINITION, airflow_db, "--backfill", *settings(bucket, "arn:aws:sns:us-east-1:1:x"))
    try:
        for start in NIGHTS:
            assert states(run_night(dag_file, start)) == dict.fromkeys(TASKS, "success")
    finally:
        dag_file.unlink()

    kept = [order for start in NIGHTS for order in of_night(start) if order.survives_cleaning()]
    for start in NIGHTS:
        exported = of_night(start)
        (raw,) = s3.keys(bucket, f"lake/orders/{start:%Y/%m/%d}/")
        assert s3.read(bucket, raw).decode() == "".join(f"{line(order)}\n" for order in exported)
        (clean,) = s3.keys(bucket, f"lake/clean/{start:%Y/%m/%d}/")
        expected = "".join(f"{line(order)}\n" for order in exported if order.survives_cleaning())
        assert s3.read(bucket, clean).decode() == expected
        said = s3.read(bucket, f"logs/clean/{start:%Y-%m-%dT%H:%M:%S}.out").decode()
        assert said == f"kept {len(os.environ.get('HOME', ''))} {start:%Y-%m-%d}\n"

    loaded = sample_databases.query(
        WAREHOUSE_DATABASE,
        "select id, customer, amount, placed_at, note from orders_fact order by id",
    )
    assert loaded == kept
    assert sample_databases.query(WAREHOUSE_DATABASE, "select * from daily order by day") == [
        (start.date(), len(of), sum(order.amount for order in of if order.amount is not None))
        for start in NIGHTS
        if (of := [order for order in of_night(start) if order.survives_cleaning()])
    ]

    said = "".join(capfd.readouterr()) + everything_written(airflow_db.parent)
    assert "ExportOrders" in said  # otherwise this looked in the wrong place
    assert sample_databases.password not in said
    assert s3.secret_key not in said


def test_a_failure_is_published(
    airflow_db: Path, sns: Aws, bucket: str, tmp_path: Path, sample_databases: Postgres
) -> None:
    inbox = sns.topic_with_inbox("etl")
    definition = json.loads(DEFINITION.read_text())
    by_id = {one["id"]: one for one in definition["objects"]}
    by_id["Default"]["maximumRetries"] = "0"
    by_id["Summarise"]["script"] = "insert into no_such_table values (1)"
    del by_id["Summarise"]["scriptArgument"]
    failing = tmp_path / "failing_night.json"
    failing.write_text(json.dumps(definition))
    dag_file = converted(failing, airflow_db, "--backfill", *settings(bucket, inbox.topic_arn))
    try:
        run = run_night(dag_file, NIGHTS[0])
    finally:
        dag_file.unlink()

    assert str(run.state) == "failed"
    assert states(run) == dict.fromkeys(TASKS, "success") | {"Summarise": "failed"}
    (alarm,) = inbox.take()
    assert alarm["Subject"] == "Failed: Summarise"
    assert alarm["Message"] == "Summarise failed for 2026-10-29T02:30:00..2026-10-30T02:30:00"
    assert sample_databases.query(WAREHOUSE_DATABASE, "select count(*) from daily") == [(0,)]
