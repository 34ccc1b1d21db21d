"""Checks whether every object is of a type that there is, and `Default` is what it should be."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import types
from datapipeline_converters.definition import PipelineObject
from datapipeline_converters.inheritance import DEFAULT_ID
from datapipeline_converters.validation.confusions import TYPES, did_you_mean, with_hint
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject, refs


def check_types(subject: Subject) -> Iterator[Finding]:
    """Yield the objects whose type is none, or that have none and do nothing."""
    parents = {
        ref.id for item in subject.definition.objects.values() for ref in refs(item.fields.get("parent", ()))
    }
    for item in subject.definition.objects.values():
        if item.id == DEFAULT_ID:
            yield from _default(subject, item)
        elif item.id.lower() == DEFAULT_ID.lower():
            text = f"is an object like any other: only one with the id {DEFAULT_ID!r} is inherited from."
            yield subject.at("odd-default", item.id, "", text)
        elif item.type is None and item.id not in parents:
            text = "has no type, and nothing inherits from it: it does nothing."
            yield subject.at("missing-type", item.id, "", text)
        elif item.type == DEFAULT_ID:
            text = f"only the object with the id {DEFAULT_ID!r} may be of this type."
            yield subject.at("odd-default", item.id, "type", text)
        elif item.type is not None and item.type not in types():
            known = (name for name, spec in types().items() if spec.category != "default")
            hint = TYPES.get(item.type.lower()) or did_you_mean(item.type, known)
            text = with_hint(f"{item.type!r} is no type of Data Pipeline", hint)
            yield subject.at("unknown-type", item.id, "type", text)


def _default(subject: Subject, item: PipelineObject) -> Iterator[Finding]:
    if item.type not in {None, DEFAULT_ID}:
        text = f"is {item.type!r}: {DEFAULT_ID} has no type. Give that object another id."
        yield subject.at("odd-default", item.id, "type", text)
    if refs_to := [ref.id for ref in refs(item.fields.get("parent", ()))]:
        text = f"refers to {refs_to[0]!r}: {DEFAULT_ID} is what others inherit from. Move the fields to it."
        yield subject.at("odd-default", item.id, "parent", text)
