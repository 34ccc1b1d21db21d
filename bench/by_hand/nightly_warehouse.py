"""The nightly warehouse as a person would write it for Airflow, to measure the generated file against."""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator
from datapipeline_provider.operators.sql_activity import SqlActivityOperator
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

DAY = "{{ data_interval_start.strftime('%Y/%m/%d') }}"
DATE = "{{ data_interval_start.strftime('%Y-%m-%d') }}"
SINCE = "{{ data_interval_start.strftime('%Y-%m-%d %H:%M:%S') }}"
UNTIL = "{{ data_interval_end.strftime('%Y-%m-%d %H:%M:%S') }}"
START = "{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}"
END = "{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}"

raw = S3DataNode(directory_path=f"{{{{ params.myLake }}}}/orders/{DAY}")
clean = S3DataNode(directory_path=f"{{{{ params.myLake }}}}/clean/{DAY}")

with DAG(
    dag_id="nightly_warehouse_by_hand",
    description="Orders to the warehouse, every night",
    schedule=AnchoredTimetable(start="2026-10-29T02:30:00", every="1 day", run_at="end", occurrences=4),
    start_date=pendulum.datetime(2026, 10, 29, 2, 30, tz="UTC"),
    catchup=True,
    max_active_runs=5,
    params={
        "myLake": Param("s3://lake", type="string", description="Data lake root"),
        "myLogs": Param("s3://logs/nightly", type="string", description="Where logs go"),
        "myTopic": Param(
            "arn:aws:sns:us-east-1:123456789012:etl",
            type="string",
            description="SNS topic for failures",
        ),
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=3),
        "on_failure_callback": [
            SnsAlarmNotifier(
                topic_arn="{{ params.myTopic }}",
                subject="Failed: {{ ti.task_id }}",
                message=f"{{{{ ti.task_id }}}} failed for {START}..{END}",
            )
        ],
    },
    tags=["warehouse"],
):
    export = CopyActivityOperator(
        task_id="export_orders",
        input=SqlDataNode(
            conn_id="nightly_warehouse_Orders",
            table="orders",
            select_query=(
                "select id, customer, amount, placed_at, note from orders "
                f"where placed_at >= '{SINCE}' and placed_at < '{UNTIL}' order by id"
            ),
        ),
        output=raw,
        inlets=[Asset("x-sql://nightly_warehouse_Orders/orders")],
        outlets=[Asset("x-s3://lake/orders")],
    )
    raw_is_there = S3PrefixNotEmptySensor(
        task_id="raw_is_there",
        s3_prefix=f"{{{{ params.myLake }}}}/orders/{DAY}/",
        poke_interval=600,
        timeout=3600,
    )
    clean_orders = ShellCommandActivityOperator(
        task_id="clean",
        command=(
            "awk -F, '{ if ($3 > 0) print }' ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/orders.csv"
            ' && echo "kept ${{ "{#" }}HOME} $1"'
        ),
        script_arguments=[DATE],
        stage=True,
        input=[raw],
        output=[clean],
        stdout=f"{{{{ params.myLogs }}}}/clean/{START}.out",
        inlets=[Asset("x-s3://lake/orders")],
        outlets=[Asset("x-s3://lake/clean")],
    )
    load = CopyActivityOperator(
        task_id="load_orders",
        input=clean,
        output=SqlDataNode(
            conn_id="nightly_warehouse_Warehouse",
            table="orders_fact",
            insert_query=(
                "insert into orders_fact (id, customer, amount, placed_at, note) "
                "values (?, ?, ?::numeric, ?::timestamp, ?)"
            ),
            create_table_sql=(
                "create table if not exists orders_fact "
                "(id int, customer text, note text, amount numeric(12,2), placed_at timestamp)"
            ),
        ),
        inlets=[Asset("x-s3://lake/clean")],
        outlets=[Asset("x-sql://nightly_warehouse_Warehouse/orders_fact")],
    )
    summarise = SqlActivityOperator(
        task_id="summarise",
        conn_id="nightly_warehouse_Warehouse",
        sql=(
            "create table if not exists daily (day date primary key, orders int, amount numeric); "
            "delete from daily where day = ?::date; "
            f"insert into daily select date '{DATE}', count(*), sum(amount) from orders_fact "
            f"where placed_at >= timestamp '{SINCE}' and placed_at < timestamp '{UNTIL}'"
        ),
        parameters=[DATE],
    )
    export >> raw_is_there >> clean_orders >> load >> summarise
