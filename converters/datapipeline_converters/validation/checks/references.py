"""Checks whether each reference stands where one belongs, and leads to an object of the right type."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import FieldSpec, types
from datapipeline_converters.definition import Ref
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject, shown


def check_references(subject: Subject) -> Iterator[Finding]:
    """Yield the references that are none, those that should be text, and those to the wrong type."""
    for item, field, values in subject.fields:
        for value in values:
            if isinstance(value, Ref) and not field.is_reference:
                yield subject.fault(
                    "text-needed", item, field.name, f"takes text and refers to {value.id!r}."
                )
            elif isinstance(value, Ref):
                yield from _target(subject, item, field, value)
            elif field.is_reference and value:
                # One that could name an object leads nowhere, and the reader has said so.
                text = f"takes a reference and has the text {shown(value)}."
                yield subject.fault("reference-needed", item, field.name, text, "takes a reference.")


def _target(subject: Subject, item: EffectiveObject, field: FieldSpec, ref: Ref) -> Iterator[Finding]:
    target = subject.definition.objects.get(ref.id)
    if target is None or "Any" in field.ref_types:
        return
    spec = types().get(target.type or "")
    if spec is None and target.type is not None:
        return  # that there is no such type is said there
    if spec is not None and field.accepts(spec):
        return
    kind = f"{target.type}" if target.type else "an object without a type"
    text = f"refers to {ref.id!r}, which is {kind}; it takes {_words(field)}."
    yield subject.fault("wrong-reference-type", item, field.name, text)


def _words(field: FieldSpec) -> str:
    *others, last = field.ref_types
    return f"{', '.join(others)} or {last}" if others else last
