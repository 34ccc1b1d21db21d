"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.operators.sql_activity import SqlActivityOperator
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="nightly_warehouse",
    description="Converted from the AWS Data Pipeline definition nightly_warehouse.json",
    schedule=AnchoredTimetable(
        start="2026-10-29T02:30:00",
        every="1 day",
        run_at="end",
        occurrences=4,
    ),
    start_date=pendulum.datetime(2026, 10, 29, 2, 30, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myLake": Param("s3://lake", type="string", description="Data lake root"),
        "myLogs": Param(
            "s3://logs/nightly",
            type="string",
            description="Where logs go",
        ),
        "myTopic": Param(
            "arn:aws:sns:us-east-1:123456789012:etl",
            type="string",
            description="SNS topic for failures",
        ),
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "max_active_tis_per_dag": 5,
    },
    tags=["data-pipeline"],
) as dag:
    RawDay = S3DataNode(
        directory_path="{{ params.myLake }}/orders/{{ data_interval_start.strftime('%Y/%m/%d') }}",
    )
    CleanDay = S3DataNode(
        directory_path="{{ params.myLake }}/clean/{{ data_interval_start.strftime('%Y/%m/%d') }}",
    )

    ExportOrders = CopyActivityOperator(
        task_id="ExportOrders",
        input=SqlDataNode(
            conn_id="nightly_warehouse_Orders",
            table="orders",
            select_query="select id, customer, amount, placed_at, note from orders where placed_at >= '{{ data_interval_start.strftime('%Y-%m-%d %H:%M:%S') }}' and placed_at < '{{ data_interval_end.strftime('%Y-%m-%d %H:%M:%S') }}' order by id",
        ),
        output=RawDay,
        execution_timeout=timedelta(hours=3),
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: ExportOrders",
                message="ExportOrders failed for {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}",
            ),
        ],
        inlets=[Asset("x-sql://nightly_warehouse_Orders/orders")],
        outlets=[Asset("x-s3://lake/orders")],
        doc_md="Data Pipeline object `ExportOrders` (CopyActivity)",
    )

    RawIsThere = S3PrefixNotEmptySensor(
        task_id="RawIsThere",
        s3_prefix="{{ params.myLake }}/orders/{{ data_interval_start.strftime('%Y/%m/%d') }}/",
        poke_interval=600,
        timeout=3600,
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: RawIsThere",
                message="RawIsThere failed for {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}",
            ),
        ],
        doc_md="Data Pipeline object `RawIsThere` (S3PrefixNotEmpty)",
    )

    Clean = ShellCommandActivityOperator(
        task_id="Clean",
        command="awk -F, '{ if ($3 > 0) print }' ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/orders.csv && echo \"kept ${{ '{#' }}HOME} $1\"",
        script_arguments=["{{ data_interval_start.strftime('%Y-%m-%d') }}"],
        stage=True,
        input=[RawDay],
        output=[CleanDay],
        stdout="{{ params.myLogs }}/clean/{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}.out",
        execution_timeout=timedelta(hours=3),
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: Clean",
                message="Clean failed for {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}",
            ),
        ],
        inlets=[Asset("x-s3://lake/orders")],
        outlets=[Asset("x-s3://lake/clean")],
        doc_md="Data Pipeline object `Clean` (ShellCommandActivity)",
    )

    LoadOrders = CopyActivityOperator(
        task_id="LoadOrders",
        input=CleanDay,
        output=SqlDataNode(
            conn_id="nightly_warehouse_Warehouse",
            table="orders_fact",
            insert_query="insert into orders_fact (id, customer, amount, placed_at, note) values (?, ?, ?::numeric, ?::timestamp, ?)",
            create_table_sql="create table if not exists orders_fact (id int, customer text, note text, amount numeric(12,2), placed_at timestamp)",
        ),
        execution_timeout=timedelta(hours=3),
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: LoadOrders",
                message="LoadOrders failed for {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}",
            ),
        ],
        inlets=[Asset("x-s3://lake/clean")],
        outlets=[Asset("x-sql://nightly_warehouse_Warehouse/orders_fact")],
        doc_md="Data Pipeline object `LoadOrders` (CopyActivity)",
    )

    Summarise = SqlActivityOperator(
        task_id="Summarise",
        conn_id="nightly_warehouse_Warehouse",
        sql="delete from daily where day = ?::date; insert into daily select date '{{ data_interval_start.strftime('%Y-%m-%d') }}', count(*), sum(amount) from orders_fact where placed_at >= timestamp '{{ data_interval_start.strftime('%Y-%m-%d %H:%M:%S') }}' and placed_at < timestamp '{{ data_interval_end.strftime('%Y-%m-%d %H:%M:%S') }}'",
        parameters=["{{ data_interval_start.strftime('%Y-%m-%d') }}"],
        execution_timeout=timedelta(hours=3),
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: Summarise",
                message="Summarise failed for {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}..{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}",
            ),
        ],
        doc_md="Data Pipeline object `Summarise` (SqlActivity)",
    )

    ExportOrders >> RawIsThere >> Clean >> LoadOrders >> Summarise
