"""`dp2airflow translate` as a user meets it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main

DEFINITION: dict[str, Any] = {
    "objects": [
        {"id": "Default", "scheduleType": "ondemand"},
        {
            "id": "Say",
            "type": "ShellCommandActivity",
            "scriptArgument": ["a", "b"],
            "command": "echo ${INPUT1_STAGING_DIR} #{myX}",
            "dependsOn": {"ref": "Default"},
        },
    ],
    "parameters": [{"id": "myX", "default": "d", "isArray": "false"}],
    "values": {"myX": ["1", "2"]},
}
TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "NightlyLoad": {
            "Type": "AWS::DataPipeline::Pipeline",
            "Properties": {
                "Name": "nightly load",
                "Activate": False,
                "PipelineObjects": [
                    {
                        "Id": "Default",
                        "Name": "Default",
                        "Fields": [{"Key": "scheduleType", "StringValue": "ondemand"}],
                    },
                    {
                        "Id": "Say",
                        "Name": "Say",
                        "Fields": [
                            {"Key": "command", "StringValue": "echo ${INPUT1_STAGING_DIR} #{myX}"},
                            {"Key": "dependsOn", "RefValue": "Default"},
                            {"Key": "scriptArgument", "StringValue": "a"},
                            {"Key": "scriptArgument", "StringValue": "b"},
                            {"Key": "type", "StringValue": "ShellCommandActivity"},
                        ],
                    },
                ],
                "ParameterObjects": [
                    {
                        "Id": "myX",
                        "Attributes": [
                            {"Key": "default", "StringValue": "d"},
                            {"Key": "isArray", "StringValue": "false"},
                        ],
                    }
                ],
                "ParameterValues": [
                    {"Id": "myX", "StringValue": "1"},
                    {"Id": "myX", "StringValue": "2"},
                ],
            },
        }
    },
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "nightly_load.json"
    path.write_text(json.dumps(DEFINITION))
    return path


def translated(source: Path, form: str, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    assert main(["translate", str(source), "--to", form, *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_definition_goes_to_standard_output(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = translated(source, "cli", capsys)
    assert found["objects"] == [
        {"id": "Default", "name": "Default", "scheduleType": "ondemand"},
        {
            "id": "Say",
            "name": "Say",
            "type": "ShellCommandActivity",
            "scriptArgument": ["a", "b"],
            "command": "echo ${INPUT1_STAGING_DIR} #{myX}",
            "dependsOn": {"ref": "Default"},
        },
    ]
    assert list(found["objects"][1]) == ["id", "name", "type", "scriptArgument", "command", "dependsOn"]
    assert (found["parameters"], found["values"]) == (DEFINITION["parameters"], DEFINITION["values"])


def test_a_template_is_plain_and_does_not_activate(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert translated(source, "cloudformation", capsys, "--name", "nightly load") == TEMPLATE


@pytest.mark.parametrize(
    ("name", "logical"),
    [
        ("nightly-load 2", "NightlyLoad2"),
        ("Ä", "Pipeline"),
        ("1st", "1st"),
    ],
)
def test_a_template_names_its_resource(
    source: Path, capsys: pytest.CaptureFixture[str], name: str, logical: str
) -> None:
    found = translated(source, "cloudformation", capsys, "--name", name)
    assert list(found["Resources"]) == [logical]


def test_a_pulled_pipeline_becomes_a_template_with_its_name_description_and_tags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "p.json"
    own = {"pipelineId": "df-1", "name": "Ö 1", "description": "d", "tags": [{"key": "k", "value": "v"}]}
    source.write_text(json.dumps({**own, "pipelineObjects": [{"id": "A", "name": "A", "fields": []}]}))
    (resource,) = translated(source, "cloudformation", capsys)["Resources"].values()
    assert resource["Properties"] == {
        "Name": "Ö 1",
        "Description": "d",
        "Activate": False,
        "PipelineObjects": [{"Id": "A", "Name": "A", "Fields": []}],
        "PipelineTags": [{"Key": "k", "Value": "v"}],
    }
    assert main(["translate", str(source), "--to", "cli"]) == 0
    assert (
        "name, description, tags of the pipeline: left out, since create-pipeline" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("change", "form", "warning"),
    [
        (
            {"metadata": {"templateName": "T"}},
            "api",
            "metadata (templateName): only a definition file has it",
        ),
        ({"metadata": {"templateName": "T"}}, "cloudformation", "metadata (templateName)"),
        ({"surplus": 1}, "api", "surplus: not a part of a definition: not read"),
        (
            {"values": {"*myPw": "s3cr3t"}},
            "api",
            "secrets in plain text (value of *myPw): keep it out of version control",
        ),
        (
            {"parameters": [{"id": "*myPw", "default": "s3cr3t"}], "values": {"myPw": "s3cr3t"}},
            "cli",
            "secrets in plain text (default of *myPw, value of myPw)",
        ),
        ({"values": {"myX": "{{resolve:ssm:x}}"}}, "cloudformation", "a text has `{{resolve:` in it"),
        ({"objects": [{"id": f"O{n}"} for n in range(101)]}, "cli", "101 objects: AWS takes 100 unless"),
        ({"parameters": [{"id": f"myP{n}"} for n in range(51)]}, "cli", "51 parameters: AWS takes 50"),
        (
            {"objects": [{"id": "O", "command": "é" * 5121}]},
            "cli",
            "object 'O' field 'command': 10,242 bytes; AWS takes 10,240",
        ),
        ({"objects": [{"id": "O", "a": "x" * 10240, "b": "x" * 5119}]}, "cli", "'O': 15,361 bytes with its"),
        ({"objects": [{"id": "O", "a": ["x"] * 51}]}, "cli", "object 'O': 51 fields; AWS takes 50"),
        ({"objects": [{"id": "O" * 257}]}, "cli", "its id is over 256 bytes"),
        (
            {"objects": [{"id": f"O{n}", "command": "x" * 10000} for n in range(6)]},
            "cloudformation",
            "has to be uploaded to S3 first",
        ),
    ],
)
def test_what_is_left_out_or_too_much_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], form: str, warning: str
) -> None:
    source = tmp_path / "x.json"
    source.write_text(json.dumps(DEFINITION | change))
    assert main(["translate", str(source), "--to", form]) == 0
    told = capsys.readouterr().err
    assert f"Warning: x.json: {warning}" in told or warning in told
    assert "s3cr3t" not in told


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"objects": [{"id": "O", "*password": "#{*myPw}"}]},
        {"parameters": [{"id": "*myPw"}]},
        {"objects": [{"id": "O", "a": "x" * 10240, "b": "x" * 5118}]},
        {"objects": [{"id": f"O{n}"} for n in range(100)]},
    ],
)
def test_nothing_is_said_where_nothing_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    source = tmp_path / "x.json"
    source.write_text(json.dumps(DEFINITION | change))
    assert main(["translate", str(source), "--to", "api"]) == 0
    assert capsys.readouterr().err == ""


def test_metadata_stays_in_a_definition_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "x.json"
    metadata = {"templateName": "T", "templateDescription": "D"}
    source.write_text(json.dumps(DEFINITION | {"metadata": metadata}))
    assert translated(source, "cli", capsys)["metadata"] == metadata


def test_a_file_is_for_its_owner_only(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "api.json"
    assert main(["translate", str(source), "--to", "api", "-o", str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert json.loads(target.read_text())["pipelineObjects"][0]["id"] == "Default"


def test_several_definitions_go_to_a_folder(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "Nightly_Load.json"
    other.parent.mkdir()
    other.write_text(source.read_text())
    out = tmp_path / "out"
    assert main(["translate", str(source), str(other), "--to", "api", "-o", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {"nightly_load.json", "Nightly_Load_2.json"}


def test_several_definitions_need_a_folder(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text(source.read_text())
    assert main(["translate", str(source), str(other), "--to", "api"]) == 2
    assert "2 definitions: name a folder for them with -o DIR" in capsys.readouterr().err


def test_what_is_read_is_not_written_over(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = source.read_text()
    for target in (source, tmp_path):
        assert main(["translate", str(source), "--to", "api", "-o", str(target)]) == 2
        assert "is what was read" in capsys.readouterr().err
    assert source.read_text() == before


def test_what_aws_would_refuse_is_translated_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "x.json"
    source.write_text(json.dumps({"objects": [{"id": "A", "dependsOn": {"ref": "Nobody"}}]}))
    assert main(["translate", str(source), "--to", "api"]) == 2
    assert "'Nobody'" in capsys.readouterr().err
    assert main(["translate", str(source), "--to", "api", "--allow-invalid"]) == 1
    assert json.loads(capsys.readouterr().out)["pipelineObjects"][0]["fields"] == [
        {"key": "dependsOn", "refValue": "Nobody"}
    ]


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ([], {"myX": ["1", "2"], "*mySecret": "old"}),
        (["myX=3"], {"myX": "3", "*mySecret": "old"}),
        (["myY=4"], {"myX": ["1", "2"], "*mySecret": "old", "myY": "4"}),
        (["mySecret=new"], {"myX": ["1", "2"], "*mySecret": "new"}),
        (["*mySecret=new", "myX=a", "myX=b=c"], {"myX": ["a", "b=c"], "*mySecret": "new"}),
    ],
)
def test_values_that_are_given_become_the_definition_s_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: list[str], values: dict[str, Any]
) -> None:
    source = tmp_path / "x.json"
    change = {
        "parameters": [{"id": "myX"}, {"id": "*mySecret"}, {"id": "myY"}],
        "values": {"myX": ["1", "2"], "*mySecret": "old"},
    }
    source.write_text(json.dumps(DEFINITION | change))
    options = [word for setting in settings for word in ("--set", setting)]
    assert translated(source, "cli", capsys, *options)["values"] == values


def test_a_value_that_nothing_has_is_told(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", str(source), "--to", "api", "--set", "myTypo=1"]) == 0
    assert "--set myTypo: the definition has no such parameter" in capsys.readouterr().err


def test_a_template_becomes_a_definition_file_with_its_parameters_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = json.loads(json.dumps(TEMPLATE))
    template["Parameters"] = {"Bucket": {"Type": "String"}}
    fields = template["Resources"]["NightlyLoad"]["Properties"]["PipelineObjects"][1]["Fields"]
    fields.append({"Key": "stdout", "StringValue": {"Fn::Sub": "s3://${Bucket}/${!X}"}})
    source = tmp_path / "template.json"
    source.write_text(json.dumps(template))
    found = translated(source, "cli", capsys, "--set", "Bucket=b")
    assert found["objects"][1]["stdout"] == "s3://b/${X}"
    assert found["values"] == {"myX": ["1", "2"]}


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text("{")
    out = tmp_path / "out"
    assert main(["translate", str(tmp_path / "bad.json"), str(source), "--to", "api", "-o", str(out)]) == 2
    assert {path.name for path in out.iterdir()} == {"nightly_load.json"}
    assert "bad.json" in capsys.readouterr().err
