from __future__ import annotations

import json
from typing import Any

import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

PIPELINE = {"id": "df-1", "name": "nightly", "description": "d", "tags": {"Team": "data"}}
BLOCKS = {
    "pipeline_id": "df-1",
    "pipeline_object": [
        {
            "id": "A",
            "name": "Ay",
            "field": [
                {"key": "x", "string_value": "1", "ref_value": ""},
                {"key": "x", "string_value": "2", "ref_value": ""},
                {"key": "on", "string_value": "", "ref_value": "B"},
            ],
        },
        {"id": "B", "name": "B", "field": []},
    ],
    "parameter_object": [{"id": "myX", "attribute": [{"key": "type", "string_value": "String"}]}],
    "parameter_value": [{"id": "myX", "string_value": "v"}],
}
LISTS = {
    "name": "nightly",
    "description": "d",
    "pipeline_tags": [{"key": "Team", "value": "data"}],
    "pipeline_objects": [
        {
            "id": "A",
            "name": "Ay",
            "fields": [
                {"key": "x", "string_value": "1", "ref_value": None},
                {"key": "x", "string_value": "2", "ref_value": None},
                {"key": "on", "string_value": None, "ref_value": "B"},
            ],
        },
        {"id": "B", "name": "B", "fields": []},
    ],
    "parameter_objects": [{"id": "myX", "attributes": [{"key": "type", "string_value": "String"}]}],
    "parameter_values": [{"id": "myX", "string_value": "v"}],
}
AWS = [("aws_datapipeline_pipeline", PIPELINE), ("aws_datapipeline_pipeline_definition", BLOCKS)]
CLOUD_CONTROL = [("awscc_datapipeline_pipeline", LISTS)]


def state(resources: list[tuple[str, Any]]) -> dict[str, Any]:
    items = [{"type": kind, "instances": [{"attributes": values}]} for kind, values in resources]
    return {"version": 4, "terraform_version": "1.9.0", "resources": items}


def shown(resources: list[tuple[str, Any]], key: str) -> dict[str, Any]:
    items = [{"type": kind, "values": values} for kind, values in resources]
    module = {"child_modules": [{"resources": items}]}
    return {"format_version": "1.0", "terraform_version": "1.9.0", key: {"root_module": module}}


@pytest.mark.parametrize(
    "document",
    [
        state(AWS),
        state(CLOUD_CONTROL),
        shown(AWS, "values"),
        shown(CLOUD_CONTROL, "planned_values"),
    ],
)
def test_what_terraform_writes(document: dict[str, Any]) -> None:
    (found,) = read_definitions(json.dumps(document), "terraform.tfstate", {})
    assert (found.name, found.description, found.tags) == ("nightly", "d", {"Team": "data"})
    assert found.objects["A"].name == "Ay"
    assert found.objects["A"].fields == {"x": ("1", "2"), "on": (Ref("B"),)}
    assert found.parameters["myX"].kind == "String"
    assert found.values == {"myX": ("v",)}


IN_JSON = {
    "//": {"metadata": {"stackName": "s"}},
    "variable": {"env": {"default": "dev", "type": "${string}"}, "open": {}},
    "locals": {"prefix": "s3://${var.env}"},
    "resource": {
        "aws_datapipeline_pipeline": {"p": {"name": "nightly-${var.env}"}},
        "aws_datapipeline_pipeline_definition": {
            "d": {
                "pipeline_id": "${aws_datapipeline_pipeline.p.id}",
                "pipeline_object": [
                    {
                        "id": "A",
                        "name": "Ay",
                        "field": [
                            {"key": "x", "string_value": 'say "${join("-", ["a", var.open])}" $${HOME}\n'},
                            {"key": "on", "ref_value": "B"},
                        ],
                    },
                    {
                        "id": "B",
                        "name": "B",
                        "field": {"key": "y", "string_value": "${local.prefix}/in"},
                        "dynamic": {
                            "field": {
                                "for_each": {"retries": 3},
                                "content": {"key": "${field.key}", "string_value": "${field.value}"},
                            }
                        },
                    },
                ],
            }
        },
    },
}


def test_terraforms_language_in_json() -> None:
    (found,) = read_definitions(json.dumps(IN_JSON), "cdk.tf.json", {})
    assert (found.name, found.part) == ("nightly-dev", "aws_datapipeline_pipeline_definition.d")
    assert found.objects["A"].fields == {"x": ('say "a-#{open}" ${HOME}\n',), "on": (Ref("B"),)}
    assert found.objects["B"].fields == {"y": ("s3://dev/in",), "retries": ("3",)}


def test_where_each_stands_in_its_file() -> None:
    document = state([("aws_datapipeline_pipeline_definition", BLOCKS)] * 3)
    for item, (module, key) in zip(
        document["resources"], [("", None), ("module.m", 1), ("", "k")], strict=True
    ):
        item["name"] = "d"
        if module:
            item["module"] = module
        if key is not None:
            item["instances"][0]["index_key"] = key
    assert [one.part for one in read_definitions(json.dumps(document), "x.tfstate", {})] == [
        "aws_datapipeline_pipeline_definition.d",
        "module.m.aws_datapipeline_pipeline_definition.d[1]",
        'aws_datapipeline_pipeline_definition.d["k"]',
    ]
    plan = shown(CLOUD_CONTROL, "planned_values")
    plan["planned_values"]["root_module"]["child_modules"][0]["resources"][0]["address"] = "awscc_x.y[0]"
    (one,) = read_definitions(json.dumps(plan), "plan.json", {})
    assert one.part == "awscc_x.y[0]"


@pytest.mark.parametrize(
    ("document", "error", "part"),
    [
        (state([("aws_s3_bucket", {"id": "b"})]), NoDefinitionError, "without pipelines"),
        (state(AWS[:1]), NoDefinitionError, "without pipelines"),
        (
            {"resource": {"aws_datapipeline_pipeline": {"x": {"name": "n"}}}},
            NoDefinitionError,
            "has no definition in this file",
        ),
        (
            {"resource": {"aws_datapipeline_pipeline_definition": {"x": {"pipeline_id": "${a"}}}},
            UnreadableError,
            "never closed",
        ),
    ],
)
def test_what_is_refused(document: dict[str, Any], error: type[UnreadableError], part: str) -> None:
    with pytest.raises(error, match=part) as caught:
        read_definitions(json.dumps(document), "x.json", {})
    assert type(caught.value) is error
