"""Writes a CloudFormation template with one AWS::DataPipeline::Pipeline."""

from __future__ import annotations

import re
from typing import Any

from datapipeline_converters.definition import Definition
from datapipeline_converters.writers.api_form import api_form


def cloudformation(definition: Definition) -> dict[str, Any]:
    """Return a template that makes the pipeline and does not activate it; its texts are plain, none is a function.

    :param definition: its name is the pipeline's, which CloudFormation must have
    """
    properties: dict[str, Any] = {"Name": definition.name}
    if definition.description:
        properties["Description"] = definition.description
    properties["Activate"] = False
    properties |= _capitalised(api_form(definition))
    if definition.tags:
        properties["PipelineTags"] = [{"Key": key, "Value": value} for key, value in definition.tags.items()]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            _logical_id(definition.name): {"Type": "AWS::DataPipeline::Pipeline", "Properties": properties}
        },
    }


def _capitalised(part: Any) -> Any:
    """Return the same with keys as CloudFormation writes them."""
    if isinstance(part, dict):
        return {key[0].upper() + key[1:]: _capitalised(value) for key, value in part.items()}
    return [_capitalised(item) for item in part] if isinstance(part, list) else part


def _logical_id(name: str) -> str:
    """Return a resource's name within the template: ASCII letters and digits."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    return "".join(word[0].upper() + word[1:] for word in words) or "Pipeline"
