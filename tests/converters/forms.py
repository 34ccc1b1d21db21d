"""Writes one definition in every form there is; knows the forms from their documentation, not from the readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

Document = dict[str, Any]


def as_file(document: Document) -> str:
    """Return the file that the console exports and the AWS CLI takes."""
    return json.dumps(document, indent=2)


def as_api(document: Document) -> str:
    """Return the service's answer, as boto3 gives it."""
    return json.dumps({**_api(document), "ResponseMetadata": {"HTTPStatusCode": 200}}, indent=1)


def as_capitals(document: Document) -> str:
    """Return the API form with CloudFormation's letters and no template."""
    return json.dumps(_capital(_api(document)))


def as_cloudformation_json(document: Document) -> str:
    """Return a CloudFormation template in JSON."""
    return json.dumps(_template(document), indent=2)


def as_cloudformation_yaml(document: Document) -> str:
    """Return a CloudFormation template in YAML."""
    return yaml.safe_dump(_template(document), sort_keys=False, allow_unicode=True)


def as_terraform(document: Document) -> str:
    """Return the two resources of Terraform's AWS provider."""
    api = _api(document)
    lines = [
        'resource "aws_datapipeline_pipeline" "it" {',
        '  name = "it"',
        "}",
        'resource "aws_datapipeline_pipeline_definition" "it" {',
        "  pipeline_id = aws_datapipeline_pipeline.it.id",
    ]
    for item in api["pipelineObjects"]:
        lines += ["  pipeline_object {", *_attributes(item, "    ")]
        for field in item["fields"]:
            lines += ["    field {", *_attributes(field, "      "), "    }"]
        lines.append("  }")
    for item in api["parameterObjects"]:
        lines += ["  parameter_object {", *_attributes(item, "    ")]
        for field in item["attributes"]:
            lines += ["    attribute {", *_attributes(field, "      "), "    }"]
        lines.append("  }")
    for item in api["parameterValues"]:
        lines += ["  parameter_value {", *_attributes(item, "    "), "  }"]
    return "\n".join([*lines, "}", ""])


def as_cloud_control(document: Document) -> str:
    """Return the resource of Terraform's AWS Cloud Control provider."""
    api = _api(document)
    parts = {
        "pipeline_objects": api["pipelineObjects"],
        "parameter_objects": api["parameterObjects"],
        "parameter_values": api["parameterValues"],
    }
    lines = ['resource "awscc_datapipeline_pipeline" "it" {', '  name = "it"']
    lines += [f"  {name} = {_hcl(items)}" for name, items in parts.items()]
    return "\n".join([*lines, "}", ""])


FORMS: dict[str, Callable[[Document], str]] = {
    "api": as_api,
    "capitals": as_capitals,
    "cloudformation json": as_cloudformation_json,
    "cloudformation yaml": as_cloudformation_yaml,
    "terraform aws": as_terraform,
    "terraform awscc": as_cloud_control,
}


def plain(document: Document) -> Document:
    """Return a definition with what all forms can say: texts, references, and lists of them that are not empty.

    Terraform keeps neither an empty text nor the second of two equal values.
    """
    kept: Document = {
        part: [
            {key: _values(key, value) for key, value in item.items() if _values(key, value) != []}
            for item in document.get(part, ())
        ]
        for part in ("objects", "parameters")
    }
    kept["values"] = {
        key: value for key, value in document.get("values", {}).items() if value not in ("", [])
    }
    return kept


def _values(key: str, written: Any) -> Any:
    if key in {"id", "name"}:
        return written
    values: list[Any] = []
    for value in written if isinstance(written, list) else [written]:
        text = value if isinstance(value, str | dict) else json.dumps(value)
        if text != "" and text not in values:
            values.append(text)
    return values[0] if len(values) == 1 else values


def _api(document: Document) -> Document:
    return {
        "pipelineObjects": [_item(item, "fields") for item in document["objects"]],
        "parameterObjects": [_item(item, "attributes") for item in document.get("parameters", ())],
        "parameterValues": [
            {"id": name, "stringValue": value}
            for name, written in document.get("values", {}).items()
            for value in (written if isinstance(written, list) else [written])
        ],
    }


def _item(item: Document, fields: str) -> Document:
    entries = []
    for key, written in item.items():
        if key == "id" or (key == "name" and fields == "fields"):
            continue
        for value in written if isinstance(written, list) else [written]:
            entry = {"refValue": value["ref"]} if isinstance(value, dict) else {"stringValue": value}
            entries.append({"key": key, **entry})
    name = {"name": item.get("name", item["id"])} if fields == "fields" else {}
    return {"id": item["id"], **name, fields: entries}


def _capital(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _capital(item) for key, item in value.items()}
    return [_capital(item) for item in value] if isinstance(value, list) else value


def _template(document: Document) -> Document:
    properties = {"Name": "it", **_capital(_api(document))}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Pipeline": {"Type": "AWS::DataPipeline::Pipeline", "Properties": properties}},
    }


_HCL_NAMES = {"stringValue": "string_value", "refValue": "ref_value"}


def _attributes(item: Document, indent: str) -> list[str]:
    return [
        f"{indent}{_HCL_NAMES.get(key, key)} = {_hcl(value)}"
        for key, value in item.items()
        if isinstance(value, str)
    ]


def _hcl(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ",\n".join(_hcl(item) for item in value) + "]"
    if isinstance(value, dict):
        items = "\n".join(f"{_HCL_NAMES.get(key, key)} = {_hcl(item)}" for key, item in value.items())
        return "{\n" + items + "\n}"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{")
