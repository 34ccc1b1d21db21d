"""Files of other tools are recognised and named; definitions are not taken for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.carriers.foreign import recognised
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.cli import main
from datapipeline_converters.errors import UnreadableError

from tests.corpus import files, needs_corpus


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: n\nfrequency: daily\nload_time: 01:00\nsteps:\n- step_type: transform\n", "dataduct"),
        ("name: n\nfrequency: daily\nload_time: 01:00\nsteps: []\n", "dataduct"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}', "AWS Step Functions (a state machine)"),
        (
            "my_dag:\n  tasks:\n    a: {operator: airflow.operators.bash.BashOperator}\n",
            "dag-factory (DAGs of Apache Airflow)",
        ),
        ("my_dag:\n  tasks: [{task_id: a, operator: x}]\n", "dag-factory (DAGs of Apache Airflow)"),
        ("service: s\nprovider: {name: aws}\nfunctions: {}\n", "the Serverless Framework"),
        (
            '{"version": "36.0.0", "artifacts": {"S": {"type": "aws:cloudformation:stack"}}}',
            "the AWS CDK (the manifest of an assembly)",
        ),
        ('{"version": "tree-0.1", "tree": {"id": "App"}}', "the AWS CDK (the tree of an assembly)"),
        ('{"version": "36.0.0", "files": {}, "dockerImages": {}}', "the AWS CDK (the assets of an assembly)"),
        ('{"app": "npx ts-node bin/app.ts", "context": {}}', "the AWS CDK (its settings)"),
        (
            '{"version": 4, "terraform_version": "1.5.0", "lineage": "x", "resources": []}',
            "Terraform (its state)",
        ),
        ('{"format_version": "1.2", "planned_values": {}}', "Terraform (a plan)"),
        ('{"version": 3, "deployment": {"manifest": {}}}', "Pulumi (a stack's state)"),
        ('{"Name": "j", "Command": {"Name": "glueetl"}}', "AWS Glue (a job)"),
        ('{"Job": {"Command": {"Name": "pythonshell"}}}', "AWS Glue (a job)"),
        ('{"Workflow": {"Name": "w", "Graph": {}}}', "AWS Glue (a workflow)"),
        ('{"name": "p", "properties": {"activities": []}}', "Azure Data Factory"),
        (
            '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}',
            "Azure Resource Manager",
        ),
        ('{"name": "j", "tasks": [{"task_key": "a"}]}', "Databricks (a job)"),
        ("name: p\nprofile: p\nconfig-version: 2\n", "dbt"),
        ('{"metadata": {"dbt_schema_version": "v12"}, "nodes": {}}', "dbt"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", "Argo Workflows"),
        ("apiVersion: v1\nkind: ConfigMap\n", "Kubernetes"),
        ("services:\n  web: {image: nginx}\n", "Docker Compose"),
        ("on: push\njobs:\n  test: {runs-on: ubuntu-latest}\n", "GitHub Actions"),
        ('{"Version": "2012-10-17", "Statement": []}', "AWS IAM (a policy)"),
        ('{"pipelineIdList": [{"id": "df-1", "name": "n"}]}', "the AWS CLI (a list of pipelines)"),
        (
            '{"pipelineDescriptionList": [{"pipelineId": "df-1", "fields": []}]}',
            "the AWS CLI (a description of pipelines)",
        ),
        ('{"Parameters": {"Stage": "prod"}}', "AWS CloudFormation (parameters of a stack)"),
        (
            '[{"ParameterKey": "Stage", "ParameterValue": "prod"}]',
            "AWS CloudFormation (parameters of a stack)",
        ),
        ("- hosts: all\n  tasks: []\n", "Ansible (a playbook)"),
        ('[{"Name": "s", "HadoopJarStep": {"Jar": "x"}}]', "Amazon EMR (steps of a cluster)"),
        ('{"name": "p", "dependencies": {}, "scripts": {}}', "npm (package.json)"),
    ],
)
def test_other_tools(text: str, name: str) -> None:
    found = recognised(parse(text))
    assert found is not None
    assert found[0] == name
    assert found[1].endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        '{"objects": [{"id": "Default", "name": "Default"}]}',
        '{"objects": [], "metadata": {"templateName": "t"}}',
        '{"objects": [], "metadata": true, "parameters": [], "values": {}}',
        '{"pipelineObjects": [], "parameterObjects": [], "parameterValues": []}',
        '{"name": "n", "steps": [], "tasks": "none", "services": null, "jobs": ["a"]}',
        '{"values": {"myX": "1"}}',
        '{"Version": {}, "Statement": 1}',
        "Resources: {P: {Type: 'AWS::DataPipeline::Pipeline'}}\nParameters: {A: {Type: String}}\n",
        "Parameters: {A: {Type: String}}\n",
        "[]",
        '["hosts"]',
        '"text"',
        "{}",
    ],
)
def test_what_is_not_theirs(text: str) -> None:
    assert recognised(parse(text)) is None


def parse(text: str) -> Any:
    return (parse_json if text.startswith(("{", "[")) else parse_yaml)(text, "x")[0]


@needs_corpus
@pytest.mark.parametrize("path", files("dataduct"), ids=lambda path: path.name[-30:])
def test_dataduct_is_refused_by_name(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(path), "-o", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "dataduct" in error.removeprefix(f"Error: {path.name}")
    assert "aws datapipeline get-pipeline-definition" in error
    assert not list(tmp_path.iterdir())


@needs_corpus
@pytest.mark.parametrize("form", ["architect", "api", "cfn-json", "cfn-yaml"])
def test_no_real_definition_is_taken_for_another_tools(form: str) -> None:
    for path in files(form):
        text = path.read_text(encoding="utf-8")
        try:
            document = (parse_json if text.lstrip().startswith(("{", "[")) else parse_yaml)(text, path.name)[
                0
            ]
        except UnreadableError:  # another test's
            continue
        assert recognised(document) is None, path.name
