"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.sensors.producer import ProducerSensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

EveryHour = AnchoredTimetable(
    start="2026-10-29T00:00:00",
    every="1 hour",
    run_at="end",
    occurrences=48,
)

with DAG(
    dag_id="hourly_and_daily_EveryHour",
    description="Converted from the AWS Data Pipeline definition hourly_and_daily.json",
    schedule=EveryHour,
    start_date=pendulum.datetime(2026, 10, 29, tz="UTC"),
    catchup=True,
    max_active_runs=5,
    is_paused_upon_creation=True,
    params={
        "myJournal": Param(
            "/tmp/clicks.txt",
            type="string",
            description="File that tells what ran",
        ),
    },
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
    tags=["data-pipeline"],
) as dag:
    ShellCommandActivityOperator(
        task_id="CollectHour",
        command="echo \"hour {{ data_interval_start.strftime('%Y-%m-%d %H:%M') }}\" >> {{ params.myJournal }}",
        outlets=[Asset("x-s3://clicks")],
        doc_md="Data Pipeline object `CollectHour` (ShellCommandActivity)",
    )

with DAG(
    dag_id="hourly_and_daily",
    description="Converted from the AWS Data Pipeline definition hourly_and_daily.json",
    schedule=AnchoredTimetable(
        start="2026-10-29T00:00:00",
        every="1 day",
        run_at="end",
        occurrences=2,
    ),
    start_date=pendulum.datetime(2026, 10, 29, tz="UTC"),
    catchup=True,
    max_active_runs=5,
    is_paused_upon_creation=True,
    params={
        "myJournal": Param(
            "/tmp/clicks.txt",
            type="string",
            description="File that tells what ran",
        ),
    },
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
    tags=["data-pipeline"],
) as dag:
    wait_for_CollectHour = ProducerSensor(
        task_id="wait_for_CollectHour",
        external_dag_id="hourly_and_daily_EveryHour",
        external_task_id="CollectHour",
        timetable=EveryHour,
        first=pendulum.datetime(2026, 10, 29, tz="UTC"),
        fail_with_producer=True,
        retries=2,
        retry_delay=timedelta(minutes=10),
        doc_md="Waits for `CollectHour` in the runs of the DAG `hourly_and_daily_EveryHour` whose intervals overlap this run's",
    )

    ReportDay = ShellCommandActivityOperator(
        task_id="ReportDay",
        command="echo \"day {{ data_interval_start.strftime('%Y-%m-%d %H:%M') }}\" >> {{ params.myJournal }}",
        inlets=[Asset("x-s3://clicks")],
        doc_md="Data Pipeline object `ReportDay` (ShellCommandActivity)",
    )

    wait_for_CollectHour >> ReportDay

with DAG(
    dag_id="hourly_and_daily_Every20Minutes",
    description="Converted from the AWS Data Pipeline definition hourly_and_daily.json",
    schedule=AnchoredTimetable(
        start="2026-10-29T00:00:00",
        every="20 minutes",
        run_at="end",
        occurrences=144,
    ),
    start_date=pendulum.datetime(2026, 10, 29, tz="UTC"),
    catchup=True,
    max_active_runs=8,
    is_paused_upon_creation=True,
    params={
        "myJournal": Param(
            "/tmp/clicks.txt",
            type="string",
            description="File that tells what ran",
        ),
    },
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
    tags=["data-pipeline"],
) as dag:
    wait_for_CollectHour = ProducerSensor(
        task_id="wait_for_CollectHour",
        external_dag_id="hourly_and_daily_EveryHour",
        external_task_id="CollectHour",
        timetable=EveryHour,
        first=pendulum.datetime(2026, 10, 29, tz="UTC"),
        retries=2,
        retry_delay=timedelta(minutes=10),
        doc_md="Waits for `CollectHour` in the runs of the DAG `hourly_and_daily_EveryHour` whose intervals overlap this run's",
    )

    WatchClicks = ShellCommandActivityOperator(
        task_id="WatchClicks",
        command="echo \"20 minutes {{ data_interval_start.strftime('%Y-%m-%d %H:%M') }}\" >> {{ params.myJournal }}",
        inlets=[Asset("x-s3://clicks")],
        doc_md="Data Pipeline object `WatchClicks` (ShellCommandActivity)",
        max_active_tis_per_dag=5,
    )

    wait_for_CollectHour >> WatchClicks
