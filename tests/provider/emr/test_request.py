"""What becomes of rendered settings: RunJobFlow's parameters, with numbers where EMR takes numbers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from datapipeline_provider.emr.request import RequestError, build

SHAPE = (
    boto3.client("emr", region_name="us-east-1").meta.service_model.operation_model("RunJobFlow").input_shape
)
BARE: dict[str, Any] = {
    "Name": "n",
    "Instances": {"KeepJobFlowAliveWhenNoSteps": True},
    "BootstrapActions": [],
}


def built(overrides: Any, applications: Any = (), actions: Any = ()) -> Any:
    return build(overrides, "n", applications, actions, SHAPE)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, {}),
        ({"Name": "another"}, {}),
        ({"ReleaseLabel": "emr-6.1.0"}, {"ReleaseLabel": "emr-6.1.0", "Applications": []}),
        ({"AmiVersion": "3.8"}, {"AmiVersion": "3.8"}),
        ({"LogUri": "", "ServiceRole": None, "Tags": []}, {"Tags": []}),
        ({"StepConcurrencyLevel": " 2 "}, {"StepConcurrencyLevel": 2}),
        ({"VisibleToAllUsers": "TRUE"}, {"VisibleToAllUsers": True}),
        (
            {"Tags": [{"Key": "a", "Value": 1}, {"Key": "b", "Value": True}]},
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "true"}]},
        ),
        (
            {"Configurations": [{"Classification": "c", "Properties": {"empty": "", "n": 1}}]},
            {"Configurations": [{"Classification": "c", "Properties": {"empty": "", "n": "1"}}]},
        ),
    ],
)
def test_settings(overrides: Any, expected: Any) -> None:
    assert built(overrides) == BARE | expected


@pytest.mark.parametrize(
    ("instances", "expected"),
    [
        ({"KeepJobFlowAliveWhenNoSteps": False}, {"KeepJobFlowAliveWhenNoSteps": False}),
        (
            {"InstanceGroups": [{"InstanceRole": "CORE", "InstanceCount": "3", "BidPrice": ""}]},
            {"InstanceGroups": [{"InstanceRole": "CORE", "InstanceCount": 3}]},
        ),
        (
            {"AdditionalMasterSecurityGroups": ["sg-1", ["sg-2", "sg-3"], None, ""]},
            {"AdditionalMasterSecurityGroups": ["sg-1", "sg-2", "sg-3"]},
        ),
    ],
)
def test_instances(instances: Any, expected: Any) -> None:
    assert built({"Instances": instances})["Instances"] == BARE["Instances"] | expected


def test_applications_and_bootstrap_actions() -> None:
    found = built(
        {"ReleaseLabel": "emr-6.1.0", "Applications": [{"Name": "Hive"}]},
        ["Spark", r"mapr,--edition, m\,5", ["Pig", ""], None],
        [
            r"s3://b/dir/x.sh,a b,c\,d",
            "s3://elasticmapreduce/bootstrap-actions/configure-hadoop, -e , k=v",
            " ",
        ],
    )
    assert found["Applications"] == [
        {"Name": "Hive"},
        {"Name": "Spark"},
        {"Name": "mapr", "Args": ["--edition", "m,5"]},
        {"Name": "Pig"},
    ]
    assert found["BootstrapActions"] == [
        {"Name": "x.sh", "ScriptBootstrapAction": {"Path": "s3://b/dir/x.sh", "Args": ["a b", "c,d"]}},
        {
            "Name": "configure-hadoop",
            "ScriptBootstrapAction": {
                "Path": "s3://elasticmapreduce/bootstrap-actions/configure-hadoop",
                "Args": ["-e", "k=v"],
            },
        },
    ]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            {"Instances": {"InstanceGroups": [{"InstanceCount": "many"}]}},
            "job_flow_overrides: Instances.InstanceGroups[0].InstanceCount is 'many'; it has to be a whole number.",
        ),
        (
            {"VisibleToAllUsers": "yes"},
            "job_flow_overrides: VisibleToAllUsers is 'yes'; it has to be true or false.",
        ),
        (
            {"Releaselabel": "emr-6.1.0"},
            "job_flow_overrides: Releaselabel is 'emr-6.1.0'; it has to be one of Name, ",
        ),
        ({"Instances": {"Count": 1}}, "job_flow_overrides: Instances.Count is 1; it has to be one of "),
    ],
)
def test_what_is_wrong_is_told(overrides: Any, said: str) -> None:
    with pytest.raises(RequestError) as raised:
        built(overrides)
    assert str(raised.value).startswith(said)


def test_what_is_given_stays_as_it_is() -> None:
    overrides: dict[str, Any] = {"Instances": {"InstanceCount": "1"}, "ReleaseLabel": "emr-6.1.0"}
    built(overrides, ["Hive"])
    assert overrides == {"Instances": {"InstanceCount": "1"}, "ReleaseLabel": "emr-6.1.0"}
