"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.lateness import when_late
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="alarms",
    description="Converted from the AWS Data Pipeline definition alarms.json",
    schedule=AnchoredTimetable(
        start="2026-11-01T05:00:00",
        every="1 day",
        run_at="start",
    ),
    start_date=pendulum.datetime(2026, 11, 1, 5, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myBucket": Param(
            "example-bucket",
            type="string",
            description="Bucket of the files",
        ),
        "myTopic": Param(
            "arn:aws:sns:us-east-1:123456789012:alarms",
            type="string",
            description="Topic of the alarms",
        ),
    },
    default_args={
        "retries": 1,
        "retry_delay": timedelta(minutes=5),
        "max_active_tis_per_dag": 5,
    },
    tags=["data-pipeline"],
) as dag:
    SalesAreThere = S3PrefixNotEmptySensor(
        task_id="SalesAreThere",
        s3_prefix="s3://{{ params.myBucket }}/sales/{{ data_interval_start.strftime('%Y-%m-%d') }}",
        poke_interval=300,
        retries=0,
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="SalesAreThere failed",
                message="""SalesAreThere of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }} failed: {{ exception | default('', true) }}
Logs: s3://{{ params.myBucket }}/logs/
{{ macros.datapipeline.stack_trace(exception | default('', true)) }}""",
            ),
        ],
        doc_md="Data Pipeline object `SalesAreThere` (S3PrefixNotEmpty)",
    )

    Report = ShellCommandActivityOperator(
        task_id="Report",
        command="sort ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/report.csv",
        stage=True,
        input=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/sales/{{ data_interval_start.strftime('%Y-%m-%d') }}",
            ),
        ],
        output=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/reports/{{ data_interval_start.strftime('%Y-%m-%d') }}",
            ),
        ],
        execution_timeout=timedelta(hours=1),
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="The daily report failed",
                message="""The daily report of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }} failed: {{ exception | default('', true) }}
Logs: s3://{{ params.myBucket }}/logs/
{{ macros.datapipeline.stack_trace(exception | default('', true)) }}""",
            ),
        ],
        on_success_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="The daily report is there",
                message="s3://{{ params.myBucket }}/reports/{{ data_interval_start.strftime('%Y-%m-%d') }} was written from {{ (ti.start_date | default(dag_run.run_after, true)).strftime('%Y-%m-%dT%H:%M:%S') }} to {{ (ti.end_date | default(macros.datapipeline.now(), true)).strftime('%Y-%m-%dT%H:%M:%S') }}.",
            ),
        ],
        inlets=[Asset("x-s3://example-bucket/sales")],
        outlets=[Asset("x-s3://example-bucket/reports")],
        doc_md="""Data Pipeline object `Report` (ShellCommandActivity)

Name: The daily report""",
    )

    Tidy = ShellCommandActivityOperator(
        task_id="Tidy",
        command="aws s3 rm s3://{{ params.myBucket }}/scratch/ --recursive",
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Tidy failed",
                message="""Tidy of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }} failed: {{ exception | default('', true) }}
Logs: s3://{{ params.myBucket }}/logs/
{{ macros.datapipeline.stack_trace(exception | default('', true)) }}""",
            ),
        ],
        doc_md="Data Pipeline object `Tidy` (ShellCommandActivity)",
    )

    SalesAreThere >> Report >> Tidy

    when_late(
        Report,
        after=timedelta(hours=2),
        tell=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="The daily report is late",
                message="The daily report of {{ data_interval_start.strftime('%Y-%m-%d') }} has not finished in time: it is {{ macros.datapipeline.status(ti.state) }}. It started at {{ macros.datapipeline.known(ti.start_date).strftime('%Y-%m-%dT%H:%M:%S') }} on {{ ti.hostname | default('', true) }}.",
            ),
        ],
        fails_with_upstream=True,
    )
    when_late(
        Tidy,
        after=timedelta(hours=6),
        tell=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Tidy is late",
                message="Tidy of {{ data_interval_start.strftime('%Y-%m-%d') }} has not finished in time: it is {{ macros.datapipeline.status(ti.state) }}. It started at {{ macros.datapipeline.known(ti.start_date).strftime('%Y-%m-%dT%H:%M:%S') }} on {{ ti.hostname | default('', true) }}.",
            ),
        ],
        terminate=True,
        fails_with_upstream=True,
    )
    when_late(
        SalesAreThere,
        after=timedelta(minutes=30),
        tell=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Sales is late",
                message="Sales of {{ data_interval_start.strftime('%Y-%m-%d') }} has not finished in time: it is {{ macros.datapipeline.status(ti.state) }}. It started at {{ macros.datapipeline.known(ti.start_date).strftime('%Y-%m-%dT%H:%M:%S') }} on {{ ti.hostname | default('', true) }}.",
            ),
        ],
        fails_with_upstream=True,
    )
