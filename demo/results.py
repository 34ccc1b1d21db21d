"""Shows what the runs have left: their intervals, the objects in S3, the rows in the databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo import console
from demo.conversion import BUCKETS, NIGHTLY, ON_DEMAND
from demo.sample_data import ORDERS_DATABASE, RDS_DATABASE, WAREHOUSE_DATABASE

if TYPE_CHECKING:
    from demo.local_airflow import Airflow
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

COUNTED = ((RDS_DATABASE, "rdstable"), (ORDERS_DATABASE, "orders"), (WAREHOUSE_DATABASE, "orders_fact"))


def show(airflow: Airflow, postgres: Postgres, s3: S3) -> None:
    """Print everything that a user would look up to believe it."""
    show_runs(airflow)
    show_objects(s3)
    show_rows(postgres)


def show_runs(airflow: Airflow) -> None:
    """Print the runs with the interval that Data Pipeline's expressions named; it has none for a run on demand."""
    runs = [run for dag_id in (ON_DEMAND, NIGHTLY) for run in airflow.runs(dag_id)]
    console.table(
        "Runs",
        ("DAG", "state", "@scheduledStartTime", "@scheduledEndTime"),
        [(run["dag_id"], run["state"], *_interval(run)) for run in runs],
    )


def _interval(run: dict[str, Any]) -> tuple[str, str]:
    if run["data_interval_start"] is None:
        return str(run["run_after"])[:19], "(on demand)"
    return run["data_interval_start"][:19], run["data_interval_end"][:19]


def show_objects(s3: S3) -> None:
    """Print every object, and the first lines of one export."""
    keys = [(bucket, key) for bucket in BUCKETS for key in s3.keys(bucket)]
    console.table(
        "Objects in S3",
        ("object", "bytes"),
        [(f"s3://{bucket}/{key}", len(s3.read(bucket, key))) for bucket, key in keys],
    )
    exported = [(bucket, key) for bucket, key in keys if key.startswith("orders/")]
    if exported:
        bucket, key = exported[0]
        print(f"\nThe first lines of s3://{bucket}/{key}\n")
        for line in s3.read(bucket, key).decode().splitlines()[:6]:
            print(f"  {line}")


def show_rows(postgres: Postgres) -> None:
    """Print how many rows each table has, and the nightly summary."""
    counts = [
        (database, name, postgres.query(database, f"select count(*) from {name}")[0][0])
        for database, name in COUNTED
    ]
    console.table("Rows", ("database", "table", "rows"), counts)
    daily = postgres.query(WAREHOUSE_DATABASE, "select day, orders, amount from daily order by day")
    console.table("Table daily, in warehouse", ("day", "orders", "amount"), daily)
