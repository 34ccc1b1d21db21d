"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.operators.ec2_resource import (
    CreateEc2ResourceOperator,
    TerminateEc2ResourceOperator,
)
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.operators.shell_command_by_ssh import (
    ShellCommandBySshOperator,
)
from datapipeline_provider.operators.shell_command_on_ec2 import (
    ShellCommandOnEc2Operator,
)
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="ec2_resource",
    description="Converted from the AWS Data Pipeline definition ec2_resource.json",
    schedule=AnchoredTimetable(
        start="2026-11-20T02:00:00",
        every="1 day",
        run_at="start",
    ),
    start_date=pendulum.datetime(2026, 11, 20, 2, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myBucket": Param(
            "example-site",
            type="string",
            description="Bucket of the files",
        ),
        "myMachine": Param(
            "t3.medium",
            type="string",
            description="Type of the machine",
        ),
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "max_active_tis_per_dag": 5,
    },
    tags=["data-pipeline"],
) as dag:
    Raw = S3DataNode(
        directory_path="s3://{{ params.myBucket }}/raw/{{ data_interval_start.strftime('%Y-%m-%d') }}",
    )

    create_Box = CreateEc2ResourceOperator(
        task_id="create_Box",
        instance_type="{{ params.myMachine }}",
        subnet_id="subnet-0example",
        resource_role="DataPipelineDefaultResourceRole",
        spot_bid_price="0.10",
        region_name="eu-west-1",
        security_group_ids=["sg-0example"],
        associate_public_ip_address=False,
        terminate_after=timedelta(hours=3),
        init_timeout=timedelta(minutes=15),
        action_on_resource_failure="retryall",
        retries=1,
        doc_md="Data Pipeline object `Box` (Ec2Resource)",
    )

    Fetch = ShellCommandOnEc2Operator(
        task_id="Fetch",
        command="curl -sf https://example.com/{{ data_interval_start.strftime('%Y-%m-%d') }}.csv > ${OUTPUT1_STAGING_DIR}/raw.csv",
        stage=True,
        output=[Raw],
        stdout="s3://{{ params.myBucket }}/logs/fetch.out",
        instance="create_Box",
        outlets=[Asset("x-s3://example-site/raw")],
        doc_md="Data Pipeline object `Fetch` (ShellCommandActivity)",
    )

    Clean = ShellCommandOnEc2Operator(
        task_id="Clean",
        script_uri="s3://{{ params.myBucket }}/scripts/clean.sh",
        script_arguments=["--strict"],
        stage=True,
        input=[Raw],
        output=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/cleaned/{{ data_interval_start.strftime('%Y-%m-%d') }}",
            ),
        ],
        instance="create_Box",
        inlets=[Asset("x-s3://example-site/raw")],
        outlets=[Asset("x-s3://example-site/cleaned")],
        doc_md="Data Pipeline object `Clean` (ShellCommandActivity)",
    )

    Publish = ShellCommandBySshOperator(
        task_id="Publish",
        command="/opt/site/publish.sh {{ data_interval_start.strftime('%Y-%m-%d') }}",
        ssh_conn_id="ec2_resource_Publish",
        doc_md="Data Pipeline object `Publish` (ShellCommandActivity)",
    )

    Archive = ShellCommandActivityOperator(
        task_id="Archive",
        command="/opt/archive/keep.sh",
        queue="on-premises",
        doc_md="Data Pipeline object `Archive` (ShellCommandActivity)",
    )

    terminate_Box = TerminateEc2ResourceOperator(
        task_id="terminate_Box",
        instance="create_Box",
        region_name="eu-west-1",
        doc_md="Data Pipeline object `Box` (Ec2Resource)",
    )

    create_Box >> Fetch >> Clean >> [Publish, Archive, terminate_Box]
    terminate_Box.as_teardown(setups=create_Box, on_failure_fail_dagrun=True)
