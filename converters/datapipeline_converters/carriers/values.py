"""Knows how a value may be written in JSON, and makes text or references of it."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.definition import Parameter, Ref, Value


def as_list(value: Any) -> list[Any]:
    """Return the value's elements: a list as it is, nested lists flattened, anything else as one element."""
    if isinstance(value, list):
        return [element for item in value for element in as_list(item)]
    return [value]


def as_text(value: Any) -> str:
    """Return the text Data Pipeline would see: JSON's numbers and booleans are written as in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def as_value(value: Any) -> Value | None:
    """Return a text or a reference; None for anything Data Pipeline has no such value for."""
    if isinstance(value, dict):
        if set(value) == {"ref"} and isinstance(value["ref"], str):
            return Ref(value["ref"])
        return None
    return as_text(value)


def make_parameter(attributes: dict[str, list[str]]) -> Parameter:
    """Return a parameter from its attributes, each a list of texts (dp-custom-templates)."""
    name = _one(attributes, "id")
    return Parameter(
        name=name.removeprefix("*"),
        starred=name.startswith("*"),
        kind=_one(attributes, "type") or "String",
        description=_one(attributes, "description"),
        optional=_one(attributes, "optional").lower() == "true",
        is_array=_one(attributes, "isArray").lower() == "true",
        default=tuple(attributes.get("default", ())),
        allowed_values=tuple(attributes.get("allowedValues", ())),
    )


def _one(attributes: dict[str, list[str]], key: str) -> str:
    return (attributes.get(key) or [""])[0]
