"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="shell_command_activity",
    description="Converted from the AWS Data Pipeline definition shell_command_activity.json",
    schedule=AnchoredTimetable(
        start="2026-01-31T06:00:00",
        every="1 month",
        run_at="start",
        end="2027-01-31T06:00:00",
    ),
    start_date=pendulum.datetime(2026, 1, 31, 6, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myBucket": Param(
            "example-bucket",
            type="string",
            description="Bucket of the files",
        ),
        "myFolders": Param(
            ["north", "south"],
            type="array",
            items={"type": "string"},
            description="Folders to fetch",
        ),
    },
    default_args={
        "retries": 1,
        "retry_delay": timedelta(minutes=5),
        "max_active_tis_per_dag": 5,
    },
    tags=["data-pipeline"],
) as dag:
    Marker = S3KeyExistsSensor(
        task_id="Marker",
        s3_key="s3://{{ params.myBucket }}/ready/{{ data_interval_start.strftime('%Y-%m') }}/_SUCCESS",
        poke_interval=300,
        timeout=7200,
        doc_md="Data Pipeline object `Marker` (S3KeyExists)",
    )

    Fetch = ShellCommandActivityOperator(
        task_id="Fetch",
        script_uri="s3://{{ params.myBucket }}/scripts/fetch.sh",
        script_arguments=[
            "--day",
            "{{ data_interval_start.subtract(days=1).strftime('%Y-%m-%d') }}",
            dag.param("myFolders"),
        ],
        stderr="s3://{{ params.myBucket }}/logs/fetch.err",
        execution_timeout=timedelta(minutes=20),
        doc_md="""Data Pipeline object `Fetch` (ShellCommandActivity)

Name: Fetch yesterday's files""",
    )

    Count = ShellCommandActivityOperator(
        task_id="Count",
        command="""cd "${INPUT1_STAGING_DIR}"
for f in *; do
  echo "${f%.*},$(wc -l < "$f")"
done > "${OUTPUT1_STAGING_DIR}/counts.csv\"""",
        stage=True,
        input=[S3DataNode(directory_path="s3://{{ params.myBucket }}/files")],
        output=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/counts/{{ data_interval_start.strftime('%Y/%m') }}",
            ),
        ],
        execution_timeout=timedelta(minutes=50),
        inlets=[Asset("x-s3://example-bucket/files")],
        outlets=[Asset("x-s3://example-bucket/counts")],
        doc_md="""Data Pipeline object `Count` (ShellCommandActivity)

Counts the lines of each file.""",
    )

    Marker >> Fetch >> Count
