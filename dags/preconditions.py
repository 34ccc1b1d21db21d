"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.sensors.exists import ExistsSensor
from datapipeline_provider.sensors.shell_command_precondition import (
    ShellCommandPreconditionSensor,
)
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="preconditions",
    description="Converted from the AWS Data Pipeline definition preconditions.json",
    schedule=AnchoredTimetable(
        start="2026-12-01T02:00:00",
        every="1 day",
        run_at="end",
        occurrences=31,
    ),
    start_date=pendulum.datetime(2026, 12, 1, 2, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myBucket": Param(
            "example-bucket",
            type="string",
            description="Bucket of the files",
        ),
        "myKilobytes": Param(
            1024,
            type="integer",
            description="Room that the load needs",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    DiskHasRoom = ShellCommandPreconditionSensor(
        task_id="DiskHasRoom",
        command='test "$(df --output=avail / | tail -1)" -gt "$1"',
        script_arguments=["{{ params.myKilobytes }}"],
        stderr="s3://{{ params.myBucket }}/logs/disk.err",
        poke_interval=600,
        timeout=10800,
        retries=1,
        doc_md="Data Pipeline object `DiskHasRoom` (ShellCommandPrecondition)",
    )

    IsThere_Clicks = ExistsSensor(
        task_id="IsThere_Clicks",
        data_node=S3DataNode(
            directory_path="s3://{{ params.myBucket }}/clicks/{{ data_interval_start.strftime('%Y/%m/%d') }}",
        ),
        poke_interval=300,
        timeout=21600,
        retry_delay=timedelta(minutes=5),
        doc_md="""Data Pipeline object `IsThere` (Exists)

What somebody else makes during the night.""",
    )

    IsThere_Customers = ExistsSensor(
        task_id="IsThere_Customers",
        data_node=SqlDataNode(
            conn_id="preconditions_Shop",
            table="customers_{{ data_interval_start.strftime('%Y%m%d') }}",
        ),
        poke_interval=300,
        timeout=21600,
        retry_delay=timedelta(minutes=5),
        doc_md="""Data Pipeline object `IsThere` (Exists)

What somebody else makes during the night.""",
    )

    Load = ShellCommandActivityOperator(
        task_id="Load",
        command='echo "$(ls | wc -l) files are here, $1"',
        script_arguments=["{{ data_interval_start.strftime('%Y-%m-%d') }}"],
        inlets=[
            Asset("x-s3://example-bucket/clicks"),
            Asset("x-sql://preconditions_Shop/customers_"),
        ],
        doc_md="Data Pipeline object `Load` (ShellCommandActivity)",
        max_active_tis_per_dag=5,
    )

    [DiskHasRoom, IsThere_Clicks, IsThere_Customers] >> Load
