"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.copy_activity import CopyActivityOperator

with DAG(
    dag_id="rds_to_s3",
    description="Converted from the AWS Data Pipeline definition rds_to_s3.json",
    schedule=None,
    max_active_runs=1,
    is_paused_upon_creation=True,
    params={
        "myOutputS3Loc": Param(
            "s3://my-output-logs/",
            type="string",
            description="Output S3 folder",
        ),
        "myRDSTableName": Param(
            "rdstable",
            type="string",
            description="RDS MySQL table name",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    CopyActivityOperator(
        task_id="RDStoS3CopyActivity",
        input=SqlDataNode(
            conn_id="rds_to_s3_rds_mysql",
            table="{{ params.myRDSTableName }}",
            select_query="select * from {{ params.myRDSTableName }}",
        ),
        output=S3DataNode(
            directory_path="{{ params.myOutputS3Loc }}/{{ dag_run.run_after.strftime('%Y-%m-%d-%H-%M-%S') }}",
        ),
        execution_timeout=timedelta(hours=2),
        inlets=[Asset("x-sql://rds_to_s3_rds_mysql/rdstable")],
        outlets=[Asset("x-s3://my-output-logs")],
        doc_md="Data Pipeline object `RDStoS3CopyActivity` (CopyActivity)",
    )
