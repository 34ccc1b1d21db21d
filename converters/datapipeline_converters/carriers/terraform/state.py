"""Reads pipelines from what Terraform itself writes: its state, and `terraform show -json` of a state or a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from datapipeline_converters.carriers import api_form, definition_file
from datapipeline_converters.carriers.json_text import Number
from datapipeline_converters.carriers.terraform.resources import (
    CLOUD_CONTROL,
    DEFINITION,
    PIPELINE,
    SECTIONS,
    VALUES,
)
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import NoDefinitionError


def is_from_terraform(document: Any) -> bool:
    """Tell whether a parsed file is Terraform's state or plan, or Terraform's language written in JSON."""
    if not isinstance(document, dict):
        return False
    written = document.get("resource")
    in_json = isinstance(written, dict) and any("datapipeline" in str(kind) for kind in written)
    return in_json or (
        isinstance(document.get("terraform_version"), str)
        and any(key in document for key in ("resources", "values", "planned_values"))
    )


def read(document: dict[str, Any], source: str) -> tuple[Definition, ...]:
    """Return the pipelines of a state or a plan; order that Terraform has lost is not in them.

    :raises NoDefinitionError: when it has none
    :raises UnreadableError: when a part is not what it has to be
    """
    resources = list(_resources(document))
    pipelines = {
        str(values.get("id")): values
        for kind, _, values in resources
        if kind == PIPELINE and values.get("id")
    }
    found = []
    for kind, part, values in resources:
        if kind == CLOUD_CONTROL:
            found.append(replace(_definition(values, values, source), part=part))
        elif kind == DEFINITION:
            pipeline = pipelines.get(str(values.get("pipeline_id")), {})
            found.append(replace(_definition(values, pipeline, source), part=part))
    if not found:
        raise NoDefinitionError(
            source, "Terraform's state or plan without pipelines", "Give one that has them."
        )
    return tuple(found)


def _resources(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield kind, address and values of each resource, wherever it stands."""
    for resource in document.get("resources") or ():
        for instance in _dicts(resource.get("instances") if isinstance(resource, dict) else None):
            if isinstance(instance.get("attributes"), dict):
                yield str(resource.get("type")), _address(resource, instance), instance["attributes"]
    for key in ("planned_values", "values"):
        tree = document.get(key)
        if isinstance(tree, dict):
            yield from _in_module(tree.get("root_module"))


def _in_module(module: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if not isinstance(module, dict):
        return
    for resource in _dicts(module.get("resources")):
        if isinstance(resource.get("values"), dict):
            yield str(resource.get("type")), _text(resource.get("address")), resource["values"]
    for child in _dicts(module.get("child_modules")):
        yield from _in_module(child)


def _definition(values: dict[str, Any], pipeline: dict[str, Any], source: str) -> Definition:
    document: dict[str, Any] = {"pipelineObjects": []}
    for section in SECTIONS:
        for item in _dicts(values.get(section.block) or values.get(section.attribute)):
            entry = _renamed(item)
            if section.fields:
                fields = _dicts(item.get(section.field) or item.get(section.fields))
                entry[section.fields] = [_renamed(field) for field in fields]
            document.setdefault(section.key, []).append(entry)
    repairs: list[Repair] = []
    if "pipeline_object" in values:
        repairs.append(
            Repair(
                "pipeline_object",
                "Terraform does not keep the order of its blocks: where it matters, pull it",
            )
        )
    found = definition_file.read(api_form.to_definition_file(document, source, repairs), source)
    return replace(
        found,
        repairs=(*repairs, *found.repairs),
        name=_text(pipeline.get("name")),
        description=_text(pipeline.get("description")),
        tags=_tags(pipeline),
    )


def _address(resource: dict[str, Any], instance: dict[str, Any]) -> str:
    """Return what Terraform calls one instance of a resource of its state."""
    words = [_text(resource.get(key)) for key in ("module", "type", "name")]
    index = instance.get("index_key")
    key = "" if index is None else f"[{index}]" if isinstance(index, Number) else f'["{index}"]'
    return ".".join(word for word in words if word) + key


def _renamed(item: dict[str, Any]) -> dict[str, Any]:
    """Return texts as the API names them; the provider writes an empty text for no value."""
    return {
        VALUES.get(key, key): str(value)
        for key, value in item.items()
        if isinstance(value, str | Number) and not (key in VALUES and value == "")
    }


def _tags(pipeline: dict[str, Any]) -> dict[str, str]:
    tags = pipeline.get("tags")
    if isinstance(tags, dict):
        return {key: _text(value) for key, value in tags.items()}
    return {_text(tag.get("key")): _text(tag.get("value")) for tag in _dicts(pipeline.get("pipeline_tags"))}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
