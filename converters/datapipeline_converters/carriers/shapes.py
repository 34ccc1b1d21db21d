"""Knows what a definition's parts must look like, and says what they look like instead."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers.json_text import Number, Repeated
from datapipeline_converters.errors import UnreadableError

_EXAMPLES = {
    "objects": '"objects": [{"id": "Default", ...}, ...]',
    "pipelineObjects": '"pipelineObjects": [{"id": "Default", "fields": [...]}, ...]',
    "parameters": '"parameters": [{"id": "myName", "type": "String"}]',
    "parameterObjects": '"parameterObjects": [{"id": "myName", "attributes": [...]}]',
    "values": '"values": {"myName": "value"}',
    "parameterValues": '"parameterValues": [{"id": "myName", "stringValue": "value"}]',
}
_KINDS = {dict: "an object", list: "a list", bool: "a boolean", Number: "a number", str: "a text"}


def list_of_objects(
    container: dict[str, Any], key: str, source: str, owner: str = ""
) -> list[dict[str, Any]]:
    """Return the objects in the list that a key holds.

    :param owner: what the container is, for messages; "" for the whole definition
    :raises UnreadableError: when it is no list, or has an item that is no object
    """
    written = container[key]
    place = f"`{key}`{owner and f' of {owner}'}"
    if isinstance(written, Repeated) or not isinstance(written, list):
        raise UnreadableError(source, f"{place} is {kind(written)}, not a list", _advice(key))
    for number, item in enumerate(written, start=1):
        if not isinstance(item, dict):
            fault = f"item {number} of {place} is {kind(item)}, not an object"
            raise UnreadableError(source, fault, _advice(key))
    return written


def dictionary(container: dict[str, Any], key: str, source: str) -> dict[str, Any]:
    """Return the object that a key holds.

    :raises UnreadableError: when it is none
    """
    written = container[key]
    if not isinstance(written, dict):
        raise UnreadableError(source, f"`{key}` is {kind(written)}, not an object", _advice(key))
    return written


def kind(value: Any) -> str:
    """Return what sort of JSON value this is; never the value, which may be a secret."""
    if isinstance(value, Repeated):
        return "given several times"
    return _KINDS.get(type(value), "null")


def _advice(key: str) -> str:
    return f"Write it like {_EXAMPLES[key]}." if key in _EXAMPLES else "Correct it."
