"""The examples of single types, converted and run in this process: files and arguments, tables and reports."""

from __future__ import annotations

import gzip
import runpy
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from demo.conversion import DEFINITIONS, aws_connection
from tests.end_to_end.examples import converted, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.mariadb import Mariadb
    from tests.servers.moto import Aws
    from tests.servers.seaweedfs import S3


@pytest.fixture(autouse=True)
def _aws(s3: S3, sns: Aws, airflow_connection: SetConnection) -> None:
    airflow_connection("aws_default", **aws_connection(s3, sns))


def test_scripts_arguments_and_staged_files_at_a_months_end(airflow_db: Path, s3: S3, bucket: str) -> None:
    objects = {
        "ready/2026-02/_SUCCESS": b"",
        "scripts/fetch.sh": b'echo "$# $*" >&2\n',
        "files/a.txt": b"1\n2\n",
        "files/b c.txt": b"1\n",
    }
    for key, content in objects.items():
        s3.client().put_object(Bucket=bucket, Key=key, Body=content)
    definition = DEFINITIONS / "shell_command_activity.json"
    dag_file = converted(definition, airflow_db, "--backfill", "--set", f"myBucket={bucket}")
    try:
        # The second monthly interval since 31 January, a cron schedule: it runs at its start.
        run = runpy.run_path(str(dag_file))["dag"].test(logical_date=datetime(2026, 2, 28, 6, tzinfo=UTC))
    finally:
        dag_file.unlink()
    assert states(run) == dict.fromkeys(("Marker", "Fetch", "Count"), "success")
    assert s3.read(bucket, "logs/fetch.err") == b"4 --day 2026-02-27 north south\n"
    assert s3.read(bucket, "counts/2026/02/counts.csv") == b"a,2\nb c,1\n"


def test_a_script_a_table_and_a_report(
    airflow_db: Path, s3: S3, sns: Aws, mariadb: Mariadb, airflow_connection: SetConnection
) -> None:
    airflow_connection(
        "sql_activity_Shop",
        conn_type="mysql",
        host=mariadb.host,
        port=mariadb.port,
        login=mariadb.user,
        password=mariadb.password,
        schema=mariadb.dbname,
    )
    with closing(mariadb.connect(mariadb.dbname)) as opened, opened.cursor() as cursor:
        cursor.execute("drop table if exists totals")
        cursor.execute("drop table if exists sales")
        cursor.execute("create table sales (day date, amount decimal(12, 2), status text)")
        cursor.execute(
            "insert into sales values ('2026-11-05', 10.25, 'new'), ('2026-11-05', 20.25, null),"
            " ('2026-11-05', 5, 'paid'), ('2026-11-04', 99, 'new')"
        )
        opened.commit()
    inbox = replace(sns, region="eu-west-1").topic_with_inbox("reports")
    s3.client().create_bucket(Bucket="example-bucket")
    dag_file = converted(DEFINITIONS / "sql_activity.json", airflow_db)
    try:
        when = datetime(2026, 11, 5, 6, 7, 8, tzinfo=UTC)
        run = runpy.run_path(str(dag_file))["dag"].test(logical_date=None, run_after=when)
        assert states(run) == dict.fromkeys(("Refresh", "Export"), "success")
        report = gzip.decompress(s3.read("example-bucket", "report/2026-11-05.tsv.gz"))
    finally:
        dag_file.unlink()
        s3.remove_bucket("example-bucket")
    # `status <> '%'` is not true of a NULL.
    assert report == b"2026-11-05\t2\t15.25\n"
    (message,) = inbox.take()
    assert (message["Subject"], message["Message"]) == (
        "Refresh is done",
        "Totals of Thursday, 5 November are ready.",
    )
