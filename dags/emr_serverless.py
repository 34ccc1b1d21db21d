"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, Param
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.emr_activity_on_serverless import (
    EmrActivityOnServerlessOperator,
)
from datapipeline_provider.operators.emr_serverless import (
    CreateEmrServerlessApplicationOperator,
    DeleteEmrServerlessApplicationOperator,
)
from datapipeline_provider.operators.hive_activity_on_serverless import (
    HiveActivityOnServerlessOperator,
)
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="emr_serverless",
    description="Converted from the AWS Data Pipeline definition emr_serverless.json",
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
            description="Bucket of clicks and jobs",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    create_ClickCluster_application = CreateEmrServerlessApplicationOperator(
        task_id="create_ClickCluster_application",
        release_label="emr-6.15.0",
        application_types=["SPARK", "HIVE"],
        subnet_ids=["subnet-0example"],
        security_group_ids=["sg-0example"],
        region_name="eu-west-1",
        retries=1,
        doc_md="Data Pipeline object `ClickCluster` (EmrCluster)",
    )

    Sessions = EmrActivityOnServerlessOperator(
        task_id="Sessions",
        application="create_ClickCluster_application",
        execution_role="arn:aws:iam::111122223333:role/click-jobs",
        log_uri="s3://{{ params.myBucket }}/logs",
        configurations=[
            {
                "classification": "spark-defaults",
                "properties": {"spark.sql.session.timeZone": "Europe/Dublin"},
            },
        ],
        job_timeout=timedelta(hours=4),
        steps=[
            "command-runner.jar,spark-submit,--deploy-mode,cluster,--name,Click sessions,--executor-memory,4g,s3://{{ params.myBucket }}/jobs/sessions.py,s3://{{ params.myBucket }}/clicks/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}/,s3://{{ params.myBucket }}/sessions/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}/",
        ],
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="arn:aws:sns:eu-west-1:111122223333:clicks",
                subject="Sessions has failed",
                message="The run of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }} did not finish: {{ exception | default('', true) }}",
            ),
        ],
        doc_md="Data Pipeline object `Sessions` (EmrActivity)",
        max_active_tis_per_dag=5,
    )

    Countries = HiveActivityOnServerlessOperator(
        task_id="Countries",
        application="create_ClickCluster_application",
        execution_role="arn:aws:iam::111122223333:role/click-jobs",
        log_uri="s3://{{ params.myBucket }}/logs",
        job_timeout=timedelta(hours=4),
        hive_script="INSERT OVERWRITE TABLE ${output1} SELECT country, COUNT(*), '${DAY}' FROM ${input1} GROUP BY country;",
        script_variables=[
            "DAY={{ data_interval_start.subtract(days=1).strftime('%Y-%m-%d') }}",
        ],
        input=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/sessions/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}/",
                data_format=CSV(columns=["id STRING", "country STRING"]),
            ),
        ],
        output=[
            S3DataNode(
                directory_path="s3://{{ params.myBucket }}/countries/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}/",
                data_format=CSV(
                    columns=["country STRING", "sessions STRING", "day STRING"],
                ),
            ),
        ],
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="arn:aws:sns:eu-west-1:111122223333:clicks",
                subject="Countries has failed",
                message="The run of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }} did not finish: {{ exception | default('', true) }}",
            ),
        ],
        inlets=[Asset("x-s3://example-clicks/sessions")],
        outlets=[Asset("x-s3://example-clicks/countries")],
        doc_md="Data Pipeline object `Countries` (HiveActivity)",
        max_active_tis_per_dag=5,
    )

    delete_ClickCluster_application = DeleteEmrServerlessApplicationOperator(
        task_id="delete_ClickCluster_application",
        application="create_ClickCluster_application",
        region_name="eu-west-1",
        doc_md="Data Pipeline object `ClickCluster` (EmrCluster)",
    )

    work_done = EmptyOperator(
        task_id="work_done",
        doc_md="Fails with the work before it, and so does the run: what ends resources succeeds in any case",
    )

    create_ClickCluster_application >> Sessions >> Countries
    Countries >> [delete_ClickCluster_application, work_done]
    delete_ClickCluster_application.as_teardown(
        setups=create_ClickCluster_application,
        on_failure_fail_dagrun=True,
    )
