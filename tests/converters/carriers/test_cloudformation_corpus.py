"""Real templates: what each holds, counted by hand or from the raw file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.carriers import cloudformation
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.definition import Definition, Ref

from tests.corpus import CORPUS, files, needs_corpus

pytestmark = needs_corpus
TEMPLATES = [*files("cfn-json"), *files("cfn-yaml")]
# By the end of the file's name: name of the pipeline, number of objects, parameters of its own, those that the template
# leaves open (or that are secrets), and stored values.
_TEST_PARAMETERS = ["myOutputS3Loc", "myShellCmd", "myEc2RdsSecurityGrps", "myEc2Subnet"]
_RDS_PARAMETERS = [
    "myOutputS3Loc",
    "myInputS3Loc",
    "myRDSTableName",
    "myShellCmd",
    "myEc2RdsSecurityGrps",
    "myRDSConnectStr",
    "myRDSpassword",
    "myRDSusername",
]
_OLDER_PARAMETERS = [_RDS_PARAMETERS[0], _RDS_PARAMETERS[2], _RDS_PARAMETERS[1], *_RDS_PARAMETERS[3:]]
_EFS_PARAMETERS = [
    "myInstanceType",
    "mySubnetId",
    "mySecurityGroupId",
    "myEFSId",
    "myTimeZone",
    "myEFSSource",
    "myEFSBackup",
    "myImageId",
    "myS3LogBucket",
    "myDataPipelineResourceRole",
    "myDataPipelineRole",
    "myTopicArn",
    "myKeyPair",
    "myPeriod",
]
FACTS: dict[str, tuple[str, int, list[str], list[str], dict[str, str]]] = {
    "datapipeline-backup-dynamo-cf.json": (
        "scheduled backup",
        7,
        ["myOutputS3Loc", "myDDBTableName", "myDDBReadThroughputRatio", "myDDBRegion"],
        [
            "subnet_id",
            "emr_instance_type",
            "table_region",
            "terminate_after",
            "resource_role",
            "default_role",
            "s3_path",
            "table_name",
            "sns_topic_arn",
            "schedule_period",
            "read_throughput_ratio",
        ],
        {
            "myDDBRegion": "#{table_region}",
            "myDDBTableName": "#{table_name}",
            "myDDBReadThroughputRatio": "#{read_throughput_ratio}",
            "myOutputS3Loc": "#{s3_path}",
        },
    ),
    "datapipeline-restore-dynamo-cf.json": (
        "manual restore",
        6,
        ["myInputS3Loc", "myDDBTableName", "myDDBWriteThroughputRatio", "myDDBRegion"],
        [
            "subnet_id",
            "terminate_after",
            "resource_role",
            "default_role",
            "s3_bucket",
            "table_name",
            "sns_topic_arn",
            "write_throughput_ratio",
            "table_region",
        ],
        {
            "myDDBRegion": "#{table_region}",
            "myDDBTableName": "#{table_name}",
            "myDDBWriteThroughputRatio": "#{write_throughput_ratio}",
            "myInputS3Loc": "#{s3_bucket}/backups/",
        },
    ),
    "DataPipeline-StringValue.json": ("DynamoDBInputS3OutputHive", 6, [], [], {}),
    "DataPipeline-StringValue.yaml": ("DynamoDBInputS3OutputHive", 6, [], [], {}),
    "aws__data-pipeline-test.yaml": ("PostgreSQLInputS3Output", 5, _TEST_PARAMETERS, [], {}),
    "aws__data-pipeline.yaml": ("PostgreSQLInputS3Output", 8, _RDS_PARAMETERS, ["*RDSPassword"], {}),
    "aws__data-pipeline.yaml__rev-f9b9d9f5.yaml": ("PostgreSQLInputS3Output", 8, _OLDER_PARAMETERS, [], {}),
    "dynamodb-to-dynamodb-datapipeline__datapipeline-template.yml": (
        "dynamo-db-to-dynamo-db",
        8,
        [
            "myDDBReadThroughputRatio",
            "myDDBWriteThroughputRatio",
            "myDDBRegion",
            "myTempS3",
            "myLogsS3",
            "myDDBSourceTableName",
            "myDDBDestinationTableName",
        ],
        ["TempS3Bucket", "LogsS3Bucket", "SourceTableName", "DestinationTableName"],
        {},
    ),
    "flow-datapipeline__datapipeline-template.yml": ("flow-tooling", 4, ["myLogsS3"], ["LogsS3Bucket"], {}),
    "efs-backup-demo__templates__datapipeline.yml": (
        "DataPipelineEFSBackupDemo",
        6,
        _EFS_PARAMETERS,
        ["myEFSSource_of_template", "myEFSBackup_of_template", "myS3LogBucket_of_template"],
        {
            "myEFSSource": "#{myEFSSource_of_template}:/",
            "myEFSBackup": "#{myEFSBackup_of_template}:/",
            "myS3LogBucket": "s3://#{myS3LogBucket_of_template}",
        },
    ),
    "s3-to-rds-postgres.yaml": (
        "S3InputRDSPostgresOutput",
        6,
        [
            "*myRDSPassword",
            "*myRDSUsername",
            "myRDSjdbcstring",
            "myRDSjdbcDriverJarUri",
            "myRDSjdbcDriverClass",
            "myInputS3Loc",
            "myRDSTableName",
            "myRDSCreateTableSql",
        ],
        [],
        {
            "myInputS3Loc": "s3://s3-eventbridge-batch",
            "myRDSTableName": "persons",
            "myRDSCreateTableSql": "CREATE TABLE IF NOT EXISTS persons (\n  id INTEGER,\n  email VARCHAR(100),\n"
            "  billing_state VARCHAR(3),\n  billing_postal INTEGER,\n  billing_address VARCHAR(255),\n"
            "  PRIMARY KEY (id)\n);",
            "myRDSjdbcDriverJarUri": "s3://datapipeline-us-east-1/us-east-1/software/latest/TaskRunner/"
            "Postgres-jdbc.jar",
            "myRDSjdbcDriverClass": "org.postgresql.Driver",
        },
    ),
    "s3-to-s3.yaml": (
        "S3InputS3Output",
        3,
        ["myAWSCLICmd"],
        ["InputPath", "OutputPath"],
        {"myAWSCLICmd": "aws s3 cp #{InputPath} #{OutputPath}"},
    ),
    "AWS-CloudFormation-Templates__datapipeline.yaml": (
        "DynamoDBOutputS3InputHive",
        5,
        ["myDDBWriteThroughputRatio", "myInputS3Loc", "myDDBTableName", "myDDBRegion"],
        [],
        {"myDDBTableName": "SimilarItemsTest"},
    ),
    "dynamo-export__create-data-pipeline.yaml": (
        "Export",
        8,
        ["myDDBReadThroughputRatio", "myOutputS3Loc", "myDDBTableName"],
        [
            "DataPipelinesDynamoDBExportRole",
            "EC2DynamoDBExportInstanceProfile",
            "DynamoDBExportsBucket",
            "AWS_Region",
            "ExportSuccessTopic",
            "ExportFailureTopic",
            "TableName",
        ],
        {
            "myDDBTableName": "#{TableName}",
            "myDDBReadThroughputRatio": "0.2",
            "myOutputS3Loc": "s3://#{DynamoDBExportsBucket}/raw/#{TableName}",
        },
    ),
}  # fmt: skip


def parsed(path: Path) -> Any:
    parse = parse_json if path.suffix == ".json" else parse_yaml
    return parse(path.read_text(encoding="utf-8"), path.name)[0]


def read(path: Path, given: Mapping[str, tuple[str, ...]] | None = None) -> Definition:
    [definition] = cloudformation.read(parsed(path), path.name, given or {})
    return definition


def named(end: str) -> Path:
    [path] = [path for path in TEMPLATES if path.name.endswith(end)]
    return path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name[-60:])
def test_what_each_template_holds(path: Path) -> None:
    [end] = [end for end in FACTS if path.name.endswith(end)]
    name, objects, own, left, values = FACTS[end]
    found = read(path)
    assert found.name == name
    assert len(found.objects) == objects
    assert [parameter.id for parameter in found.parameters.values()] == own + left
    assert {key: texts[0] for key, texts in found.values.items()} == values
    assert all(len(texts) == 1 for texts in found.values.values())
    assert found.problems == ()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name[-60:])
def test_no_field_and_no_attribute_is_lost(path: Path) -> None:
    """Counted in the raw file, without any of the reader's code but the parser."""
    document = parsed(path)
    resources = document.get("Resources", document).values()
    [raw] = [item["Properties"] for item in resources if item["Type"] == "AWS::DataPipeline::Pipeline"]
    found = read(path)
    for item in raw["PipelineObjects"]:
        keys = [field["Key"] for field in item["Fields"]]
        fields = found.objects[item["Id"]].fields
        assert {key: len(fields[key]) for key in fields} == {
            key: keys.count(key) for key in keys if key != "type"
        }
        types = [field["StringValue"] for field in item["Fields"] if field["Key"] == "type"]
        assert [found.objects[item["Id"]].type] == (types or [None])
    for item in raw.get("ParameterObjects", ()):
        attributes = found.parameters[item["Id"].removeprefix("*")].attributes
        assert set(attributes) == {attribute["Key"] for attribute in item["Attributes"]}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name[-60:])
def test_both_spellings_give_the_same(path: Path) -> None:
    text = json.dumps(parsed(path))
    [again] = cloudformation.read(parse_json(text, path.name)[0], path.name, {})
    found = read(path)
    assert (again.objects, again.parameters, again.values) == (found.objects, found.parameters, found.values)


def test_the_same_template_in_json_and_yaml() -> None:
    [in_json, in_yaml] = (read(named(f"DataPipeline-StringValue.{suffix}")) for suffix in ("json", "yaml"))
    assert in_json.objects == in_yaml.objects
    assert in_json.repairs == in_yaml.repairs
    assert (in_json.name, in_json.description) == (in_yaml.name, in_yaml.description)
    assert in_json.objects["ResourceId_I1mCc"].fields["applications"] == ("spark", "hive", "pig")
    assert in_json.objects["coresite"].fields["property"] == (
        Ref("io-file-buffer-size"),
        Ref("fs-s3-block-size"),
    )


@pytest.mark.parametrize(
    ("end", "object_id", "key", "values"),
    [
        ("data-pipeline-test.yaml", "ShellCommandActivityObj", "command", ("#{myShellCmd}",)),
        ("data-pipeline-test.yaml", "ShellCommandActivityObj", "runsOn", (Ref("Ec2Instance"),)),
        ("data-pipeline-test.yaml", "ShellCommandActivityObj", "stage", ("true",)),
        ("aws__data-pipeline.yaml", "Ec2Instance", "subnetId", ("subnet-03c106fac9d1apcfe",)),
        ("aws__data-pipeline.yaml", "SourceRDSTable", "password", ("#{myRDSpassword}",)),
        ("aws__data-pipeline.yaml", "RDStoS3CopyActivity", "input", (Ref("SourceRDSTable"),)),
        ("rev-f9b9d9f5.yaml", "ShellCommandActivityObj", "input", (Ref("S3InputLocation"),)),
        ("rev-f9b9d9f5.yaml", "ShellCommandActivityObj", "command", ("#{myShellCmd}",)),
        ("flow-datapipeline__datapipeline-template.yml", "ExecuteFlow", "command", ("flow --version",)),
        ("s3-to-rds-postgres.yaml", "RDSPostgres", "*password", ("#{*myRDSPassword}",)),
        ("s3-to-rds-postgres.yaml", "Ec2Instance", "securityGroupIds", ("sg-0afdf2d5ce4c8ed3e",)),
        (
            "s3-to-rds-postgres.yaml",
            "CopyDatatoRDS",
            "dependsOn",
            (Ref("CopyS3DatatoEC2"), Ref("RdsPostgresTableCreateActivity")),
        ),
        (
            "efs-backup-demo__templates__datapipeline.yml",
            "ShellCommandActivityObj",
            "scriptArgument",
            ("#{myEFSSource}", "#{myEFSBackup}", "#{myEFSId}", "#{myTimeZone}"),
        ),
        ("create-data-pipeline.yaml", "EmrClusterForBackup", "terminateAfter", ("1 HOURS",)),
        ("create-data-pipeline.yaml", "Default", "role", ("#{DataPipelinesDynamoDBExportRole}",)),
        (
            "create-data-pipeline.yaml",
            "Default",
            "pipelineLogUri",
            ("s3://#{DynamoDBExportsBucket}/data-pipelines/logs",),
        ),
        (
            "create-data-pipeline.yaml",
            "TableBackupActivity",
            "step",
            (
                "s3://dynamodb-emr-#{AWS_Region}/emr-ddb-storage-handler/2.1.0/emr-ddb-2.1.0.jar,"
                "org.apache.hadoop.dynamodb.tools.DynamoDbExport,#{output.directoryPath},#{input.tableName},"
                "#{input.readThroughputPercent}",
            ),
        ),
    ],
)
def test_fields_of_real_templates(end: str, object_id: str, key: str, values: Any) -> None:
    assert read(named(end)).objects[object_id].fields[key] == values


def test_parameters_of_real_templates() -> None:
    found = read(named("data-pipeline-test.yaml")).parameters
    assert found["myOutputS3Loc"].default == ("s3://testpipeline12345324",)
    assert found["myShellCmd"].default == ("echo Hello World!",)
    assert found["myEc2RdsSecurityGrps"].watermark == "sg-0e06aa6a"
    efs = read(named("efs-backup-demo__templates__datapipeline.yml"))
    assert len(efs.parameters["myInstanceType"].allowed_values) == 10
    assert efs.parameters["myPeriod"].default == ()
    assert efs.tags == {"Name": "${Tag}"}


def test_given_values_fill_a_real_template() -> None:
    given = {
        "TableName": ("Orders",),
        "AWS::Region": ("us-west-2",),
        "AWS::AccountId": ("123456789012",),
        "DynamoDBExportsBucket": ("exports",),
        "DataPipelinesDynamoDBExportRole": ("r",),
        "EC2DynamoDBExportInstanceProfile": ("i",),
    }
    found = read(named("create-data-pipeline.yaml"), given)
    assert found.name == "OrdersExport"
    assert found.description == "Pipeline to backup the DynamoDB Table Orders to S3"
    assert found.values["myOutputS3Loc"] == ("s3://exports/raw/Orders",)
    assert found.objects["SuccessNotification"].fields["topicArn"] == (
        "arn:aws:sns:us-west-2:123456789012:OrdersExportSuccess",
    )
    assert len(found.parameters) == 3
    assert found.used == set(given)


def test_the_corpus_has_the_templates_that_are_told_of_here() -> None:
    assert len(FACTS) == len(TEMPLATES) == len(files("cfn-json")) + len(files("cfn-yaml"))
    assert (CORPUS / "cfn-yaml").is_dir()
