"""Converted from an AWS Data Pipeline definition by dp2airflow.

What became of each field is in the ledger and the report beside this file.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.copy_activity import CopyActivityOperator
from datapipeline_provider.operators.sql_activity import SqlActivityOperator

with DAG(
    dag_id="sql_activity",
    description="Converted from the AWS Data Pipeline definition sql_activity.json",
    schedule=None,
    max_active_runs=1,
    is_paused_upon_creation=True,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["data-pipeline"],
) as dag:
    Totals = SqlDataNode(
        conn_id="sql_activity_Shop",
        table="totals",
        create_table_sql="create table totals (day date, sales int, amount decimal(12, 2))",
    )

    Refresh = SqlActivityOperator(
        task_id="Refresh",
        conn_id="sql_activity_Shop",
        sql="""delete from totals where day = ?;
insert into totals
select day, count(*), sum(amount)
from sales
where day = ? and status <> '%'
group by day;""",
        parameters=[
            "{{ dag_run.run_after.strftime('%Y-%m-%d') }}",
            "{{ dag_run.run_after.strftime('%Y-%m-%d') }}",
        ],
        output=Totals,
        on_success_callback=[
            SnsAlarmNotifier(
                topic_arn="arn:aws:sns:eu-west-1:123456789012:reports",
                subject="Refresh is done",
                message="Totals of {{ dag_run.run_after.strftime('%A, ') ~ dag_run.run_after.day ~ dag_run.run_after.strftime(' %B') }} are ready.",
            ),
        ],
        outlets=[Asset("x-sql://sql_activity_Shop/totals")],
        doc_md="Data Pipeline object `Refresh` (SqlActivity)",
    )

    Export = CopyActivityOperator(
        task_id="Export",
        input=Totals,
        output=S3DataNode(
            file_path="s3://example-bucket/report/{{ dag_run.run_after.strftime('%Y-%m-%d') }}.tsv.gz",
            s3_encryption_type="NONE",
            data_format=TSV(escape="^"),
            compression="gzip",
        ),
        inlets=[Asset("x-sql://sql_activity_Shop/totals")],
        outlets=[Asset("x-s3://example-bucket/report")],
        doc_md="Data Pipeline object `Export` (CopyActivity)",
    )

    Refresh >> Export
