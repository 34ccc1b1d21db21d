"""Airflow's own operators that copy, with the arguments they have by themselves."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench.copies.places import BUCKET, SOURCE
from bench.copies.work import Work
from bench.copies.workload import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.copies.work import Execute

MODULES = (
    "airflow.providers.amazon.aws.hooks.s3",
    "airflow.providers.mysql.hooks.mysql",
    "airflow.providers.postgres.hooks.postgres",
    "airflow.providers.sqlite.hooks.sqlite",
    "pandas",
)
"""What they import only when they run."""


def works() -> list[Work]:
    """List what is measured of them."""
    return [
        export("postgresql->s3", "postgresql"),
        export("mariadb->s3", "mariadb"),
        export("dbapi->s3", "sqlite"),
        load("postgresql"),
        load("mariadb"),
        transfer("postgresql", "mariadb"),
    ]


def operator(module: str, name: str, **arguments: Any) -> Execute:
    """Make an operator ready to run."""
    for each in MODULES:
        importlib.import_module(each)
    made = getattr(importlib.import_module(module), name)(task_id="copy", **arguments)
    return lambda: made.execute({})


def export(path: str, conn_id: str) -> Work:
    """Describe SqlToS3Operator."""
    key = f"peer/{conn_id}.csv"  # it names a file of CSV so, whatever it is told

    def make() -> Execute:
        return operator(
            "airflow.providers.amazon.aws.transfers.sql_to_s3",
            "SqlToS3Operator",
            query="select * from workload",
            sql_conn_id=conn_id,
            s3_bucket=BUCKET,
            s3_key=key,
            replace=True,
            df_kwargs={"index": False},
        )

    return Work(path, "peer", "SqlToS3Operator", make, f"s3:{key}", "header")


def load(conn_id: str) -> Work:
    """Describe S3ToSqlOperator."""

    def make() -> Execute:
        return operator(
            "airflow.providers.amazon.aws.transfers.s3_to_sql",
            "S3ToSqlOperator",
            s3_bucket=BUCKET,
            s3_key=SOURCE,
            table="target",
            column_list=list(COLUMNS),
            parser=records,
            sql_conn_id=conn_id,
        )

    return Work(f"s3->{conn_id}", "peer", "S3ToSqlOperator", make, f"{conn_id}:target")


def records(path: str) -> Iterator[list[str]]:
    """Read a file as that operator's documentation does."""
    import csv

    with open(path, newline="") as file:  # noqa: PTH123 - theirs
        yield from csv.reader(file)


def transfer(source: str, target: str) -> Work:
    """Describe GenericTransfer."""

    def make() -> Execute:
        return operator(
            "airflow.providers.common.sql.operators.generic_transfer",
            "GenericTransfer",
            sql="select * from workload",
            source_conn_id=source,
            destination_conn_id=target,
            destination_table="target",
        )

    return Work(f"{source}->{target}", "peer", "GenericTransfer", make, f"{target}:target")
