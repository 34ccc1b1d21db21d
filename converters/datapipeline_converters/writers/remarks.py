"""Says what a written definition does not hold, and what AWS would not take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from datapipeline_converters.catalogue import limit
from datapipeline_converters.definition import Definition

# A template that is larger has to be uploaded to S3 first.
_TEMPLATE_BYTES = 51_200


def dropped(definition: Definition, form: str) -> Iterator[str]:
    """Yield a sentence for each part of a definition that a form has no place for.

    :param form: cli, api or cloudformation
    """
    if definition.metadata and form != "cli":
        yield f"metadata ({', '.join(definition.metadata)}): only a definition file has it, so it is left out"
    if form == "cloudformation":
        return
    own = {"name": definition.name, "description": definition.description, "tags": definition.tags}
    if held := [key for key, value in own.items() if value]:
        yield f"{', '.join(held)} of the pipeline: left out, since create-pipeline takes that, not the definition"


def beyond_limits(definition: Definition, document: dict[str, Any], form: str) -> Iterator[str]:
    """Yield a sentence for each limit of AWS that a definition is over.

    :param document: what is written
    """
    counts = (
        (
            "objects",
            len(definition.objects),
            "objects_per_pipeline",
            " unless AWS has raised it for your account",
        ),
        ("parameters", len(definition.parameters), "parameters_per_definition", ""),
        ("tags", len(definition.tags), "tags_per_pipeline", ""),
    )
    for what, count, name, unless in counts:
        if count > (most := limit(name)):
            yield f"{count} {what}: AWS takes {most}{unless}"
    for item in definition.objects.values():
        yield from _object(item.id, _texts(item.fields))
    if form == "cloudformation":
        text = json.dumps(document)
        if (size := len(text.encode())) > _TEMPLATE_BYTES:
            yield f"{size:,} bytes: a template over {_TEMPLATE_BYTES:,} bytes has to be uploaded to S3 first"
        if "{{resolve:" in text:
            yield "a text has `{{resolve:` in it: CloudFormation puts a secret or parameter in its place"


def starred(definition: Definition) -> list[str]:
    """Return where values stand that Data Pipeline keeps encrypted."""
    return [
        *(
            f"{item.id}.{key}"
            for item in definition.objects.values()
            for key, values in item.fields.items()
            if key.startswith("*")
            and any(isinstance(value, str) and not _only_names(value) for value in values)
        ),
        *(
            f"default of {parameter.id}"
            for parameter in definition.parameters.values()
            if parameter.starred and parameter.default
        ),
        *(
            f"value of {name}"
            for name, values in definition.values.items()
            if values and (name.startswith("*") or _is_starred(definition, name))
        ),
    ]


def _is_starred(definition: Definition, name: str) -> bool:
    return name in definition.parameters and definition.parameters[name].starred


def _only_names(text: str) -> bool:
    """Tell whether a text is one expression, so that the value stands elsewhere."""
    return text.startswith("#{") and text.endswith("}") and "#{" not in text[2:]


def _texts(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (key, value if isinstance(value, str) else value.id)
        for key, values in fields.items()
        for value in values
    ]


def _object(object_id: str, texts: list[tuple[str, str]]) -> Iterator[str]:
    if len(object_id.encode()) > (most := limit("bytes_per_field_name_or_id")):
        yield f"object {object_id[:40]!r}...: its id is over {most} bytes"
    if len(texts) > (most := limit("fields_per_object")):
        yield f"object {object_id!r}: {len(texts)} fields; AWS takes {most}"
    for key, text in texts:
        if (size := len(text.encode())) > (most := limit("bytes_per_field")):
            yield f"object {object_id!r} field {key!r}: {size:,} bytes; AWS takes {most:,}"
    size = sum(len(key.encode()) + len(text.encode()) for key, text in texts)
    if size > (most := limit("bytes_per_object")):
        yield f"object {object_id!r}: {size:,} bytes with its fields' names; AWS takes {most:,}"
