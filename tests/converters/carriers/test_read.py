from __future__ import annotations

import json
import re
from typing import Any

import pytest
from datapipeline_converters.carriers.read import decode, read_definitions
from datapipeline_converters.definition import Definition, Ref
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

OBJECTS = '[{"id": "A", "x": "1", "on": {"ref": "B"}}, {"id": "B"}]'
API = (
    '[{"id": "A", "name": "A", "fields": [{"key": "x", "stringValue": "1"}, {"key": "on", "refValue": "B"}]},'
    ' {"id": "B", "name": "B", "fields": []}]'
)
CAPITALS = (
    '[{"Id": "A", "Name": "A", "Fields": [{"Key": "x", "StringValue": "1"}, {"Key": "on", "RefValue": "B"}]},'
    ' {"Id": "B", "Name": "B", "Fields": []}]'
)
UNDERSCORES = (
    '[{"id": "A", "name": "A", "fields": [{"key": "x", "string_value": "1"}, {"key": "on", "ref_value": "B"}]},'
    ' {"id": "B", "name": "B", "fields": []}]'
)


def read(text: str) -> tuple[Definition, ...]:
    return read_definitions(text, "x", {})


@pytest.mark.parametrize(
    "text",
    [
        f'{{"objects": {OBJECTS}}}',
        f'\ufeff{{"objects": {OBJECTS}}}',
        OBJECTS,
        f'[{{"objects": {OBJECTS}}}]',
        f'{{"pipelineObjects": {API}}}',
        f'{{"pipelineObjects": {API}, "ResponseMetadata": {{"RequestId": "r"}}}}',
        f'{{"pipelineObjects": {API}, "hasMoreResults": false}}',
        f'{{"pipelineObjects": {API.replace("[]", "null")}, "parameterObjects": null, "parameterValues": null}}',
        f'{{"objects": {API}}}',
        API,
        f'[{{"pipelineObjects": {API}}}]',
        f'{{"PipelineObjects": {CAPITALS}}}',
        f'{{"objects": {CAPITALS}}}',
        f'{{"pipelineObjects": {CAPITALS}}}',
        f'{{"PipelineObjects": {API}}}',
        CAPITALS,
        f'{{"pipeline_objects": {UNDERSCORES}}}',
        f'{{"objects": {UNDERSCORES}}}',
        "objects:\n- id: A\n  x: 1\n  on: {ref: B}\n- id: B\n",
        f"// one\n# two, with {{ and [\n/* three\n */ {{'objects': {OBJECTS.replace(chr(34), chr(39))}}}",
        '# a comment, with "objects"\nobjects:\n- {id: A, x: 1, on: {ref: B}}\n- id: B\n',
        f"# a comment\n{{'objects': {OBJECTS.replace(chr(34), chr(39))}}}",
    ],
)
def test_every_form(text: str) -> None:
    (found,) = read(text)
    assert {item.id: (item.name, item.fields) for item in found.objects.values()} == {
        "A": ("A", {"x": ("1",), "on": (Ref("B"),)}),
        "B": ("B", {}),
    }
    assert found.problems == ()


def test_capital_letters_with_all_parts() -> None:
    (found,) = read(
        json.dumps(
            {
                "Name": "nightly",
                "Description": "what it does",
                "Activate": True,
                "PipelineTags": [{"Key": "Team", "Value": "data"}],
                "PipelineObjects": [{"Id": "A", "Name": "Ay", "Fields": []}],
                "ParameterObjects": [
                    {"Id": "*myX", "Attributes": [{"Key": "type", "StringValue": "String"}]}
                ],
                "ParameterValues": [
                    {"Id": "myL", "StringValue": "a"},
                    {"Id": "myL", "StringValue": "b"},
                ],
            }
        )
    )
    assert (found.name, found.description, found.tags) == ("nightly", "what it does", {"Team": "data"})
    assert found.objects["A"].name == "Ay"
    assert found.parameters["myX"].starred
    assert found.values == {"myL": ("a", "b")}
    assert found.repairs == ()


def test_several_definitions_in_a_list() -> None:
    found = read(
        f'[{{"objects": {OBJECTS}}}, {{"pipelineObjects": {API}}}, {{"PipelineObjects": {CAPITALS}}}]'
    )
    assert [sorted(one.objects) for one in found] == [["A", "B"]] * 3
    assert [one.part for one in found] == ["1", "2", "3"]


def test_underscores_with_all_parts() -> None:
    (found,) = read(
        json.dumps(
            {
                "pipeline_objects": [{"id": "A", "name": "Ay", "fields": []}],
                "parameter_objects": [
                    {"id": "*myX", "attributes": [{"key": "type", "string_value": "String"}]}
                ],
                "parameter_values": [{"id": "myL", "string_value": "a"}, {"id": "myL", "string_value": "b"}],
            }
        )
    )
    assert found.objects["A"].name == "Ay"
    assert found.parameters["myX"].starred
    assert found.values == {"myL": ("a", "b")}
    assert found.repairs == ()


def test_values_by_name_among_the_parameter_values() -> None:
    (found,) = read(
        f'{{"pipelineObjects": {API}, "parameterValues": [{{"myX": "1", "myY": ["2", "3"]}}, '
        '{"id": "myZ", "stringValue": "4"}]}'
    )
    assert found.values == {"myX": ("1",), "myY": ("2", "3"), "myZ": ("4",)}
    assert [(repair.place, repair.text) for repair in found.repairs] == [
        ("item 1 of `parameterValues`", "has no id: read as values by their parameters' names")
    ]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"pipelineObjects": [{"id": "A", "fields": [{"key": "type", "value": "Schedule"}]}]},
            "A.type has 'value' and no stringValue or refValue",
        ),
        (
            {"pipelineObjects": [], "parameterValues": [{"id": "myX", "value": "1"}]},
            "values.myX has 'value' and no stringValue",
        ),
    ],
)
def test_a_value_under_another_key_is_not_lost(document: dict[str, Any], told: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(told)):
        read(json.dumps(document))


def test_an_expression_of_another_tool_is_no_pipeline_id() -> None:
    within, alone = (
        read(f'{{"properties": {{"pipelineId": "${{default.id}}", "pipelineObjects": {API}}}}}'),
        read(f'{{"pipelineId": "${{default.id}}", "pipelineObjects": {API}}}'),
    )
    assert [one.state.pipeline_id for one in (*within, *alone)] == ["", ""]


TEMPLATE = (
    f'{{"Type": "AWS::DataPipeline::Pipeline", "Properties": {{"Name": "n", "PipelineObjects": {CAPITALS}}}}}'
)
QUOTED = json.dumps(f'{{"objects": {OBJECTS}}}')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f'{{"pipelineId": "df-1", "definition": {{"pipelineObjects": {API}}}}}',
            [("", "definition", "df-1")],
        ),
        (f'{{"pipelineDefinition": {{"objects": {OBJECTS}}}}}', [("", "pipelineDefinition", "")]),
        (f'{{"name": "n", "definition": {API}}}', [("n", "definition", "")]),
        (
            f'{{"df-1": {{"objects": {OBJECTS}}}, "df-2": {{"pipelineObjects": {API}}}}}',
            [("df-1", "df-1", "df-1"), ("df-2", "df-2", "df-2")],
        ),
        (
            f'{{"pipelines": [{{"name": "x", "definition": {{"objects": {OBJECTS}}}}}]}}',
            [("x", "pipelines.1.definition", "")],
        ),
        (f'{{"body": {QUOTED}}}', [("", "body", "")]),
        (QUOTED, [("", "", "")]),
        (
            json.dumps({"TemplateBody": f"Resources:\n  P: {TEMPLATE}\n", "StagesAvailable": ["Original"]}),
            [("n", "TemplateBody.P", "")],
        ),
        (
            "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n"
            f"        Resources:\n          P: {TEMPLATE}\n",
            [("n", "Resources.S.Properties.TemplateBody.P", "")],
        ),
    ],
)
def test_a_definition_within_something_else(text: str, found: list[tuple[str, str, str]]) -> None:
    given = read(text)
    assert [(one.name, one.part, one.state.pipeline_id) for one in given] == found
    for one in given:
        assert one.objects["A"].fields == {"x": ("1",), "on": (Ref("B"),)}
        assert one.repairs


def test_a_reference_in_capital_letters() -> None:
    (found,) = read('{"objects": [{"id": "A", "on": {"Ref": "B"}}, {"id": "B"}]}')
    assert found.objects["A"].fields == {"on": (Ref("B"),)}
    assert [(repair.place, repair.text) for repair in found.repairs] == [
        ("A.on", '{"Ref": ...} was read as the reference {"ref": ...}')
    ]


def field(key: str, value: str) -> dict[str, str]:
    return {"key": key, "stringValue": value}


def test_objects_of_runs_are_not_read() -> None:
    items: list[dict[str, Any]] = [
        {"id": "A", "name": "A", "fields": [field("@sphere", "COMPONENT"), field("x", "1")]},
        {"id": "@A_2024-01-01T00:00:00", "name": "A", "fields": [field("@sphere", "INSTANCE")]},
    ]
    (found,) = read(json.dumps({"pipelineObjects": items}))
    assert list(found.objects) == ["A"]
    assert any("attempts of runs (1)" in repair.text for repair in found.repairs)
    with pytest.raises(NoDefinitionError, match="get-pipeline-definition"):
        read(json.dumps(items[1:]))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("[]", "a list"),
        ("[1, 2]", "a list"),
        ('[{"id": "A"}, {"id": "B"}]', "a list"),
        ('{"name": "app", "dependencies": {}}', "no list `objects`"),
        ("3", "not JSON"),
        ("just words", "not JSON"),
        ("a: 1\nb: 2\n", "no list `objects`"),
        ("steps:\n- step_type: sql-command\n", "a file of dataduct"),
        ('{"not": "closed"', "not JSON"),
        ('# A pipeline\n\n```json\n{"objects": []}\n```\nEnd: of: it\n', "file of its own"),
        ("import boto3\nclient.put_pipeline_definition(pipelineObjects=[\n{'id': 'A'}])\n", "a program"),
        ("import { Stack } from 'x';\nnew CfnPipeline({ pipelineObjects: [ { id: 'A' } ] });\n", "cdk synth"),
        ("require 'aws-sdk'\nclient.put(pipeline_objects: [{ id: 'A' }])\n", "a program"),
        ("OBJECTS\tDefault\tcron\n", "--output json"),
        ("--------\n|  GetPipelineDefinition  |\n+------+\n||  objects  ||\n", "--output json"),
        ('#!/bin/sh\ncat > x <<EOF\n{"objects": []}\nEOF\n', "a program"),
        ('{"parameters": [{"id": "myX"}]}', "beside `objects`"),
        ('{"values": {"myX": "1"}}', "with --values"),
        ("- hosts: x\n  tasks:\n  - community.aws.data_pipeline: {name: p}\n", "Let Ansible make"),
        ('{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}', "without any AWS::DataPipeline::Pipeline"),
    ],
)
def test_what_is_something_else(text: str, part: str) -> None:
    with pytest.raises(NoDefinitionError, match=part):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"objects": [{"id": "A"',
        '{"pipelineObjects": [{"id": "A", "fields": [x]}]}',
        "Resources:\n  P:\n    Type: AWS::DataPipeline::Pipeline\n  bad: [\n",
        '{"objects": {}}',
        '{"objects": [], "pipelineObjects": []}',
    ],
)
def test_a_broken_definition_is_no_other_file(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert not isinstance(caught.value, NoDefinitionError)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"objects": []}\n{"objects": []}\n', "begins behind the first, at line 2, column 1"),
        ('{"objects": [{"id": {{ name }}}]}', "another tool's placeholder stands at line 1, column 21"),
        ('{"objects": [\n{% for t in tables %}\n]}', "another tool's placeholder stands at line 2, column 1"),
    ],
)
def test_what_makes_json_of_it_no_json(text: str, told: str) -> None:
    with pytest.raises(UnreadableError, match=told):
        read(text)


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("pull", "; did you mean 'Pull'? Add"),
        ("Pul", "; did you mean 'Pull'? Add"),
        ("Other", ". Add"),
    ],
)
def test_a_reference_that_is_spelled_nearly_right(target: str, hint: str) -> None:
    (found,) = read(f'{{"objects": [{{"id": "Pull"}}, {{"id": "A", "dependsOn": {{"ref": "{target}"}}}}]}}')
    (problem,) = found.problems
    assert f"which is no object's id{hint}" in problem.text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x", "x"),
        (b"\xef\xbb\xbfx", "x"),
        ("é".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        (b"\xfe\xff\x00\xe9", "é"),
        ("{}".encode("utf-16-le"), "{}"),
        ("{}".encode("utf-16-be"), "{}"),
    ],
)
def test_encodings(content: bytes, text: str) -> None:
    assert decode(content, "x.json") == text


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("é".encode("latin-1"), r"not UTF-8 text \(byte 0\)"),
        (b"\xff\xfex", "not UTF-8 text"),
        (b"\x7fELF\x00\x00", "not a text file"),
        (b"PK\x03\x04\x14\x00", r"packed file \(zip\)"),
        (b"\x1f\x8b\x08\x00", "Unpack it"),
    ],
)
def test_what_is_no_text(content: bytes, part: str) -> None:
    with pytest.raises(NoDefinitionError, match=part):
        decode(content, "x.json")


def test_a_definition_in_another_encoding_is_not_passed_over() -> None:
    with pytest.raises(UnreadableError, match="not UTF-8 text") as caught:
        decode('{"objects": [{"id": "é"}]}'.encode("latin-1"), "x.json")
    assert not isinstance(caught.value, NoDefinitionError)
