"""Checks whether a definition stays within the limits of the service (dp-limits)."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import limit
from datapipeline_converters.definition import PipelineObject, Ref, Value
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

_API_ID = 1024  # characters (API: PipelineObject)
_STEPS = {
    "step": "steps_or_commands_per_emractivity",
    "preStepCommand": "steps_or_commands_per_emractivity",
    "postStepCommand": "steps_or_commands_per_emractivity",
    "bootstrapAction": "bootstrap_actions_per_cluster",
}


def check_limits(subject: Subject) -> Iterator[Finding]:
    """Yield what is too many, too long or too large."""
    definition = subject.definition
    for count, name, rule, things in (
        (len(definition.objects), "objects_per_pipeline", "too-many-objects", "objects"),
        (len(definition.parameters), "parameters_per_definition", "too-many-parameters", "parameters"),
        (len(definition.tags), "tags_per_pipeline", "too-many-tags", "tags"),
    ):
        if count > limit(name):
            yield subject.at(rule, "", things, f"there are {count}; the limit is {limit(name)}.")
    for item in definition.objects.values():
        yield from _object(subject, item)


def _object(subject: Subject, item: PipelineObject) -> Iterator[Finding]:
    if len(item.fields) > (most := limit("fields_per_object")):
        text = f"has {len(item.fields)} fields; the limit is {most}."
        yield subject.at("too-many-fields", item.id, "", text)
    for part, name in (("id", item.id), ("name", item.name)):
        if len(name) > _API_ID:
            text = f"has {len(name)} characters; the limit is {_API_ID}."
            yield subject.at("too-long-name", item.id, part, text)
        elif part == "id" and _bytes(name) > (most := limit("bytes_per_field_name_or_id")):
            yield subject.at("long-name", item.id, part, f"has {_bytes(name)} bytes; the guide gives {most}.")
    for key, values in item.fields.items():
        if _bytes(key) > (most := limit("bytes_per_field_name_or_id")):
            text = f"the field's name has {_bytes(key)} bytes; the limit is {most}."
            yield subject.at("too-long-name", item.id, key, text)
        for value in values:
            if _size(value) > (most := limit("bytes_per_field")):
                text = f"has {_size(value)} bytes; the limit is {most}. Put a long script into a file in S3."
                yield subject.at("too-long-value", item.id, key, text)
        if key in _STEPS and len(values) > (most := limit(_STEPS[key])):
            text = f"has {len(values)} values; the limit is {most}."
            yield subject.at("too-many-steps", item.id, key, text)
    size = _bytes(item.id) + _bytes(item.name)
    size += sum(_bytes(key) + _size(value) for key, values in item.fields.items() for value in values)
    if size > (most := limit("bytes_per_object")):
        yield subject.at("too-large-object", item.id, "", f"has {size} bytes; the limit is {most}.")


def _size(value: Value) -> int:
    return _bytes(value.id if isinstance(value, Ref) else value)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
