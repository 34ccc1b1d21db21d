"""Knows `parent` and `Default`: which fields an object has in effect, and from whom (dp-writing-pipeline-definition)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datapipeline_converters.definition import Definition, PipelineObject, Ref, Value
from datapipeline_converters.errors import Problem

DEFAULT_ID = "Default"


@dataclass(frozen=True)
class EffectiveField:
    """A field as it holds for one object.

    :param values: its values in order
    :param owner: the id of the object that writes it
    """

    values: tuple[Value, ...]
    owner: str


@dataclass(frozen=True)
class EffectiveObject:
    """An object with all fields it has, own and inherited; the nearest definition of a key wins as a whole."""

    id: str
    name: str
    type: str | None
    fields: Mapping[str, EffectiveField]


def inherit(definition: Definition) -> tuple[dict[str, EffectiveObject], tuple[Problem, ...]]:
    """Return every object with its inherited fields, and a problem for each chain of parents that goes in a circle."""
    problems: list[Problem] = []
    result = {}
    for item in definition.objects.values():
        chain, circle = _chain(item, definition.objects)
        if circle:
            path = " -> ".join([link.id for link in chain] + [circle])
            problems.append(
                Problem(item.id, "parent", f"the parents go in a circle: {path}. Remove one of them.")
            )
        fields: dict[str, EffectiveField] = {}
        for link in chain:
            for key, values in link.fields.items():
                if link is item or key != "parent":
                    fields.setdefault(key, EffectiveField(values, link.id))
        result[item.id] = EffectiveObject(item.id, item.name, item.type, fields)
    return result, tuple(problems)


def _chain(item: PipelineObject, objects: Mapping[str, PipelineObject]) -> tuple[list[PipelineObject], str]:
    """Return the object and its ancestors, nearest first, and the id at which they go in a circle, if they do."""
    chain = [item]
    written = True  # a circle that closes through the unwritten step to Default is none
    while True:
        parent = chain[-1].fields.get("parent", ())
        if parent and isinstance(parent[0], Ref):
            following = parent[0].id
        elif chain[-1].id != DEFAULT_ID and DEFAULT_ID in objects:
            following = DEFAULT_ID
            written = False
        else:
            return chain, ""
        if following not in objects:
            return chain, ""
        if any(link.id == following for link in chain):
            return chain, following if written else ""
        chain.append(objects[following])
