"""Templates through the command: what is not known is left to the user, what is given is put in, secrets stay out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datapipeline_converters.cli import main

TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Stage: {Type: String}
  myPath: {Type: String}
  Hours: {Type: Number, Default: 6}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
Resources:
  Logs: {Type: AWS::S3::Bucket}
  Copy:
    Type: AWS::DataPipeline::Pipeline
    Properties:
      Name: copy
      ParameterObjects:
      - {Id: myPath, Attributes: [{Key: type, StringValue: String}, {Key: default, StringValue: nowhere}]}
      ParameterValues:
      - {Id: myPath, StringValue: !Sub 's3://${myPath}/x'}
      PipelineObjects:
      - Id: Default
        Name: Default
        Fields:
        - {Key: scheduleType, StringValue: cron}
        - {Key: schedule, RefValue: Often}
        - {Key: workerGroup, StringValue: w}
      - Id: Often
        Name: Often
        Fields:
        - {Key: type, StringValue: Schedule}
        - {Key: period, StringValue: !Sub '${Hours} hours'}
        - {Key: startDateTime, StringValue: '2036-01-01T00:00:00'}
      - Id: Run
        Name: Run
        Fields:
        - {Key: type, StringValue: ShellCommandActivity}
        - {Key: command, StringValue: !Sub 'run ${Stage} #{myPath} ${Logs} ${Secret}'}
"""


def convert(folder: Path, *options: str) -> int:
    path = folder / "stack.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return main(["convert", str(path), "-o", str(folder / "out"), *options])


def test_what_is_not_known_is_left_to_the_user(tmp_path: Path) -> None:
    assert convert(tmp_path) == 1
    out = tmp_path / "out"
    source = (out / "copy.py").read_text()
    assert "{{ var.value.copy_Stage }}" in source
    assert "s3://{{ var.value.copy_myPath_of_template }}/x" in source
    assert "{{ var.value.copy_secret_Secret }}" in source
    assert 'every="6 hours"' in source
    report = (out / "copy.report.md").read_text()
    left = report.partition("## Left to you")[2].partition("\n## ")[0]
    assert left.count("has no value: give it with --set ") == 3
    assert "`Stage`: stands for the template's parameter Stage" in report
    assert "`Hours`: the template's parameter Hours: its default was put in" in report
    lines = json.loads((out / "copy.ledger.json").read_text())["lines"]
    assert {line["field"] for line in lines if line["object"] == "Stage"} == {"type", "description"}


def test_what_is_given_is_put_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["Stage=prod", "myPath=bucket", "Logs=logs", "Hours=12", "Secret=geheim"]
    assert convert(tmp_path, *(part for name in given for part in ("--set", name))) == 0
    source = (tmp_path / "out" / "copy.py").read_text()
    # The pipeline's own parameter of the same name is not what was given.
    assert "run prod {{ params.myPath }} logs {{ var.value.copy_secret_Secret }}" in source
    assert '"myPath": Param("s3://bucket/x", type="string")' in source
    assert 'every="12 hours"' in source
    assert "Warning" not in capsys.readouterr().err


def test_a_values_file_serves_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = tmp_path / "v.yaml"
    values.write_text("Stage: prod\nmyPath: bucket\nLogs: logs\nOther: x\n", encoding="utf-8")
    assert convert(tmp_path, "--values", str(values)) == 0
    assert "no definition has a parameter Other" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--set", "Secret=geheim"]])
def test_secrets_are_in_files_for_secrets_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    convert(tmp_path, *options)
    word = "geheim" if options else "hunter2"
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    holders = [path.name for path in files if word.encode() in path.read_bytes()]
    assert holders == ["copy.variables.json"]
    variables = json.loads((tmp_path / "out" / "copy.variables.json").read_text())
    assert variables["copy_secret_Secret"] == word
    captured = capsys.readouterr()
    assert word not in captured.out + captured.err


def test_a_template_without_pipelines_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stack.json"
    path.write_text('{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}', encoding="utf-8")
    assert main(["convert", str(path), "-o", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "a CloudFormation template without any AWS::DataPipeline::Pipeline" in error
