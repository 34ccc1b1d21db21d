"""Writes the definition file that the AWS CLI and the console take (dp-writing-pipeline-definition)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datapipeline_converters.definition import Definition, PipelineObject, Ref, Value


def definition_file(definition: Definition) -> dict[str, Any]:
    """Return a definition as the definition file has it: one value is a scalar, several are a list.

    Objects, fields and values keep their order; `type` comes first.
    """
    document: dict[str, Any] = {"objects": [_object(item) for item in definition.objects.values()]}
    if definition.parameters:
        document["parameters"] = [
            {"id": parameter.id} | {key: _scalar(values) for key, values in parameter.attributes.items()}
            for parameter in definition.parameters.values()
        ]
    if definition.values:
        document["values"] = {name: _scalar(values) for name, values in definition.values.items()}
    if definition.metadata:
        document["metadata"] = dict(definition.metadata)
    return document


def _object(item: PipelineObject) -> dict[str, Any]:
    kind = {} if item.type is None else {"type": item.type}
    return {
        "id": item.id,
        "name": item.name,
        **kind,
        **{key: _scalar(values) for key, values in item.fields.items()},
    }


def _scalar(values: Sequence[Value]) -> Any:
    """Return a value alone, any other number of them as a list."""
    written = [{"ref": value.id} if isinstance(value, Ref) else value for value in values]
    return written[0] if len(written) == 1 else written
