"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, Param, cross_downstream
from datapipeline_provider.data_formats.dynamo_db import DynamoDBExportDataFormat
from datapipeline_provider.data_formats.java_regex import JavaRegEx
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.operators.emr_cluster import (
    CreateEmrClusterOperator,
    TerminateEmrClusterOperator,
)
from datapipeline_provider.operators.hive_activity import HiveActivityOperator
from datapipeline_provider.operators.hive_copy_activity import HiveCopyActivityOperator
from datapipeline_provider.operators.pig_activity import PigActivityOperator
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="hive_activity",
    description="Converted from the AWS Data Pipeline definition hive_activity.json",
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
            "example-clicks",
            type="string",
            description="Bucket of clicks and results",
        ),
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "max_active_tis_per_dag": 5,
    },
    tags=["data-pipeline"],
) as dag:
    ByCountry = S3DataNode(
        directory_path="s3://{{ params.myBucket }}/countries/{{ data_interval_start.strftime('%Y-%m-%d') }}",
        data_format=TSV(columns=["country STRING", "clicks BIGINT"]),
    )

    create_Cluster = CreateEmrClusterOperator(
        task_id="create_Cluster",
        job_flow_overrides={
            "ReleaseLabel": "emr-5.36.2",
            "LogUri": "s3://{{ params.myBucket }}/emr/",
            "Instances": {
                "InstanceGroups": [
                    {
                        "InstanceRole": "MASTER",
                        "InstanceType": "m5.xlarge",
                        "InstanceCount": 1,
                    },
                    {
                        "InstanceRole": "CORE",
                        "InstanceType": "m5.xlarge",
                        "InstanceCount": 1,
                    },
                ],
            },
            "StepConcurrencyLevel": 2,
            "ServiceRole": "DataPipelineDefaultRole",
            "JobFlowRole": "DataPipelineDefaultResourceRole",
        },
        applications=["Hive", "Pig", "Tez"],
        region_name="eu-west-1",
        terminate_after=timedelta(hours=3),
        doc_md="Data Pipeline object `Cluster` (EmrCluster)",
    )

    Summary = HiveActivityOperator(
        task_id="Summary",
        cluster="create_Cluster",
        generated_scripts_path="s3://{{ params.myBucket }}/scripts",
        hive_script="""INSERT OVERWRITE TABLE ${output1}
SELECT u.country, COUNT(*)
FROM ${input1} c JOIN ${input2} u ON c.user_id = u.id
WHERE c.path <> '${IGNORED}'
GROUP BY u.country;{{ '\\n' }}""",
        script_variables=["IGNORED=/health"],
        input=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/clicks/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}",
                data_format=JavaRegEx(
                    input_regex='(\\S+) (\\d+) "([^"]*)"',
                    columns=["moment STRING", "user_id INT", "path STRING"],
                ),
            ),
            SqlDataNode(
                conn_id="hive_activity_Shop",
                table="users",
                select_query="select id, country from users",
            ),
        ],
        output=[ByCountry],
        hadoop_queue="nightly",
        inlets=[
            Asset("x-s3://example-clicks/clicks"),
            Asset("x-sql://hive_activity_Shop/users"),
        ],
        outlets=[Asset("x-s3://example-clicks/countries")],
        doc_md="Data Pipeline object `Summary` (HiveActivity)",
    )

    Letters = PigActivityOperator(
        task_id="Letters",
        cluster="create_Cluster",
        script="${output1} = FILTER ${input1} BY clicks > $least;",
        script_variables=["least=1000"],
        input=[ByCountry],
        output=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/big/{{ data_interval_start.strftime('%Y-%m-%d') }}",
                data_format=TSV(),
            ),
        ],
        inlets=[Asset("x-s3://example-clicks/countries")],
        outlets=[Asset("x-s3://example-clicks/big")],
        doc_md="Data Pipeline object `Letters` (PigActivity)",
    )

    Archive = HiveCopyActivityOperator(
        task_id="Archive",
        cluster="create_Cluster",
        input=DynamoDBDataNode(
            table_name="events",
            region="eu-west-1",
            read_throughput_percent=0.25,
            data_format=DynamoDBExportDataFormat(columns=["moment BIGINT"]),
        ),
        output=S3DataNode(
            directory_path="s3://{{ params.myBucket }}/events/{{ data_interval_start.strftime('%Y-%m-%d') }}",
            data_format=DynamoDBExportDataFormat(),
        ),
        filter_sql="moment < unix_timestamp('{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}', \"yyyy-MM-dd'T'HH:mm:ss\")",
        outlets=[Asset("x-s3://example-clicks/events")],
        doc_md="Data Pipeline object `Archive` (HiveCopyActivity)",
    )

    terminate_Cluster = TerminateEmrClusterOperator(
        task_id="terminate_Cluster",
        cluster="create_Cluster",
        doc_md="Data Pipeline object `Cluster` (EmrCluster)",
    )

    work_done = EmptyOperator(
        task_id="work_done",
        doc_md="Fails with the work before it, and so does the run: what ends resources succeeds in any case",
    )

    Summary >> Letters
    create_Cluster >> [Summary, Archive]
    cross_downstream([Letters, Archive], [terminate_Cluster, work_done])
    terminate_Cluster.as_teardown(setups=create_Cluster, on_failure_fail_dagrun=True)
