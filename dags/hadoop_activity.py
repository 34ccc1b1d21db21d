"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param
from datapipeline_provider.emr.shell_script_config import ShellScriptConfig
from datapipeline_provider.operators.emr_cluster import (
    CreateEmrClusterOperator,
    TerminateEmrClusterOperator,
)
from datapipeline_provider.operators.hadoop_activity import HadoopActivityOperator
from datapipeline_provider.operators.shell_command_on_emr import (
    ShellCommandOnEmrOperator,
)
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="hadoop_activity",
    description="Converted from the AWS Data Pipeline definition hadoop_activity.json",
    schedule=AnchoredTimetable(
        start="2026-11-16T00:00:00",
        every="1 week",
        run_at="end",
    ),
    start_date=pendulum.datetime(2026, 11, 16, tz="UTC"),
    catchup=True,
    max_active_runs=25,
    is_paused_upon_creation=True,
    params={
        "myBucket": Param(
            "example-letters",
            type="string",
            description="Bucket of letters and words",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
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
                        "InstanceCount": 3,
                    },
                ],
            },
            "Configurations": [
                {
                    "Classification": "yarn-site",
                    "Properties": {
                        "yarn.resourcemanager.scheduler.class": "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler",
                    },
                },
            ],
            "StepConcurrencyLevel": 2,
            "ServiceRole": "DataPipelineDefaultRole",
            "JobFlowRole": "DataPipelineDefaultResourceRole",
        },
        applications=["Hadoop"],
        region_name="eu-west-1",
        terminate_after=timedelta(hours=6),
        doc_md="Data Pipeline object `Cluster` (EmrCluster)",
    )

    Words = HadoopActivityOperator(
        task_id="Words",
        cluster="create_Cluster",
        jar_uri="s3://{{ params.myBucket }}/jobs/words.jar",
        main_class="org.example.Words",
        arguments=[
            "s3://{{ params.myBucket }}/letters/{{ data_interval_start.strftime('%Y-%m-%d') }}/",
            "s3://{{ params.myBucket }}/words/{{ data_interval_start.strftime('%Y-%m-%d') }}/",
            "de,fr",
        ],
        hadoop_queue="weekly",
        pre_script=ShellScriptConfig(
            script_uri="s3://{{ params.myBucket }}/bin/prepare.sh",
            script_arguments=[
                "letters",
                "{{ data_interval_start.strftime('%Y-%m-%d') }}",
            ],
        ),
        post_script=ShellScriptConfig(
            script_uri="s3://{{ params.myBucket }}/bin/tell.sh",
        ),
        doc_md="Data Pipeline object `Words` (HadoopActivity)",
        max_active_tis_per_dag=5,
    )

    Count = ShellCommandOnEmrOperator(
        task_id="Count",
        command="hadoop fs -count s3://{{ params.myBucket }}/words/{{ data_interval_start.strftime('%Y-%m-%d') }}/",
        stdout="s3://{{ params.myBucket }}/logs/count.txt",
        cluster="create_Cluster",
        doc_md="Data Pipeline object `Count` (ShellCommandActivity)",
        max_active_tis_per_dag=5,
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

    create_Cluster >> Words >> Count >> [terminate_Cluster, work_done]
    terminate_Cluster.as_teardown(setups=create_Cluster, on_failure_fail_dagrun=True)
