"""Reads the definition file that the console exports and the AWS CLI takes (dp-writing-pipeline-definition)."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers.json_text import Repeated
from datapipeline_converters.carriers.objects import Collector
from datapipeline_converters.carriers.values import as_list, as_text, as_value, make_parameter
from datapipeline_converters.definition import Definition, PipelineObject, Repair, Value
from datapipeline_converters.errors import Problem, UnreadableError

_KNOWN_KEYS = frozenset({"objects", "parameters", "values", "metadata"})


def read(document: dict[str, Any], source: str) -> Definition:
    """Return the definition that a parsed file holds.

    :param document: the JSON object, repeated keys collected (see `json_text`)
    :param source: the file's name, for messages
    :raises UnreadableError: when `objects` is no list, or an object has no id
    """
    collector = Collector()
    collector.repairs += [
        Repair(key, "not a part of a definition: not read") for key in document if key not in _KNOWN_KEYS
    ]
    for number, raw in enumerate(_objects(document, source), start=1):
        collector.add(_object(raw, number, source, collector))
    collector.resolve_references()
    parameters = [
        make_parameter({key: [as_text(v) for v in as_list(value)] for key, value in raw.items()})
        for raw in as_list(document.get("parameters") or [])
        if isinstance(raw, dict)
    ]
    return Definition(
        source=source,
        objects=collector.objects,
        parameters={parameter.name: parameter for parameter in parameters},
        values=read_values(document.get("values") or {}),
        repairs=tuple(collector.repairs),
        problems=tuple(collector.problems),
    )


def read_values(values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return parameter values by name without the star; a scalar is a list of one."""
    return {
        name.removeprefix("*"): tuple(as_text(item) for item in as_list(value))
        for name, value in values.items()
    }


def _objects(document: dict[str, Any], source: str) -> list[Any]:
    objects = document.get("objects")
    if isinstance(objects, Repeated) or not isinstance(objects, list):
        raise UnreadableError(
            source,
            "no list `objects` in it, so it is no pipeline definition",
            'A definition looks like {"objects": [{"id": "Default", ...}, ...]}.',
        )
    return objects


def _object(raw: Any, number: int, source: str, collector: Collector) -> PipelineObject:
    if not isinstance(raw, dict):
        raise UnreadableError(source, f"item {number} of `objects` is no object: {raw!r}", "Correct it.")
    if "id" not in raw and raw.get("name") == "Default":
        raw = raw | {"id": "Default"}
        collector.repairs.append(Repair("Default", "has a name and no id: read as the Default object"))
    object_id = raw.get("id")
    if not isinstance(object_id, str) or not object_id:
        named = f" (name {raw['name']!r})" if "name" in raw else ""
        raise UnreadableError(source, f"object {number} of `objects`{named} has no id", "Give it one.")
    fields: dict[str, tuple[Value, ...]] = {}
    for key, written in raw.items():
        if key in {"id", "name"}:
            continue
        values = [as_value(item) for item in as_list(written)]
        if None in values:
            collector.problems.append(
                Problem(object_id, key, 'a value is neither text nor {"ref": "<id>"}. Correct it.')
            )
        fields[key] = tuple(value for value in values if value is not None)
    types = fields.pop("type", ())
    kind = types[0] if types and isinstance(types[0], str) else None
    return PipelineObject(object_id, as_text(raw.get("name") or object_id), kind, fields)
