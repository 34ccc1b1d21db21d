"""Pipelines of the corpus that copy tables of DynamoDB on clusters, and their failing twins. Data and scripts are ours."""

from __future__ import annotations

from tests.corpus_runs.pipeline import BOOTSTRAP, NOW, STAMP, TOPIC, Pipeline

ITEMS = ({"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}, "n": {"N": "2"}})
EXPORTED = ('{"id":{"s":"a"},"n":{"n":"1"}}', '{"id":{"s":"b"},"n":{"n":"2"}}')
EXPORT = "".join(f"{line}\n" for line in EXPORTED)
BAD_EXPORT = '{"id":{"s":"a"},"n":{"n":"1"}\n'
NO_TABLE = "ResourceNotFoundException"
TABLE = {"myDDBTableName": "orders"}
EXPORTS = [
    Pipeline(
        "stored-text-id-30325813264__derived.json",
        1,
        "DynamoDB export",
        values={
            "myDDBRegion": "us-east-1",
            "myOutputS3Loc": "s3://etl",
            "myDDBReadThroughputRatio": "0.25",
            **TABLE,
        },
        options=NOW,
        tables={"orders": ITEMS},
        buckets=("example-log-bucket",),
        left={"s3://etl/orders/2": EXPORTED},
    ),
    Pipeline(
        "Export_DynamoDB_table_to_S3.txt",
        2,
        "DynamoDB export",
        values={"myOutputS3Loc": "s3://etl", **TABLE},
        options=NOW,
        objects={
            "s3://datapipeline-us-east-1/sample-scripts/resize.sh": "[ \"$*\" = '-t=orders -r=0.2 -p=export' ]\n"
        },
        tables={"orders": ITEMS},
        steps=2,
        left={f"s3://etl/{STAMP}/": EXPORTED},
    ),
    Pipeline(
        "emrcluster-example-ebs.md__block1.json",
        1,
        "DynamoDB export",
        values={
            "myOutputS3Loc": "s3://etl",
            "myPipelineLogUri": "s3://logs",
            "mySubnetId": "subnet-1",
            "myMasterSecurityGroup": "sg-1",
            "mySlaveSecurityGroup": "sg-2",
            **TABLE,
        },
        tables={"orders": ITEMS},
        buckets=("logs",),
        left={f"s3://etl/{STAMP}/": EXPORTED},
    ),
    Pipeline(
        "dynamo-db-export__DynamoDB-export.json",
        1,
        "DynamoDB export",
        values={
            "myOutputS3Loc": "s3://etl/out",
            "myDDBReadThroughputRatio": "0.2",
            "myInstanceType": "m1.medium",
            "myInstanceCount": "1",
            "myRegion": "us-east-1",
            **TABLE,
        },
        options=NOW,
        tables={"orders": ITEMS},
        left={f"s3://etl/out/{STAMP}/": EXPORTED},
    ),
    Pipeline(
        "exportdynamo2s3.json",
        1,
        "DynamoDB export",
        options=NOW,
        tables={"test-table-name": ITEMS},
        region="eu-west-1",
        left={f"s3://test-bucket-name/{STAMP}/": EXPORTED},
    ),
    Pipeline(
        "datapipeline-backup-dynamo-cf.json",
        1,
        "DynamoDB export",
        values={
            "subnet_id": "subnet-1",
            "emr_instance_type": "m5.xlarge",
            "table_region": "us-east-1",
            "resource_role": "DataPipelineDefaultResourceRole",
            "default_role": "DataPipelineDefaultRole",
            "s3_path": "s3://etl/backup",
            "table_name": "orders",
            "sns_topic_arn": TOPIC,
            "read_throughput_ratio": "0.5",
            "terminate_after": "2 hours",
            "schedule_period": "1 day",
        },
        options=NOW,
        objects={
            "s3://datapipeline-us-east-1/us-east-1/bootstrap-actions/latest/TaskRunner/copy-jars-to-hadoop-classpath.sh": BOOTSTRAP
        },
        tables={"orders": ITEMS},
        left={f"s3://etl/backup/backups/{STAMP}/": EXPORTED},
    ),
    Pipeline(
        "rahulilla__AWS-Cloudformation__datapipeline.json",
        5,
        "DynamoDB export",
        options=("--start", "2024-03-01"),
        tables={
            f"table-prefix{name}": ITEMS
            for name in ("profiles", "renewals", "enrollments", "courses", "applications")
        },
        buckets=("dynamo-professional-designation-log",),
        steps=5,
        left={
            "s3://bucket-prefixdaily-backup/profiles/2024-03-02-00-00-00/profiles/": EXPORTED,
            **{
                f"s3://bucket-prefixdaily-backup/{name}/#/": EXPORTED
                for name in ("renewals", "enrollments", "courses", "applications")
            },
        },
    ),
]
EXPORT_WITH_ALARMS = Pipeline(
    "create-data-pipeline.yaml",
    1,
    "DynamoDB export",
    values={
        "DataPipelinesDynamoDBExportRole": "DataPipelineDefaultRole",
        "EC2DynamoDBExportInstanceProfile": "DataPipelineDefaultResourceRole",
        "DynamoDBExportsBucket": "exports",
        "AWS_Region": "us-east-1",
        "ExportSuccessTopic": TOPIC,
        "ExportFailureTopic": TOPIC,
        "TableName": "orders",
    },
    options=NOW,
    tables={"orders": ITEMS},
    left={f"s3://exports/raw/orders/{STAMP}/": EXPORTED},
    alarms=("orders Data Pipeline Finished",),
)
IMPORTS = [
    Pipeline(
        "config__s3-dynamo.json",
        1,
        "DynamoDB import",
        objects={
            "s3://datapipeline-us-east-1/us-east-1/bootstrap-actions/latest/TaskRunner/copy-jars-to-hadoop-classpath.sh": BOOTSTRAP,
            "s3://flight-delays-2008/delays/part-0": EXPORT,
        },
        tables={"flights": ()},
        buckets=("data-pipeline-logs1",),
        items={"flights": ITEMS},
    ),
    Pipeline(
        "satyakumr__AWS-CloudFormation-Templates__datapipeline.yaml",
        1,
        "DynamoDB import",
        objects={
            f"s3://titan-airflow-data-bucket/TepSimilarItemsRecommender/manual_datapipelineInputTestTxtv2/{STAMP}/part-0": EXPORT
        },
        tables={"SimilarItemsTest": ()},
        region="ap-south-1",
        items={"SimilarItemsTest": ITEMS},
    ),
]
RESTORE = Pipeline(
    "datapipeline-restore-dynamo-cf.json",
    1,
    "DynamoDB import",
    values={
        "subnet_id": "subnet-1",
        "table_region": "us-east-1",
        "resource_role": "DataPipelineDefaultResourceRole",
        "default_role": "DataPipelineDefaultRole",
        "s3_bucket": "s3://etl",
        "table_name": "orders",
        "sns_topic_arn": TOPIC,
        "write_throughput_ratio": "0.5",
        "terminate_after": "2 hours",
    },
    objects={"s3://etl/backups/part-0": EXPORT},
    tables={"orders": ()},
    items={"orders": ITEMS},
)
FROM_TO = {"myDDBSourceTableName": "orders", "myDDBDestinationTableName": "copies"}
COPIES = [
    Pipeline(
        "dynamodb-to-dynamodb-crossregion__pipeline.json",
        3,
        "DynamoDB to DynamoDB",
        values={
            "myS3LogsPath": "s3://logs",
            "myTempS3Folder": "s3://etl/temp",
            "myDDBDestinationRegion": "eu-west-1",
            **FROM_TO,
        },
        options=NOW,
        buckets=("logs",),
        tables={"orders": ITEMS, "copies@eu-west-1": ()},
        clusters=2,
        steps=3,
        left={"s3://etl/temp/": ()},
        items={"orders": ITEMS, "copies@eu-west-1": ITEMS},
    ),
    Pipeline(
        "dynamodb-to-dynamodb__pipeline.json",
        3,
        "DynamoDB to DynamoDB",
        values={"myS3LogsPath": "s3://logs", "myTempS3Folder": "s3://etl/temp", **FROM_TO},
        options=NOW,
        buckets=("logs",),
        tables={"orders": ITEMS, "copies": ()},
        steps=3,
        left={"s3://etl/temp/": ()},
        items={"orders": ITEMS, "copies": ITEMS},
    ),
    Pipeline(
        "dynamodb-to-dynamodb-datapipeline__datapipeline-template.yml",
        3,
        "DynamoDB to DynamoDB",
        values={
            "SourceTableName": "orders",
            "DestinationTableName": "copies",
            "TempS3Bucket": "etl",
            "LogsS3Bucket": "logs",
        },
        buckets=("logs",),
        tables={"orders": ITEMS, "copies": ()},
        steps=3,
        left={"s3://etl/": ()},
        items={"orders": ITEMS, "copies": ITEMS},
    ),
]
GOOD = [*EXPORTS, EXPORT_WITH_ALARMS, *IMPORTS, RESTORE, *COPIES]
BROKEN = [
    EXPORT_WITH_ALARMS.twin(
        "TableBackupActivity",
        (NO_TABLE,),
        without=("orders",),
        alarms=("orders Data Pipeline Failed",),
    ),
    RESTORE.twin(
        "TableLoadActivity",
        ("JsonEOFException",),
        objects={"s3://etl/backups/part-0": BAD_EXPORT},
        items={"orders": ()},
        alarms=("Data Pipeline Restore Error",),
    ),
    COPIES[1].twin(
        "TableLoadActivity",
        (NO_TABLE,),
        without=("copies",),
        steps=1,
        left={},
        items={"orders": ITEMS},
        buckets=("logs", "etl"),
    ),
]
