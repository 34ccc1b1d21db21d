"""Reads what the service's API answers and takes: every field a key with a string or reference value."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers.values import as_text


def is_api_form(document: dict[str, Any]) -> bool:
    """Tell whether a parsed file is in API form, whole or in its `objects` alone (both are about)."""
    objects = document.get("pipelineObjects", document.get("objects"))
    return "pipelineObjects" in document or (
        isinstance(objects, list)
        and any(isinstance(o, dict) and isinstance(o.get("fields"), list) for o in objects)
    )


def to_definition_file(document: dict[str, Any]) -> dict[str, Any]:
    """Return the same definition as the definition file spells it; a repeated key becomes a list."""
    rest = {
        key: value
        for key, value in document.items()
        if key not in {"pipelineObjects", "parameterObjects", "parameterValues", "responseMetadata"}
    }
    objects = document.get("pipelineObjects", document.get("objects", []))
    result = rest | {"objects": [_object(item) for item in objects]}
    if "parameterObjects" in document:
        result["parameters"] = [_object(item) for item in document["parameterObjects"]]
    if "parameterValues" in document:
        values: dict[str, list[str]] = {}
        for item in document["parameterValues"]:
            values.setdefault(as_text(item.get("id")), []).append(as_text(item.get("stringValue")))
        result["values"] = values
    return result


def _object(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    fields = item.get("fields", item.get("attributes"))
    if not isinstance(fields, list):
        return item
    result: dict[str, Any] = {key: item[key] for key in ("id", "name") if key in item}
    for entry in fields:
        value = {"ref": entry["refValue"]} if "refValue" in entry else entry.get("stringValue", "")
        result.setdefault(as_text(entry.get("key")), []).append(value)
    return result
