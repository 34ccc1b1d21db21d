"""Who the work ran as and where it ran from: the user is told each value, once."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.reports.report import before_first_run

from tests.converters.planned import converted, grades, ref, shell

BOX = {"id": "Box", "type": "Ec2Resource", "role": "R", "resourceRole": "P"}
ON_DEMAND = {"id": "Default", "scheduleType": "ondemand"}
NETWORK = ": what does the work now needs the same ways through the network"
MACHINE = ": what does the work now needs the same software, user and access"


def told(found: Conversion, *words: str) -> list[str]:
    """Return what the user is told before the first run, as far as it holds all the words."""
    return [line for line in before_first_run(found.plan) if all(word in line for word in words)]


MACHINES: list[Any] = [
    (
        {"region": "us-west-2"},
        "`Box` ran in the region `us-west-2`: AWS commands that name none need it as `region_name` in the AWS connection "
        "`aws_default`",
    ),
    (
        {"subnetId": "subnet-1", "securityGroupIds": ["sg-1", "sg-2"]},
        f"`Box` ran in the subnet `subnet-1`, the security groups `sg-1`, `sg-2`{NETWORK}",
    ),
    (
        {"availabilityZone": "us-east-1a", "securityGroups": "open"},
        f"`Box` ran in the availability zone `us-east-1a`, the security groups `open`{NETWORK}",
    ),
    (
        {"imageId": "ami-1", "runAsUser": "root", "keyPair": "ours"},
        f"`Box` had the image `ami-1`, the user `root`, the key pair `ours` for logging in{MACHINE}",
    ),
    (
        {"resourceRole": "Worker"},
        "The instance profile `Worker` was who the work on `Box` ran as: the AWS connection `aws_default`, or else the "
        "Airflow worker itself, needs what it could do",
    ),
    (
        {"role": "Service"},
        "The role `Service` was who Data Pipeline acted as for `Box`: the AWS connection `aws_default` needs what it "
        "could do",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), MACHINES)
def test_a_machine(fields: dict[str, Any], expected: str) -> None:
    found = converted(ON_DEMAND, BOX | fields, shell("A", runsOn=ref("Box")))
    assert expected in before_first_run(found.plan)
    assert {grades(found)["Box", field] for field in fields} == {"approximated"}


def test_a_machine_that_nothing_runs_on_is_not_told() -> None:
    found = converted(BOX | {"region": "us-west-2"}, shell("A"))
    assert not told(found, "Box")
    assert {grade for (owner, _), grade in grades(found).items() if owner == "Box"} == {"not needed"}


def test_what_several_objects_say_is_told_once() -> None:
    """A role in Default is everybody's, and they are counted where they are many."""
    default = ON_DEMAND | {"role": "R", "resourceRole": "P", "pipelineLogUri": "s3://b/logs"}
    tasks = [shell(name, runsOn=ref("Box"), precondition=ref(f"P{name}")) for name in "ABCD"]
    waits = [{"id": f"P{name}", "type": "S3KeyExists", "s3Key": f"s3://b/{name}"} for name in "ABCD"]
    alarm = {
        "id": "Al",
        "type": "SnsAlarm",
        "topicArn": "arn:aws:sns:us-east-1:1:t",
        "subject": "s",
        "message": "m",
    }
    tasks[0]["onFail"] = ref("Al")
    found = converted(default, {"id": "Box", "type": "Ec2Resource"}, *tasks, *waits, alarm)
    assert told(found, "`R`") == [
        "The role `R` was who Data Pipeline acted as for 6 objects: the AWS connection `aws_default` needs what it could do"
    ]
    assert told(found, "`P`") == [
        "The instance profile `P` was who the work on `Box` ran as: the AWS connection `aws_default`, or else the Airflow "
        "worker itself, needs what it could do"
    ]
    assert told(found, "s3://b/logs") == [
        "4 objects kept logs in `s3://b/logs`: Airflow's own are where `remote_base_log_folder` in its [logging] section "
        "says"
    ]


def test_different_values_are_told_apart() -> None:
    boxes = [BOX | {"id": f"Box{zone}", "availabilityZone": f"us-east-1{zone}"} for zone in "ab"]
    tasks = [shell(f"A{zone}", runsOn=ref(f"Box{zone}")) for zone in "ab"]
    assert len(told(converted(ON_DEMAND, *boxes, *tasks), "availability zone")) == 2


def test_a_cluster_has_the_roles_and_the_network_that_it_had() -> None:
    cluster = {"id": "C", "type": "EmrCluster", "role": "R", "resourceRole": "P", "subnetId": "subnet-1"}
    said = {"releaseLabel": "emr-6.1.0", "region": "us-east-1", "pipelineLogUri": "s3://b/logs"}
    types = {"masterInstanceType": "m5.large", "coreInstanceType": "m5.large"}
    work = {"id": "A", "type": "EmrActivity", "runsOn": ref("C"), "step": ["a.jar"]}
    found = converted(ON_DEMAND, cluster | said | types, work)
    assert before_first_run(found.plan) == [
        "`C` has the service role `R`, the instance profile `P`: the AWS connection `aws_default` needs leave to launch "
        "clusters and to pass these on (`iam:PassRole`)"
    ]


def test_a_proxy_and_its_password_which_is_not_told() -> None:
    proxy = {"id": "Px", "type": "HttpProxy", "hostname": "proxy.corp", "port": "3128", "username": "u"}
    found = converted(
        ON_DEMAND,
        BOX | {"httpProxy": ref("Px")},
        proxy | {"*password": "hunter22"},
        shell("A", runsOn=ref("Box")),
    )
    assert told(found, "proxy") == [
        "`Px` is the proxy `proxy.corp`, port `3128`, user `u` by which the work reached AWS: set `HTTPS_PROXY` for the "
        "Airflow workers if they need it"
    ]
    assert {grade for (owner, _), grade in grades(found).items() if owner == "Px"} == {"approximated"}
    assert "hunter22" not in "".join(file.text for file in found.files.values())


VALUES: list[Any] = [
    ({"id": "myRole", "default": "R2"}, "#{myRole}", "The role `R2`"),
    ({"id": "myRole"}, "#{myRole}", "The role `#{myRole}`"),
    ({"id": "*myRole", "default": "R2"}, "#{*myRole}", "The role `#{*myRole}`"),
    ({"id": "myRole", "default": ["R2", "R3"], "isArray": "true"}, "#{myRole}", "The role `R2`, `R3`"),
    ({"id": "myRole", "default": "x"}, "role-#{myRole}", "The role `role-x`"),
]


@pytest.mark.parametrize(("parameter", "text", "expected"), VALUES)
def test_values_are_told_as_far_as_they_are_known(
    parameter: dict[str, Any], text: str, expected: str
) -> None:
    found = converted(ON_DEMAND, BOX | {"role": text}, shell("A", runsOn=ref("Box")), parameters=[parameter])
    assert len(told(found, f"{expected} was")) == 1


def test_an_optional_value_that_is_not_there_is_not_told() -> None:
    found = converted(
        ON_DEMAND,
        BOX | {"keyPair": "#{myKey}"},
        shell("A", runsOn=ref("Box")),
        parameters=[{"id": "myKey", "optional": "true"}],
    )
    assert not told(found, "key pair")
    assert grades(found)["Box", "keyPair"] == "not needed"


def test_workers_of_the_users_own() -> None:
    found = converted(ON_DEMAND, shell("A", workerGroup="etl"), shell("B", workerGroup="etl"))
    assert before_first_run(found.plan) == [
        "`A`, `B` waited for workers of the group `etl`: an Airflow worker of the default queue does the work now, and "
        "needs the software and the ways through the network that those had"
    ]


def test_a_machine_wins_over_a_worker_group() -> None:
    found = converted(ON_DEMAND, BOX, shell("A", workerGroup="etl", runsOn=ref("Box")))
    assert not told(found, "etl")
    assert grades(found)["A", "workerGroup"] == "not needed"


ON_DEFAULT: list[Any] = [
    pytest.param({"role": "R"}, "not needed", id="no inheriting type has it"),
    pytest.param({"releaseLabel": "emr-6"}, "not needed", id="a field of another type"),
    pytest.param({"scheduletype": "cron"}, "refused", id="a slip"),
    pytest.param({"@sphere": "PIPELINE"}, "not needed", id="a run-time field"),
    pytest.param({"errorMessage": "x"}, "not needed", id="a run-time field without @"),
    pytest.param({"myFlag": "x"}, "not needed", id="the user's own"),
    pytest.param({"myComment": "why"}, "exact", id="a comment, which is in every task's documentation"),
    pytest.param({"maximumRetries": "1"}, "exact", id="what every task has"),
]


@pytest.mark.parametrize(("fields", "expected"), ON_DEFAULT)
def test_a_field_on_default(fields: dict[str, str], expected: str) -> None:
    found = converted(ON_DEMAND | {"workerGroup": "w"} | fields, shell("A"))
    (field,) = fields
    assert grades(found)["Default", field] == expected


def test_a_field_of_no_type_on_default_that_an_expression_names() -> None:
    found = converted(ON_DEMAND | {"workerGroup": "w", "flag": "x"}, shell("A", command="echo #{flag}"))
    assert grades(found)["Default", "flag"] == "exact"


def test_run_time_fields_written_into_an_object() -> None:
    """Some exports have them: the service filled them in, and does so anew."""
    found = converted(
        shell("A", **{"@sphere": "COMPONENT", "@status": "FINISHED", "reportProgressTime": "x"})
    )
    assert {grades(found)["A", key] for key in ("@sphere", "@status", "reportProgressTime")} == {"not needed"}
    assert found.complete
