"""Checks whether each field belongs to its object's type."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from datapipeline_converters.catalogue import TypeSpec, is_user_defined, types, types_with_field
from datapipeline_converters.definition import PipelineObject
from datapipeline_converters.inheritance import DEFAULT_ID
from datapipeline_converters.validation.confusions import FIELDS, did_you_mean, with_hint
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

_NAMED = 3  # types to name in a message


def check_fields(subject: Subject) -> Iterator[Finding]:
    """Yield the fields that an object's type does not have; what it inherits may be for others."""
    for item in subject.definition.objects.values():
        template = item.id == DEFAULT_ID or item.type == DEFAULT_ID
        spec = None if template else types().get(item.type or "")
        if spec is None and item.type is not None and not template:
            continue  # of a type that is none, nobody knows the fields
        for key in item.fields:
            if is_user_defined(key):
                continue
            if spec is None:
                yield from _of_template(subject, item, key)
            elif key not in spec.fields:
                yield _foreign(subject, item, key, spec)
            elif spec.fields[key].forbidden:
                text = f"is not allowed on {spec.name}; it is ignored. Remove it."
                yield subject.at("forbidden-field", item.id, key, text)


def _of_template(subject: Subject, item: PipelineObject, key: str) -> Iterator[Finding]:
    """Yield a field that no type has: what a template holds is for whoever inherits it."""
    known = {name for spec in types().values() for name in spec.fields}
    if key in known:
        return
    yield _unknown(subject, item, key, known)


def _foreign(subject: Subject, item: PipelineObject, key: str, spec: TypeSpec) -> Finding:
    if others := types_with_field(key):
        named = ", ".join(others[:_NAMED]) + (" and others" if len(others) > _NAMED else "")
        hint = _hint(key, spec.fields)
        text = f"{spec.name} has no such field; {named} {'have' if len(others) > 1 else 'has'} one"
        return subject.at("misplaced-field", item.id, key, with_hint(text, hint))
    return _unknown(subject, item, key, spec.fields, spec.name)


def _unknown(
    subject: Subject, item: PipelineObject, key: str, known: Collection[str], type_name: str = ""
) -> Finding:
    same = next((name for name in known if name.lower() == key.lower()), "")
    if same:
        text = f"is written {same!r}; field names are told apart by case, so it has no effect."
        return subject.at("field-case", item.id, key, text)
    text = f"{type_name} has no such field" if type_name else "no type has such a field"
    hint = _hint(key, known)
    if not hint and key.startswith("my"):
        hint = "fields of your own are named my and a capital letter or an underscore"
    return subject.at("unknown-field", item.id, key, with_hint(text, hint))


def _hint(key: str, known: Collection[str]) -> str:
    confused = FIELDS.get(key.lower(), "")
    meant = {word.strip("?,") for word in confused.split()} & set(known)
    # What is confused on one type may be right on another.
    if confused and (meant or "did you mean" not in confused):
        return confused
    return did_you_mean(key, known, cutoff=0.8)
