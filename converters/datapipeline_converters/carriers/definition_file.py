"""Reads the definition file that the console exports and the AWS CLI takes (dp-writing-pipeline-definition)."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers.account_file import KEYS as ACCOUNT_KEYS
from datapipeline_converters.carriers.account_file import is_from_account, read_account
from datapipeline_converters.carriers.objects import Collector
from datapipeline_converters.carriers.parameters import read_parameters, read_values
from datapipeline_converters.carriers.shapes import dictionary, list_of_objects
from datapipeline_converters.carriers.values import read_field
from datapipeline_converters.definition import Definition, PipelineObject, Repair, Value
from datapipeline_converters.errors import NoDefinitionError, Problem, UnreadableError

_KNOWN_KEYS = frozenset({"objects", "parameters", "values", "metadata"})
_OPTIONAL = ("parameters", "values")
_WHOLE = 'A definition looks like {"objects": [{"id": "Default", ...}, ...]}.'
# put-pipeline-definition takes the parts from files of their own as well (dp-custom-templates).
_PART_ALONE = {
    "parameters": "Put its `parameters` into the definition's file, beside `objects`, and give that.",
    "values": "Give the definition, and these values with --values.",
}


def read(document: dict[str, Any], source: str) -> Definition:
    """Return the definition that a parsed file holds.

    :param document: the JSON object, repeated keys collected (see `json_text`)
    :param source: the file's name, for messages
    :raises UnreadableError: when a part is not what it has to be, or an object or a parameter has no id
    """
    if "objects" not in document:
        advice = next((told for part, told in _PART_ALONE.items() if document.get(part)), _WHOLE)
        raise NoDefinitionError(source, "no list `objects` in it, so it is no pipeline definition", advice)
    collector = Collector()
    known = _KNOWN_KEYS | ACCOUNT_KEYS if is_from_account(document) else _KNOWN_KEYS
    collector.repairs += [
        Repair(key, "not a part of a definition: not read") for key in document if key not in known
    ]
    collector.repairs += [
        Repair(key, "null: read as no value") for key in _OPTIONAL if document.get(key, ()) is None
    ]
    for number, raw in enumerate(list_of_objects(document, "objects", source), start=1):
        collector.add(_object(raw, number, source, collector))
    collector.resolve_references()
    given = {key: value for key, value in document.items() if value is not None}
    declared = list_of_objects(given, "parameters", source) if "parameters" in given else []
    values = dictionary(given, "values", source) if "values" in given else {}
    metadata = given.get("metadata")
    return Definition(
        source=source,
        objects=collector.objects,
        parameters=read_parameters(declared, source, collector),
        values=read_values(values, source, collector.repairs),
        repairs=tuple(collector.repairs),
        problems=tuple(collector.problems),
        metadata=metadata if isinstance(metadata, dict) else {},
        **(read_account(document, source) if is_from_account(document) else {}),
    )


def _object(raw: dict[str, Any], number: int, source: str, collector: Collector) -> PipelineObject:
    if "id" not in raw and raw.get("name") == "Default":
        raw = raw | {"id": "Default"}
        collector.repairs.append(Repair("Default", "has a name and no id: read as the Default object"))
    written = raw.get("id")
    if not isinstance(written, str) or not written:
        named = f" (name {raw['name']!r})" if "name" in raw else ""
        raise UnreadableError(source, f"object {number} of `objects`{named} has no id", "Give it one.")
    object_id = str(written)
    fields = {key: _values(object_id, key, value, collector) for key, value in raw.items()}
    name, kind = (_one_text(object_id, key, fields.pop(key, ()), collector) for key in ("name", "type"))
    del fields["id"]
    return PipelineObject(object_id, name or object_id, kind or None, fields)


def _values(object_id: str, key: str, written: Any, collector: Collector) -> tuple[Value, ...]:
    found = read_field(object_id, key, written, collector.repairs)
    if None in found:
        collector.problems.append(
            Problem(object_id, key, 'a value is neither text nor {"ref": "<id>"}. Correct it.', "no-value")
        )
    return tuple(value for value in found if value is not None)


def _one_text(object_id: str, key: str, values: tuple[Value, ...], collector: Collector) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if len(values) > 1 or len(texts) != len(values):
        collector.problems.append(Problem(object_id, key, "is not one text. Correct it.", "no-value"))
    return texts[0] if texts else ""
