"""Writes what PutPipelineDefinition takes: every field a key with a string or reference value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datapipeline_converters.definition import Definition, PipelineObject, Ref, Value


def api_form(definition: Definition) -> dict[str, Any]:
    """Return a definition as the API has it; a key is repeated for each of its values, in order.

    Keys are sorted, as the AWS CLI sorts them.
    """
    document: dict[str, Any] = {"pipelineObjects": [_object(item) for item in definition.objects.values()]}
    if definition.parameters:
        document["parameterObjects"] = [
            {"id": parameter.id, "attributes": _fields(parameter.attributes)}
            for parameter in definition.parameters.values()
        ]
    if definition.values:
        document["parameterValues"] = [
            {"id": name, "stringValue": value}
            for name, values in definition.values.items()
            for value in values
        ]
    return document


def _object(item: PipelineObject) -> dict[str, Any]:
    kind: Mapping[str, Sequence[Value]] = {} if item.type is None else {"type": (item.type,)}
    return {"id": item.id, "name": item.name, "fields": _fields({**item.fields, **kind})}


def _fields(fields: Mapping[str, Sequence[Value]]) -> list[dict[str, str]]:
    return [
        {"key": key, "refValue": value.id}
        if isinstance(value, Ref)
        else {"key": key, "stringValue": str(value)}
        for key, values in sorted(fields.items())
        for value in values
    ]
