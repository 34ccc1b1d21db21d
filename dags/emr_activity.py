"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.emr_activity import EmrActivityOperator
from datapipeline_provider.operators.emr_cluster import (
    CreateEmrClusterOperator,
    TerminateEmrClusterOperator,
)
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

with DAG(
    dag_id="emr_activity",
    description="Converted from the AWS Data Pipeline definition emr_activity.json",
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
        "myMachine": Param(
            "r5.xlarge",
            type="string",
            description="Type of the core and task machines",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    Trouble = SnsAlarmNotifier(
        topic_arn="arn:aws:sns:eu-west-1:111122223333:clicks",
        subject="ClickCluster has failed",
        message="The run of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }} did not finish: {{ exception | default('', true) }}",
    )

    ClicksAreThere = S3PrefixNotEmptySensor(
        task_id="ClicksAreThere",
        s3_prefix="s3://{{ params.myBucket }}/clicks/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}/",
        timeout=10800,
        doc_md="Data Pipeline object `ClicksAreThere` (S3PrefixNotEmpty)",
    )

    create_ClickCluster = CreateEmrClusterOperator(
        task_id="create_ClickCluster",
        job_flow_overrides={
            "ReleaseLabel": "emr-6.15.0",
            "LogUri": "s3://{{ params.myBucket }}/logs",
            "Instances": {
                "InstanceGroups": [
                    {
                        "InstanceRole": "MASTER",
                        "InstanceType": "m5.xlarge",
                        "InstanceCount": 1,
                    },
                    {
                        "InstanceRole": "CORE",
                        "InstanceType": "{{ params.myMachine }}",
                        "InstanceCount": 2,
                        "EbsConfiguration": {
                            "EbsOptimized": True,
                            "EbsBlockDeviceConfigs": [
                                {
                                    "VolumeSpecification": {
                                        "VolumeType": "gp2",
                                        "SizeInGB": 200,
                                    },
                                    "VolumesPerInstance": 2,
                                },
                            ],
                        },
                    },
                    {
                        "InstanceRole": "TASK",
                        "InstanceType": "{{ params.myMachine }}",
                        "InstanceCount": 4,
                        "Market": "SPOT",
                        "BidPrice": "0.15",
                    },
                ],
                "Ec2SubnetId": "subnet-0example",
            },
            "Configurations": [
                {
                    "Classification": "spark-defaults",
                    "Properties": {
                        "spark.sql.shuffle.partitions": "64",
                        "spark.sql.session.timeZone": "UTC",
                    },
                },
            ],
            "ServiceRole": "DataPipelineDefaultRole",
            "JobFlowRole": "DataPipelineDefaultResourceRole",
        },
        applications=["Spark", "Hive"],
        bootstrap_actions=["s3://{{ params.myBucket }}/bin/install.sh,--locale,en"],
        region_name="eu-west-1",
        terminate_after=timedelta(hours=4),
        init_timeout=timedelta(minutes=40),
        action_on_task_failure="terminate",
        retries=1,
        on_failure_callback=[Trouble],
        doc_md="""Data Pipeline object `ClickCluster` (EmrCluster)

One cluster a night, for both jobs.""",
    )

    Sessions = EmrActivityOperator(
        task_id="Sessions",
        cluster="create_ClickCluster",
        pre_step_commands=["hadoop fs -rm -r -f -skipTrash /tmp/sessions"],
        steps=[
            "command-runner.jar,spark-submit,--deploy-mode,cluster,s3://{{ params.myBucket }}/jobs/sessions.py,s3://{{ params.myBucket }}/clicks/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}",
            "command-runner.jar,s3-dist-cp,--src,/tmp/sessions,--dest,s3://{{ params.myBucket }}/sessions/{{ data_interval_start.subtract(days=1).strftime('%Y/%m/%d') }}",
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

    Ranking = EmrActivityOperator(
        task_id="Ranking",
        cluster="create_ClickCluster",
        steps=[
            "command-runner.jar,spark-submit,--class,org.example.Ranking,s3://{{ params.myBucket }}/jobs/ranking.jar,--countries,DE\\\\,FR",
        ],
        retries=0,
        on_failure_callback=[
            SnsAlarmNotifier(
                topic_arn="arn:aws:sns:eu-west-1:111122223333:clicks",
                subject="Ranking has failed",
                message="The run of {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }} did not finish: {{ exception | default('', true) }}",
            ),
        ],
        doc_md="Data Pipeline object `Ranking` (EmrActivity)",
        max_active_tis_per_dag=5,
    )

    terminate_ClickCluster = TerminateEmrClusterOperator(
        task_id="terminate_ClickCluster",
        cluster="create_ClickCluster",
        on_failure_callback=[Trouble],
        doc_md="""Data Pipeline object `ClickCluster` (EmrCluster)

One cluster a night, for both jobs.""",
    )

    work_done = EmptyOperator(
        task_id="work_done",
        doc_md="Fails with the work before it, and so does the run: what ends resources succeeds in any case",
    )

    ClicksAreThere >> create_ClickCluster >> Sessions >> Ranking
    Ranking >> [terminate_ClickCluster, work_done]
    terminate_ClickCluster.as_teardown(
        setups=create_ClickCluster,
        on_failure_fail_dagrun=True,
    )
