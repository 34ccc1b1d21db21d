"""What a check looks at: a definition with its fields in effect, its types, and what its texts come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from datapipeline_converters.catalogue import FieldSpec, TypeSpec, is_user_defined, types
from datapipeline_converters.definition import Definition, Ref, Value
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.inheritance import DEFAULT_ID, EffectiveObject
from datapipeline_converters.model import NOT_SHOWN, Model
from datapipeline_converters.objects.fields import FieldError
from datapipeline_converters.passwords import named_like_a_secret
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.use import used_by_activities
from datapipeline_converters.presence import present
from datapipeline_converters.validation.finding import Finding

_LONGEST = 60  # characters of a value in a message


@dataclass(frozen=True)
class Subject:
    """One definition under examination.

    :param model: its model, which the checks may use up: nothing is converted with it
    """

    definition: Definition
    model: Model

    @cached_property
    def components(self) -> Components:
        """Its typed objects."""
        return Components(self.model)

    @property
    def typed(self) -> Iterator[tuple[EffectiveObject, TypeSpec]]:
        """Its objects of known types with all fields in effect, `Default` aside."""
        for item in self.model.objects.values():
            spec = types().get(item.type or "")
            if spec is not None and spec.category != "default" and item.id != DEFAULT_ID:
                yield item, spec

    @property
    def fields(self) -> Iterator[tuple[EffectiveObject, FieldSpec, tuple[Value, ...]]]:
        """The fields that objects of known types have in effect and that their types know, with their values.

        Values that are nothing but an optional parameter without a value are not among them.
        """
        for item, spec in self.typed:
            for key, field in spec.fields.items():
                if key in item.fields and not field.forbidden:
                    yield item, field, self.present(item, key)

    @property
    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Every text as it was written: object, field, text; parameters' values last, without an object."""
        for item in self.definition.objects.values():
            for key, values in item.fields.items():
                yield from ((item.id, key, value) for value in values if isinstance(value, str))
        for name in self.model.parameters.declared:
            for value in self.model.parameters.values(name) or ():
                yield "", f"parameter {name!r}", value

    def present(self, item: EffectiveObject, key: str) -> tuple[Value, ...]:
        """Return a field's values in effect, without those that are an optional parameter without a value."""
        return present(self.model, item, key)

    @property
    def giver(self) -> str:
        """The id of the object that would best hold what all have in common, "" where there is no `Default`."""
        return DEFAULT_ID if DEFAULT_ID in self.definition.objects else ""

    @cached_property
    def used(self) -> frozenset[str]:
        """The ids of the objects that activities lead to."""
        return used_by_activities(self.model)

    def has(self, item: EffectiveObject, key: str) -> bool:
        """Tell whether an object has a field in effect."""
        return bool(self.present(item, key))

    def evaluated(self, item: EffectiveObject, key: str, text: str) -> tuple[str, ...] | None:
        """Return what a text comes to before any run; None where only a run knows, or a value is missing."""
        if "#{" not in text and not text.lstrip().startswith("makeDate"):
            return (text,)
        try:
            return self.components.reader(item.id).constant(key, text)
        except (FieldError, ConversionError):
            return None

    def known(self, item: EffectiveObject, key: str) -> tuple[str, ...]:
        """Return the texts of a field that are known before any run."""
        texts = (value for value in self.present(item, key) if isinstance(value, str))
        return tuple(found for text in texts for found in self.evaluated(item, key, text) or ())

    def word(self, item: EffectiveObject, key: str) -> str:
        """Return the one text of a field in lower case, "" where it has none or none is known."""
        return next((text.strip().lower() for text in self.known(item, key)), "")

    def targets(self, item: EffectiveObject, key: str) -> Iterator[EffectiveObject]:
        """Yield the objects that a field refers to, as far as there are any."""
        for ref in item.refs(key):
            if ref.id in self.model.objects:
                yield self.model.objects[ref.id]

    def is_secret(self, item: EffectiveObject, key: str, text: str) -> bool:
        """Tell whether a field's text, or what it comes to, must not be shown."""
        return (
            key.startswith("*")
            or ((is_user_defined(key) or key == "password") and named_like_a_secret(key))
            or (item.id, key) in self.model.revealed
            or self.model.parameters.names_secret(text)
            or self.model.parameters.holds_password(text)
        )

    def fault(self, rule: str, item: EffectiveObject, key: str, text: str, secret: str = "") -> Finding:
        """Return a finding about a field in effect, at the object that writes it.

        :param secret: what to say instead where the field may hold a secret; the same where that is ""
        """
        owner = item.fields[key].owner if key in item.fields else item.id
        values = item.fields[key].values if key in item.fields else ()
        if any(isinstance(value, str) and self.is_secret(item, key, value) for value in values):
            text = f"{secret or 'does not fit.'} {NOT_SHOWN}"
        return self.at(rule, owner, key, text)

    def at(self, rule: str, object_id: str, key: str, text: str) -> Finding:
        """Return a finding at an object."""
        item = self.definition.objects.get(object_id)
        return Finding(rule, object_id, key, text, item.type or "" if item else "")


def shown(text: str) -> str:
    """Return a value for a message, cut where it is long."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def refs(values: tuple[Value, ...]) -> Iterator[Ref]:
    """Yield the references among values."""
    return (value for value in values if isinstance(value, Ref))
