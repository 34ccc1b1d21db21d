"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset
from datapipeline_provider.operators.not_converted import NotConvertedOperator
from datapipeline_provider.operators.shell_command_activity import (
    ShellCommandActivityOperator,
)

with DAG(
    dag_id="unsupported",
    description="Converted from the AWS Data Pipeline definition unsupported.json",
    schedule=None,
    max_active_runs=1,
    is_paused_upon_creation=True,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    Crunch = NotConvertedOperator(
        task_id="Crunch",
        object_type="HiveCopyActivity",
        reason="HiveCopyActivity copies from or to DynamoDB, and both of its data nodes are in S3: use a CopyActivity.",
        inlets=[Asset("x-s3://example/old")],
        outlets=[Asset("x-s3://example/new")],
        doc_md="Data Pipeline object `Crunch` (HiveCopyActivity)",
    )

    Say = ShellCommandActivityOperator(
        task_id="Say",
        command="echo done",
        doc_md="Data Pipeline object `Say` (ShellCommandActivity)",
    )

    Crunch >> Say
