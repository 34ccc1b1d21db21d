"""Recognises files of other tools, and says what to give instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# AWS's own answers that lie beside definitions and are none.
_EXPORT = "Export the definition itself: `aws datapipeline get-pipeline-definition --pipeline-id df-...`."
_NONE_OF_OURS = "It is not about Data Pipeline; leave it out."
_MADE_BY_ANSIBLE = f"Let Ansible make the pipeline, and give what it became. {_EXPORT}"
_VALUES = "Give the template, and these values with --values or --set."
_ANOTHER_WORKFLOW = "Only definitions of AWS Data Pipeline are converted."
# What texts that are neither JSON nor YAML have at the start of a line.
_TEXTS = {
    "what the AWS CLI shows people": (
        re.compile(r"^(?:OBJECTS|PARAMETERS|PIPELINEOBJECTS)\t|^\|+ *GetPipelineDefinition", re.MULTILINE),
        "Export the definition again with `--output json`.",
    ),
    "a page with code in it": (
        re.compile(r"^ {0,3}(?:```|~~~)|^\.\. code", re.MULTILINE),
        "Save the definition that stands in it as a file of its own.",
    ),
    "a program": (
        re.compile(
            r"^(?:\#!"
            r"|(?:from [\w.]+ )?import [\w{*'\"]|(?:async )?def \w+\(|class \w+[\w(, .)]*:|print[ (]"  # Python
            r"|export \w|(?:const|let|var) \w+ ?[:=]|(?:public |abstract |final )*class \w+|package [\w.]+;?$"
            r"|require(?:_relative)? ['\"]|using [\w.]+;"
            r"|[\w.]+ ?= ?(?:boto3|require\()|aws datapipeline )",
            re.MULTILINE,
        ),
        "It is not run: give what it makes. A pipeline that exists has its definition from "
        "`aws datapipeline get-pipeline-definition --pipeline-id df-...`, an application of the AWS CDK from "
        "`cdk synth`.",
    ),
}


@dataclass(frozen=True)
class _Tool:
    """A tool and its files.

    :param name: the tool's name, with what of it the file is
    :param test: tells whether a parsed file is one of them; takes its top, a dictionary
    :param advice: what to do
    """

    name: str
    test: Callable[[Mapping[str, Any]], bool]
    advice: str


def recognised(document: Any) -> tuple[str, str] | None:
    """Return the name of the tool whose file this is, and what to do; None when it is none we know.

    :param document: what `parse_json` or `parse_yaml` gave
    """
    if isinstance(document, list):
        plays = [item for item in document if isinstance(item, dict)]
        if plays and all("hosts" in item and ("tasks" in item or "roles" in item) for item in plays):
            makes_some = "data_pipeline" in str(plays)
            return "Ansible (a playbook)", _MADE_BY_ANSIBLE if makes_some else _NONE_OF_OURS
        if plays and all("HadoopJarStep" in item for item in plays):
            return "Amazon EMR (steps of a cluster)", _NONE_OF_OURS
        if plays and all("ParameterKey" in item for item in plays):
            return "AWS CloudFormation (parameters of a stack)", _VALUES
        return None
    if not isinstance(document, dict):
        return None
    return next(((tool.name, tool.advice) for tool in _TOOLS if tool.test(document)), None)


def recognised_text(text: str) -> tuple[str, str] | None:
    """Return what a text that is neither JSON nor YAML nor Terraform is, and what to do; None when nothing tells.

    :param text: the whole file
    """
    return next(((what, advice) for what, (marks, advice) in _TEXTS.items() if marks.search(text)), None)


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return a test for keys at the top."""
    return lambda top: all(key in top for key in keys)


def _items(value: Any) -> Iterable[Mapping[str, Any]]:
    """Return the dictionaries in a list, or the values of a dictionary that are some."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in values if isinstance(item, dict)]


def _any_has(key: str, *inner: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return a test for an item of what a key holds that has other keys."""
    return lambda top: any(all(name in item for name in inner) for item in _items(top.get(key)))


def _dictionary(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_text(value: Any, start: str) -> bool:
    return isinstance(value, str) and value.startswith(start)


def _is_dataduct(top: Mapping[str, Any]) -> bool:
    steps = list(_items(top.get("steps")))
    return any("step_type" in step for step in steps) or (
        not steps and isinstance(top.get("steps"), list) and "frequency" in top and "load_time" in top
    )


def _is_dag_factory(top: Mapping[str, Any]) -> bool:
    return any(
        any("operator" in task or "decorator" in task for task in _items(item.get("tasks")))
        for item in _items(top)
    )


def _is_serverless(top: Mapping[str, Any]) -> bool:
    provider = top.get("provider")
    return "service" in top and (
        isinstance(provider, str) or (isinstance(provider, dict) and "name" in provider)
    )


_TOOLS = (
    _Tool(
        "dataduct",
        _is_dataduct,
        f"Let dataduct make the pipeline, and give what it became. {_EXPORT}",
    ),
    _Tool("AWS Step Functions (a state machine)", _has("StartAt", "States"), _ANOTHER_WORKFLOW),
    _Tool("dag-factory (DAGs of Apache Airflow)", _is_dag_factory, "It is for Airflow already."),
    _Tool(
        "the Serverless Framework",
        _is_serverless,
        "Give the template it makes: `serverless package` writes it to .serverless/.",
    ),
    _Tool(
        "the AWS CDK (the manifest of an assembly)",
        lambda top: "version" in top and _any_has("artifacts", "type")(top),
        "Give the templates beside it, *.template.json.",
    ),
    _Tool(
        "the AWS CDK (the tree of an assembly)",
        lambda top: _is_text(top.get("version"), "tree-") and "tree" in top,
        "Give the templates beside it, *.template.json.",
    ),
    _Tool(
        "the AWS CDK (the assets of an assembly)",
        lambda top: _has("version", "files", "dockerImages")(top),
        "Give the templates beside it, *.template.json.",
    ),
    _Tool(
        "the AWS CDK (its settings)",
        lambda top: isinstance(top.get("app"), str) and "context" in top,
        "Give the template that `cdk synth` makes.",
    ),
    _Tool(
        "Terraform (its state)",
        _has("terraform_version", "lineage"),
        f"Give the .tf files, or what they made. {_EXPORT}",
    ),
    _Tool(
        "Terraform (a plan)",
        _has("format_version", "planned_values"),
        f"Give the .tf files, or what they made. {_EXPORT}",
    ),
    _Tool(
        "Pulumi (a stack's state)",
        lambda top: isinstance(top.get("deployment"), dict) and "manifest" in top["deployment"],
        _EXPORT,
    ),
    _Tool(
        "AWS Glue (a job)", lambda top: _is_glue_job(top) or _is_glue_job(top.get("Job")), _ANOTHER_WORKFLOW
    ),
    _Tool(
        "AWS Glue (a workflow)",
        lambda top: isinstance(top.get("Workflow"), dict) and "Graph" in top["Workflow"],
        _ANOTHER_WORKFLOW,
    ),
    _Tool(
        "Azure Data Factory",
        lambda top: isinstance(top.get("properties"), dict) and "activities" in top["properties"],
        _ANOTHER_WORKFLOW,
    ),
    _Tool(
        "Azure Resource Manager",
        lambda top: isinstance(top.get("$schema"), str) and "deploymentTemplate.json" in top["$schema"],
        _ANOTHER_WORKFLOW,
    ),
    _Tool("Databricks (a job)", _any_has("tasks", "task_key"), _ANOTHER_WORKFLOW),
    _Tool(
        "dbt",
        lambda top: (
            "dbt_schema_version" in _dictionary(top.get("metadata")) or _has("profile", "config-version")(top)
        ),
        _NONE_OF_OURS,
    ),
    _Tool("Argo Workflows", lambda top: _is_text(top.get("apiVersion"), "argoproj.io/"), _ANOTHER_WORKFLOW),
    _Tool("Kubernetes", lambda top: isinstance(top.get("kind"), str) and "apiVersion" in top, _NONE_OF_OURS),
    _Tool(
        "Docker Compose",
        lambda top: _any_has("services", "image")(top) or _any_has("services", "build")(top),
        _NONE_OF_OURS,
    ),
    _Tool("GitHub Actions", _any_has("jobs", "runs-on"), _NONE_OF_OURS),
    _Tool(
        "AWS IAM (a policy)",
        lambda top: "Statement" in top and _is_text(top.get("Version"), "20"),
        _NONE_OF_OURS,
    ),
    _Tool(
        "the AWS CLI (a list of pipelines)",
        _any_has("pipelineIdList", "id"),
        _EXPORT,
    ),
    _Tool(
        "the AWS CLI (a description of pipelines)", _any_has("pipelineDescriptionList", "pipelineId"), _EXPORT
    ),
    _Tool(
        "AWS CloudFormation (parameters of a stack)",
        lambda top: (
            set(top) == {"Parameters"} and not any("Type" in item for item in _items(top["Parameters"]))
        ),
        _VALUES,
    ),
    _Tool(
        "npm (package.json)",
        lambda top: "name" in top and _has("dependencies", "scripts")(top),
        _NONE_OF_OURS,
    ),
)


def _is_glue_job(item: Any) -> bool:
    command = item.get("Command") if isinstance(item, dict) else None
    return isinstance(command, dict) and command.get("Name") in {"glueetl", "gluestreaming", "pythonshell"}
