"""What runs on EMR Serverless where that is chosen, what stays on a cluster, and what the ledger says of both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, arguments, converted, grades, only_dag, ref

ROLE = "arn:aws:iam::111122223333:role/jobs"
CHOSEN = {"run_on": "emr-serverless", "execution_role": ROLE}
CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.15.0", "emrLogUri": "s3://logs/emr/"}
SUBMIT = "command-runner.jar,spark-submit,s3://b/x.py"
SPARK = {"id": "S", "type": "EmrActivity", "runsOn": ref("C"), "step": SUBMIT}
HIVE = {"id": "H", "type": "HiveActivity", "runsOn": ref("C"), "hiveScript": "select 1;"}
CREATE, DELETE = "create_C_application", "delete_C_application"


def chosen(choices: Choices | dict[str, Any], *objects: dict[str, Any], **rest: Any) -> Conversion:
    given = choices if isinstance(choices, Choices) else Choices(choices)
    return converted(*objects, options=Options(now=NOW, choices=given), **rest)


def operators(found: Conversion) -> dict[str, str]:
    return {task.id: task.operator.path.rpartition(".")[2] for task in only_dag(found).tasks}


def reason(found: Conversion, object_id: str, field: str) -> str:
    (line,) = (each for each in found.lines if (each.object_id, each.field) == (object_id, field))
    return line.verdict.reason


def without_doc(found: Conversion, task_id: str) -> dict[str, Any]:
    return {key: value for key, value in arguments(found, task_id).items() if key != "doc_md"}


def test_spark_and_hive_of_one_cluster() -> None:
    found = chosen(CHOSEN, {**CLUSTER, "terminateAfter": "2 hours"}, SPARK, HIVE)
    assert operators(found) == {
        CREATE: "CreateEmrServerlessApplicationOperator",
        "S": "EmrActivityOnServerlessOperator",
        "H": "HiveActivityOnServerlessOperator",
        DELETE: "DeleteEmrServerlessApplicationOperator",
        "work_done": "EmptyOperator",
    }
    assert without_doc(found, CREATE) == {
        "release_label": "emr-6.15.0",
        "application_types": ["SPARK", "HIVE"],
    }
    common = {
        "application": CREATE,
        "execution_role": ROLE,
        "log_uri": "s3://logs/emr/",
        "job_timeout": timedelta(hours=2),
    }
    assert without_doc(found, "S") == {**common, "steps": [SUBMIT]}
    assert without_doc(found, "H") == {**common, "hive_script": "select 1;"}
    assert without_doc(found, DELETE) == {"application": CREATE}
    assert [(each.task, each.setup) for each in only_dag(found).teardowns] == [(DELETE, CREATE)]
    assert {each for _, each in grades(found).items()} <= {"exact", "emulated", "approximated", "not needed"}
    assert grades(found)["C", "terminateAfter"] == "approximated"


def test_where_it_is_chosen() -> None:
    for choices in (
        Choices({}, {"C": CHOSEN}),
        Choices({}, {"S": CHOSEN}),
        Choices({}, {}, {"x": Choices(CHOSEN)}),
        Choices({"execution_role": ROLE}, {"C": {"run_on": "emr-serverless"}}),
        Choices({"run_on": "worker", "execution_role": ROLE}, {"C": {"run_on": "emr-serverless"}}),
    ):
        assert operators(chosen(choices, CLUSTER, SPARK))["S"] == "EmrActivityOnServerlessOperator"
    for nothing in (Choices(), Choices({"run_on": "ec2"}), Choices({"execution_role": ROLE})):
        assert operators(chosen(nothing, CLUSTER, SPARK))["S"] == "EmrActivityOperator"


def test_what_has_no_effect_is_told() -> None:
    box = {"id": "B", "type": "Ec2Resource"}
    shell = {"id": "A", "type": "ShellCommandActivity", "command": "true", "runsOn": ref("B")}
    found = chosen(
        Choices({}, {"B": {"run_on": "emr-serverless"}, "C": {"run_on": "ssh"}}), box, shell, CLUSTER, SPARK
    )
    assert sorted(found.plan.chosen) == [
        '`B`: run_on "emr-serverless" has no effect: no task uses what it is about',
        '`C`: run_on "ssh" has no effect: no task uses what it is about',
    ]


STAYS = [
    ({**SPARK, "step": ["s3://b/mapreduce.jar,x"]}, "only Spark and Hive run there, and not `s3://b/mapreduce.jar`"),
    ({**SPARK, "step": [SUBMIT, "command-runner.jar,s3-dist-cp,--src,a"]}, "only Spark and Hive run there, and not `s3-dist-cp`"),
    (
        {**SPARK, "step": ["s3://x.elasticmapreduce/libs/script-runner/script-runner.jar,s3://b/x.sh"]},
        "only Spark and Hive run there, and not `s3://b/x.sh`",
    ),
    ({**SPARK, "step": "#{format(@scheduledStartTime, 'e')}.jar"}, "only Spark and Hive run there, and not what `#{format(@scheduledStartTime, 'e')}.jar` is"),
    ({**SPARK, "preStepCommand": "hadoop fs -ls /"}, "there is no machine that its commands could run on"),
    ({**SPARK, "postStepCommand": "true"}, "there is no machine that its commands could run on"),
    (
        {"id": "S", "type": "HadoopActivity", "runsOn": ref("C"), "jarUri": "s3://b/x.jar"},
        "only Spark and Hive run there",
    ),
    (
        {"id": "S", "type": "PigActivity", "runsOn": ref("C"), "script": "x = load 'y';", "stage": "false"},
        "only Spark and Hive run there",
    ),
    (
        {"id": "S", "type": "ShellCommandActivity", "runsOn": ref("C"), "command": "true"},
        "only Spark and Hive run there",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("activity", "why"), STAYS)
def test_what_needs_a_cluster_keeps_it(activity: dict[str, Any], why: str) -> None:
    found = chosen(CHOSEN, CLUSTER, activity)
    assert operators(found)["create_C"] == "CreateEmrClusterOperator"
    assert CREATE not in operators(found)
    assert reason(found, "S", "runsOn") == (
        f"it runs on an EMR cluster, although `emr-serverless` was chosen: {why}"
    )
    assert grades(found)["S", "runsOn"] == "approximated"


def test_a_table_of_dynamodb_and_scripts_around_need_a_cluster() -> None:
    table = {"id": "T", "type": "DynamoDBDataNode", "tableName": "t"}
    script = {"id": "P", "type": "ShellScriptConfig", "scriptUri": "s3://b/x.sh"}
    for fields, others, why in (
        ({"input": ref("T")}, [table], "`T` is a table of DynamoDB, which EMR's own Hive reads"),
        ({"preActivityTaskConfig": ref("P")}, [script], "there is no machine that the scripts around it could run on"),
    ):  # fmt: skip
        found = chosen(CHOSEN, CLUSTER, {**HIVE, **fields}, *others)
        assert operators(found)["H"] == "HiveActivityOperator"
        assert reason(found, "H", "runsOn").endswith(why)


@pytest.mark.parametrize(
    "program", ["spark-submit", "/usr/lib/spark/bin/spark-submit", "hive-script", "hive"]
)
@pytest.mark.parametrize(
    "jar", ["command-runner.jar", "s3://#{myRegion}.elasticmapreduce/libs/script-runner/script-runner.jar"]
)
def test_programs_by_any_path(program: str, jar: str) -> None:
    region = {"id": "myRegion", "type": "String", "default": "eu-west-1"}
    step = f" {jar} , {program} ,x"
    found = chosen(CHOSEN, CLUSTER, {**SPARK, "step": step}, parameters=[region])
    assert operators(found)["S"] == "EmrActivityOnServerlessOperator"
    kind = "SPARK" if "spark" in program else "HIVE"
    assert arguments(found, CREATE)["application_types"] == [kind]


def test_a_step_that_is_a_parameter() -> None:
    step = {"id": "myStep", "type": "String", "default": SUBMIT}
    found = chosen(CHOSEN, CLUSTER, {**SPARK, "step": "#{myStep}"}, parameters=[step])
    assert operators(found)["S"] == "EmrActivityOnServerlessOperator"
    assert arguments(found, "S")["steps"] == ["{{ params.myStep }}"]
    secret = {"id": "*myStep", "type": "String", "default": "s3://b/hidden.jar"}
    found = chosen(CHOSEN, CLUSTER, {**SPARK, "step": "#{*myStep}"}, parameters=[secret])
    assert "hidden" not in reason(found, "S", "runsOn")


def test_a_cluster_of_both_kinds_of_work_is_launched_for_the_rest() -> None:
    settings = {"id": "Y", "type": "EmrConfiguration", "classification": "yarn-site", "property": ref("K")}
    key = {"id": "K", "type": "Property", "key": "a", "value": "b"}
    fields = {
        "bootstrapAction": "s3://b/x.sh",
        "keyPair": "k",
        "configuration": ref("Y"),
        "region": "eu-west-1",
    }
    hadoop = {
        "id": "M",
        "type": "HadoopActivity",
        "runsOn": ref("C"),
        "jarUri": "s3://b/x.jar",
        "dependsOn": ref("S"),
    }
    found = chosen(CHOSEN, {**CLUSTER, **fields}, SPARK, hadoop, settings, key)
    assert set(operators(found)) == {"create_C", "terminate_C", CREATE, DELETE, "S", "M", "work_done"}
    edges = set(only_dag(found).edges)
    assert {(CREATE, "S"), ("S", DELETE), ("create_C", "M"), ("M", "terminate_C")} <= edges
    request = arguments(found, "create_C")["job_flow_overrides"]
    assert request["Configurations"] == [{"Classification": "yarn-site", "Properties": {"a": "b"}}]
    assert "configurations" not in arguments(found, "S")
    said = grades(found)
    assert {
        key: said[key] for key in (("C", "keyPair"), ("C", "bootstrapAction"), ("Y", "classification"))
    } == {
        ("C", "keyPair"): "approximated",
        ("C", "bootstrapAction"): "refused",
        ("Y", "classification"): "refused",
    }
    assert said["C", "region"] == "exact"


def test_settings_go_to_the_engines_that_have_them() -> None:
    configurations = [
        {"id": name, "type": "EmrConfiguration", "classification": name, "property": ref(f"{name}-p")}
        for name in ("spark-defaults", "hive-site", "hadoop-env")
    ]
    properties = [
        {"id": f"{each['id']}-p", "type": "Property", "key": "k", "value": each["id"]}
        for each in configurations
    ]
    refs = [ref(each["id"]) for each in configurations]
    found = chosen(CHOSEN, {**CLUSTER, "configuration": refs}, SPARK, HIVE, *configurations, *properties)
    for task, name in (("S", "spark-defaults"), ("H", "hive-site")):
        assert arguments(found, task)["configurations"] == [
            {"classification": name, "properties": {"k": name}}
        ]
    said = grades(found)
    assert [said[name, "classification"] for name in ("spark-defaults", "hive-site", "hadoop-env")] == [
        "exact",
        "exact",
        "refused",
    ]
    assert [said[f"{name}-p", "value"] for name in ("spark-defaults", "hive-site", "hadoop-env")] == [
        "exact",
        "exact",
        "refused",
    ]


def test_the_network_and_tags() -> None:
    network = {
        "subnetId": "subnet-1",
        "emrManagedSlaveSecurityGroupId": "sg-1",
        "additionalMasterSecurityGroupIds": ["sg-2", "sg-3"],
        "serviceAccessSecurityGroupId": "sg-4",
        "region": "eu-west-1",
    }
    found = chosen(CHOSEN, {**CLUSTER, **network}, SPARK)
    created = arguments(found, CREATE)
    assert created["subnet_ids"] == ["subnet-1"]
    assert created["security_group_ids"] == ["sg-1", "sg-2", "sg-3"]
    assert created["region_name"] == arguments(found, DELETE)["region_name"] == "eu-west-1"


RELEASES = [
    ({"releaseLabel": "emr-6.6.0"}, {}, "emr-6.6.0", "exact"),
    ({"releaseLabel": "emr-7.9.0"}, {}, "emr-7.9.0", "exact"),
    ({"releaseLabel": "emr-5.36.2"}, {}, "emr-6.15.0", "approximated"),
    ({"releaseLabel": "emr-6.5.0"}, {}, "emr-6.15.0", "approximated"),
    ({"releaseLabel": "emr-5.36.2"}, {"release_label": "emr-7.1.0"}, "emr-7.1.0", "emulated"),
    ({"releaseLabel": None, "amiVersion": "3.8.0"}, {}, "emr-6.15.0", None),
]


@pytest.mark.parametrize(("fields", "more", "label", "grade"), RELEASES)
def test_releases(fields: dict[str, Any], more: dict[str, Any], label: str, grade: str | None) -> None:
    cluster = {key: value for key, value in {**CLUSTER, **fields}.items() if value is not None}
    found = chosen({**CHOSEN, **more}, cluster, SPARK)
    assert arguments(found, CREATE)["release_label"] == label
    assert grades(found).get(("C", "releaseLabel")) == grade
    if "amiVersion" in fields:
        assert grades(found)["C", "amiVersion"] == "approximated"


def test_an_application_that_there_is() -> None:
    given = {**CHOSEN, "application_id": "00fabc"}
    fields = {"subnetId": "subnet-1", "onFail": ref("Bad"), "maximumRetries": "2"}
    alarm = {
        "id": "Bad",
        "type": "SnsAlarm",
        "topicArn": "arn:aws:sns:us-east-1:1:t",
        "subject": "s",
        "message": "m",
    }
    found = chosen(given, {**CLUSTER, **fields}, SPARK, alarm)
    assert operators(found) == {"S": "EmrActivityOnServerlessOperator"}
    task = arguments(found, "S")
    assert (task["application_id"], task["execution_role"]) == ("00fabc", ROLE)
    assert "application" not in task
    said = grades(found)
    assert [said["C", key] for key in ("subnetId", "releaseLabel", "onFail", "maximumRetries")] == [
        "approximated",
        "approximated",
        "approximated",
        "not needed",
    ]


def test_the_region_of_an_application_that_there_is() -> None:
    found = chosen({**CHOSEN, "application_id": "00fabc"}, {**CLUSTER, "region": "eu-west-1"}, SPARK)
    assert arguments(found, "S")["region_name"] == "eu-west-1"


def test_work_of_a_worker_group_goes_to_an_application_that_there_is() -> None:
    step = {"id": "S", "type": "EmrActivity", "workerGroup": "w", "step": SUBMIT}
    found = chosen({**CHOSEN, "application_id": "00fabc"}, step)
    assert operators(found) == {"S": "EmrActivityOnServerlessOperator"}
    without = chosen(CHOSEN, step)
    assert "`cluster_id`" in arguments(without, "S")["reason"]


def test_without_a_role_the_task_fails_and_nothing_is_created() -> None:
    found = chosen({"run_on": "emr-serverless"}, CLUSTER, SPARK)
    assert operators(found) == {"S": "NotConvertedOperator"}
    assert "--execution-role" in arguments(found, "S")["reason"]
    assert grades(found)["C", "releaseLabel"] == "refused"
    assert len(found.plan.left) == 1


def test_there_are_no_queues_and_no_sizes() -> None:
    fields = {"hadoopQueue": "q", "resizeClusterBeforeRunning": "true", "generatedScriptsPath": "s3://b/s"}
    found = chosen(CHOSEN, CLUSTER, {**HIVE, **fields})
    task = arguments(found, "H")
    assert task["generated_scripts_path"] == "s3://b/s"
    assert "hadoop_queue" not in task
    said = grades(found)
    assert (said["H", "hadoopQueue"], said["H", "resizeClusterBeforeRunning"]) == ("not needed", "not needed")


@pytest.mark.parametrize("more", [{}, {"application_id": "00fabc"}])
def test_jobs_are_started_as_the_cluster_s_role(more: dict[str, str]) -> None:
    roles = {"role": "ServiceRole", "resourceRole": "ProfileRole"}
    found = chosen({**CHOSEN, **more, "connection_per_role": True}, {**CLUSTER, **roles}, SPARK)
    own = {
        task: arguments(found, task).get("aws_conn_id") for task in operators(found) if task != "work_done"
    }
    assert set(own.values()) == {"aws_ServiceRole"}
    assert reason(found, "C", "role") == "the AWS connection `aws_ServiceRole` takes on this role"
    assert grades(found)["C", "resourceRole"] == "emulated"
