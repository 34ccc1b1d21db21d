"""Knows `parent` and `Default`: which fields an object has in effect, and from whom (dp-writing-pipeline-definition)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """An object with all fields it has, own and inherited; the nearest definition of a key wins as a whole.

    :param ancestors: ids of the objects it inherits from, nearest first
    """

    id: str
    name: str
    type: str | None
    fields: Mapping[str, EffectiveField]
    ancestors: tuple[str, ...] = ()

    def refs(self, key: str) -> tuple[Ref, ...]:
        """Return the objects that a field refers to, in order."""
        field = self.fields.get(key)
        return tuple(value for value in field.values if isinstance(value, Ref)) if field else ()


def inherit(definition: Definition) -> tuple[dict[str, EffectiveObject], tuple[Problem, ...]]:
    """Return every object with its inherited fields, and a problem for each `parent` that leads nowhere or in a circle."""
    problems: list[Problem] = []
    result = {}
    for item in definition.objects.values():
        chain, circle = _chain(item, definition.objects)
        problems += _faults(item)
        if circle:
            path = " -> ".join([link.id for link in chain] + [circle])
            problems.append(
                Problem(
                    item.id,
                    "parent",
                    f"the parents go in a circle: {path}. Remove one of them.",
                    "circular-parent",
                )
            )
        fields: dict[str, EffectiveField] = {}
        for link in chain:
            for key, values in link.fields.items():
                if link is item or key != "parent":
                    fields.setdefault(key, EffectiveField(values, link.id))
        ancestors = tuple(link.id for link in chain[1:])
        result[item.id] = EffectiveObject(item.id, item.name, item.type, fields, ancestors)
    return result, tuple(problems)


def heirs(objects: Iterable[EffectiveObject]) -> dict[tuple[str, str], list[EffectiveObject]]:
    """Return the objects with a type that inherit each field, by the id of the object that writes it and its key."""
    found: dict[tuple[str, str], list[EffectiveObject]] = {}
    for item in _typed(objects):
        for key, field in item.fields.items():
            if field.owner != item.id:
                found.setdefault((field.owner, key), []).append(item)
    return found


def overridden(
    objects: Mapping[str, EffectiveObject], definition: Definition
) -> dict[tuple[str, str], list[EffectiveObject]]:
    """Return the objects with a type that would inherit each field, had they not a nearer one; keys as in `heirs`."""
    found: dict[tuple[str, str], list[EffectiveObject]] = {}
    for item in _typed(objects.values()):
        for ancestor in item.ancestors:
            for key in definition.objects[ancestor].fields:
                if key != "parent" and item.fields[key].owner != ancestor:
                    found.setdefault((ancestor, key), []).append(item)
    return found


def _typed(objects: Iterable[EffectiveObject]) -> Iterator[EffectiveObject]:
    """Yield what is more than a template for others."""
    return (item for item in objects if item.type is not None and item.id != DEFAULT_ID)


def _faults(item: PipelineObject) -> Iterator[Problem]:
    parents = item.fields.get("parent", ())
    if len(parents) > 1:
        yield Problem(item.id, "parent", f"takes one reference and has {len(parents)}.", "single-value")
    for value in parents:
        if isinstance(value, str) and "#{" in value:
            yield Problem(
                item.id, "parent", f"takes a reference and has the text {value!r}.", "reference-needed"
            )


def _chain(item: PipelineObject, objects: Mapping[str, PipelineObject]) -> tuple[list[PipelineObject], str]:
    """Return the object and its ancestors, nearest first, and the id at which they go in a circle, if they do."""
    chain, seen = [item], {item.id}
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
        if following in seen:
            return chain, following if written else ""
        chain.append(objects[following])
        seen.add(following)
