"""Makes a definition of a pipeline's resource: its parts are resolved, put into API form and read as that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from datapipeline_converters.carriers import api_form, definition_file
from datapipeline_converters.carriers.cloudformation.conditions import Undecided
from datapipeline_converters.carriers.cloudformation.entries import Entries, capital, ids_for, label
from datapipeline_converters.carriers.cloudformation.holes import Parameters
from datapipeline_converters.carriers.cloudformation.resolver import Resolver
from datapipeline_converters.carriers.cloudformation.template import GivenValues, Template
from datapipeline_converters.carriers.cloudformation.texts import (
    Hole,
    Text,
    UnknownList,
    text_of,
)
from datapipeline_converters.carriers.shapes import kind
from datapipeline_converters.definition import Definition, Repair

_PARTS = {"PipelineObjects": "Fields", "ParameterObjects": "Attributes", "ParameterValues": ""}
_PLAIN = ("Name", "Description", "PipelineTags", "Activate")
_READ = frozenset({"Type", "Properties", "Condition"})
_GAP = re.compile(r"[-_./: ]*\0[-_./: ]*")
_WORD = re.compile(r"[^\W\d]\w*")


def read_pipeline(
    template: Template, logical: str, given: GivenValues
) -> tuple[Definition | None, tuple[Repair, ...]]:
    """Return the definition of one pipeline, None where its condition does not hold, and what is to be told.

    :param logical: what the template calls the resource
    :raises UnreadableError: when it cannot be read
    """
    resource = template.resources[logical]
    resolver = Resolver(template, given, _object_ids(resource))
    if "Condition" in resource:
        outcome = resolver.condition(resource["Condition"], logical)
        name = resource["Condition"]
        if outcome is False:
            return None, (
                *resolver.repairs,
                Repair(logical, f"this pipeline was passed over: its condition {name} does not hold"),
            )
        if isinstance(outcome, Undecided):
            asked = ", ".join(outcome.asked)
            resolver.note(
                logical, f"its condition {name} depends on {asked}: read as if it held; --set decides it"
            )
    return _Reader(template, logical, resource, resolver).definition(), ()


def _object_ids(resource: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids that are written out as texts."""
    objects = _get(resource.get("Properties"), "PipelineObjects")
    items = objects if isinstance(objects, list) else []
    return frozenset(identity for item in items if isinstance(identity := _get(item, "Id"), str))


def _get(item: Any, key: str) -> Any:
    """Return what a dictionary has under a key, whose first letter may be small."""
    if not isinstance(item, dict):
        return None
    return item.get(key, item.get(key[:1].lower() + key[1:]))


class _Reader:
    """Reads one resource."""

    def __init__(
        self, template: Template, logical: str, resource: Mapping[str, Any], resolver: Resolver
    ) -> None:
        self._template = template
        self._logical = logical
        self._resource = resource
        self._resolver = resolver

    def definition(self) -> Definition:
        resolver, source = self._resolver, self._template.source
        for key in self._resource:
            if key not in _READ:
                resolver.note(f"{self._logical}.{key}", "about the stack, not the pipeline: not read")
        properties = resolver.value(self._resource.get("Properties"), self._logical)
        if not isinstance(properties, dict):
            resolver.fail(self._logical, "a pipeline without `Properties`", "Give the whole template.")
        for key in properties:
            if key not in _PARTS and key not in _PLAIN:
                resolver.note(f"{self._logical}.{key}", "not a property of a pipeline: not read")
        self._note_activation(properties.get("Activate"))
        parts = {key: self._items(properties, key) for key in _PARTS if properties.get(key) is not None}
        if "PipelineObjects" not in parts:
            resolver.fail(
                self._logical, "a pipeline without `PipelineObjects`", "Give the template that has them."
            )
        parameters = Parameters(resolver, _taken(parts))
        adopted = self._adopt(parts, parameters)
        objects = parts["PipelineObjects"]
        entries = Entries(self._logical, resolver, parameters, _called(objects), ids_for(objects))
        document: dict[str, Any] = {
            "pipelineObjects": [entries.object(item) for item in parts["PipelineObjects"]],
            "parameterObjects": [entries.parameter(item) for item in parts.get("ParameterObjects", ())],
            "parameterValues": [
                entry
                for item in parts.get("ParameterValues", ())
                if _bare(item) not in adopted
                for entry in entries.value(item)
            ],
        }
        document["parameterObjects"] += parameters.declared()
        document["parameterValues"] += parameters.values()
        repairs: list[Repair] = []
        found = definition_file.read(api_form.to_definition_file(document, source, repairs), source)
        description = properties.get("Description", "")
        return replace(
            found,
            parameters={
                key: replace(item, default=()) if key in adopted else item
                for key, item in found.parameters.items()
            },
            name=self._name(properties.get("Name")),
            part=self._logical,
            description=text_of(description).shown if isinstance(description, str | Text) else "",
            tags=self._tags(properties.get("PipelineTags")),
            repairs=(*resolver.repairs, *repairs, *found.repairs),
            problems=(*resolver.problems, *found.problems),
            left=tuple(resolver.left),
        )

    def _adopt(self, parts: Mapping[str, list[dict[str, Any]]], parameters: Parameters) -> set[str]:
        """Return the pipeline's parameters whose value is that of the template's parameter of the same name.

        Where that has none they have none either, and there need not be two of them.
        """
        fields = {
            str(entry.get("Key")) for item in parts["PipelineObjects"] for entry in item.get("Fields", ())
        }
        declared = {str(item.get("Id")) for item in parts.get("ParameterObjects", ())}
        names = Counter(_bare(item) for item in parts.get("ParameterValues", ()))
        adopted: set[str] = set()
        for item in parts.get("ParameterValues", ()):
            name, value = _bare(item), item.get("StringValue")
            hole = value.parts[0] if isinstance(value, Text) and len(value.parts) == 1 else None
            if not isinstance(hole, Hole) or hole.value is not None or hole.asked != name:
                continue
            known = f"*{name}" in declared or (name in declared and not hole.secret)
            if known and names[name] == 1 and name in self._template.parameters and name not in fields:
                parameters.adopt(name, hole)
                adopted.add(name)
        return adopted

    def _name(self, written: Any) -> str:
        """Return the pipeline's name, one of our own where it is not known."""
        if isinstance(written, str):
            return written
        shown, known = "not known", ""
        if isinstance(written, Text):
            known = "\0".join(part for part in written.parts if isinstance(part, str))
            # What stood on both sides of a value that is not known is one separator.
            known = _GAP.sub(lambda match: match[0].strip("\0")[:1] or "-", known).strip("-_./: ")
            shown = f"{written.shown!r} is not known whole"
        name = known or f"{Path(self._template.source).stem}_{self._logical}"
        self._resolver.note(f"{self._logical}.Name", f"{shown}: the pipeline is called {name!r}")
        return name

    def _note_activation(self, written: Any) -> None:
        if written is None:
            return
        if isinstance(written, str | bool):
            active = str(written).lower() != "false"
            said = (
                "the stack activates the pipeline" if active else "the stack does not activate the pipeline"
            )
        else:
            said = "whether the stack activates the pipeline is not known"
        self._resolver.note(f"{self._logical}.Activate", f"{said}; DAGs arrive paused either way")

    def _items(self, properties: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """Return the items of a part with capital letters at the start of their keys."""
        resolver, place = self._resolver, f"{self._logical}.{key}"
        inner = _PARTS[key]
        items = []
        for number, item in enumerate(self._list(properties[key], place), start=1):
            where = f"{place} item {number}"
            entry = capital(resolver, item, where)
            if inner and inner in entry:
                where = f"{place}.{label(entry, str(number))}.{inner}"
                entry[inner] = [capital(resolver, field, where) for field in self._list(entry[inner], where)]
            items.append(entry)
        return items

    def _list(self, value: Any, place: str) -> list[Any]:
        if isinstance(value, UnknownList):
            self._resolver.ask(Text((value.hole,)), place)
        if not isinstance(value, list):
            self._resolver.fail(place, f"{kind(value)}, not a list", "Write a list of objects.")
        return value

    def _tags(self, written: Any) -> dict[str, str]:
        tags: dict[str, str] = {}
        for item in written if isinstance(written, list) else ():
            key, value = _get(item, "Key"), _get(item, "Value")
            if isinstance(key, str) and isinstance(value, str | bool | Text):
                tags[key] = text_of(value).shown
            else:
                self._resolver.note(f"{self._logical}.PipelineTags", "a tag without key or value: not read")
        return tags


def _bare(item: Mapping[str, Any]) -> str:
    """Return a parameter's id without the star."""
    return str(item.get("Id")).removeprefix("*")


def _called(objects: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the ids and names of objects, as far as they are texts."""
    written = (item.get(key) for item in objects for key in ("Id", "Name"))
    return frozenset(name for name in written if isinstance(name, str))


def _taken(parts: Mapping[str, list[dict[str, Any]]]) -> set[str]:
    """Return the names that have a meaning in the pipeline's expressions already."""
    fields = [entry for item in parts["PipelineObjects"] for entry in item.get("Fields", ())]
    names = {str(entry.get("Key")) for entry in fields}
    for key in ("ParameterObjects", "ParameterValues"):
        names |= {str(item.get("Id")).removeprefix("*") for item in parts.get(key, ())}
    texts = [entry.get("StringValue") for entry in fields]
    return names | {
        word for text in texts if isinstance(text, str) and "#{" in text for word in _WORD.findall(text)
    }
