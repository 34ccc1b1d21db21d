"""Knows which resources make pipelines in Terraform, and what its providers call the parts of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFINITION = "aws_datapipeline_pipeline_definition"
PIPELINE = "aws_datapipeline_pipeline"
CLOUD_CONTROL = "awscc_datapipeline_pipeline"


@dataclass(frozen=True)
class Section:
    """A part of a definition: a list of items.

    :param block: the AWS provider's block for an item
    :param attribute: the Cloud Control provider's list of items
    :param key: what the API calls the list
    :param field: the AWS provider's block for a field of an item; "" where items have no fields
    :param fields: what the others call the list of an item's fields
    """

    block: str
    attribute: str
    key: str
    field: str = ""
    fields: str = ""


SECTIONS = (
    Section("pipeline_object", "pipeline_objects", "pipelineObjects", "field", "fields"),
    Section("parameter_object", "parameter_objects", "parameterObjects", "attribute", "attributes"),
    Section("parameter_value", "parameter_values", "parameterValues"),
)
# What the API calls a field's value.
VALUES: Mapping[str, str] = {"string_value": "stringValue", "ref_value": "refValue"}
