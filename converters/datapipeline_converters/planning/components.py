"""Builds typed objects from effective ones; what cannot be built stands there with its trouble."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import ConversionError, Problem
from datapipeline_converters.expressions import constant, is_constant
from datapipeline_converters.ledger import Verdict, emulated, refused
from datapipeline_converters.model import Model
from datapipeline_converters.names import identifier, unique
from datapipeline_converters.objects import types
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.fields import ConnectionText, FieldError, Secret, attributes, read_field
from datapipeline_converters.objects.unsupported import base_of, stand_in
from datapipeline_converters.plan import Connection, FieldText
from datapipeline_converters.planning.prefix import fixed_beginning
from datapipeline_converters.scope import MissingValueError, Scope, present

# The guide writes a call without #{} as a Schedule's moment (dp-pipeline-reference-functions-datetime).
_BARE_DATE = re.compile(r"makeDate(Time)?\([\d\s,]+\)")


@dataclass(frozen=True)
class Reader:
    """Reads the texts of one object's fields, as one object refers to it."""

    scope: Scope

    def text(self, field: str, text: str) -> FieldText:
        """Return a text as a template for run time."""
        return FieldText(self._at(field, late=True).bind(text), self.scope.owner.id, field)

    def constant(self, field: str, text: str) -> tuple[str, ...] | None:
        """Return what a text is once parameters have their values; None, with a note, when one has none."""
        owner, model = self.scope.owner.id, self.scope.model
        if _BARE_DATE.fullmatch(text.strip()):
            text = f"#{{{text.strip()}}}"
        try:
            template = self._at(field, late=False).bind(text)
        except MissingValueError as missing:
            model.missing[owner, field] = missing.name
            return None
        if not is_constant(template):
            raise FieldError("is needed before any run, so it cannot hold a run-time field.")
        value = constant(template)
        return (value,) if isinstance(value, str) else value

    def _at(self, field: str, *, late: bool) -> Scope:
        return replace(self.scope, late=late, trail=((self.scope.owner.id, field),))


class Components:
    """The typed objects of a definition, each built when first asked for; this is the objects' `Context`."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._built: dict[tuple[str, str | None], Component] = {}
        self._connection_ids: dict[str, str] = {}

    @property
    def pipeline(self) -> str:
        """The pipeline's name."""
        return self.model.name

    def get(self, ref: Ref, referrer: str | None = None) -> Component:
        """Return the object that a reference means.

        :param referrer: id of the object that refers to it: what `node` means in it
        """
        self.model.used.add(ref.id)
        key = (ref.id, referrer)
        if key not in self._built:
            self._built[key] = self._build(ref.id, referrer)
        return self._built[key]

    def reader(self, object_id: str, referrer: str | None = None) -> Reader:
        """Return a reader for an object's fields."""
        objects = self.model.objects
        return Reader(
            Scope(self.model, objects[object_id], objects[referrer] if referrer is not None else None)
        )

    def note(self, object_id: str, field: str, verdict: Verdict) -> None:
        """Note a verdict on a field."""
        self.model.notes.add(object_id, field, verdict)

    def add_connection(self, connection: Connection, hints: tuple[str, ...] = ()) -> str:
        """Plan a connection; the object's id it comes with becomes the pipeline's own connection id."""
        owner = connection.id
        if owner not in self._connection_ids:
            taken = set(self._connection_ids.values())
            self._connection_ids[owner] = unique(f"{self.model.name}_{identifier(owner)}", taken)
        key = self._connection_ids[owner]
        self.model.connections[key] = replace(connection, id=key)
        for hint in hints:
            self.model.before_first_run.setdefault(f"Connection `{key}`: {hint}")
        return key

    def fixed_beginning(self, component: Component, field: str) -> tuple[str, bool]:
        """Return what a text field starts with before anything that only a run knows, and whether that is all of it."""
        effective = self.model.objects[component.id]
        for value in present(self.model, effective, field):
            if isinstance(value, str):
                text = self.reader(component.id).text(field, value)
                self.model.read.add((component.id, field))
                return fixed_beginning(text.template, self.model.parameters)
        return "", False

    def _build(self, object_id: str, referrer: str | None) -> Component:
        effective = self.model.objects.get(object_id)
        if effective is None:
            return Component(
                id=object_id, name=object_id, type="", trouble=f"There is no object {object_id!r}."
            )
        name = effective.type or ""
        cls = types().get(name)
        if cls is None:
            base, trouble = stand_in(name)
            component, _ = self._read(base, object_id, referrer, trouble)
            return component
        component, problems = self._read(cls, object_id, referrer)
        if not problems:
            return component
        self.model.problems += [problem for problem in problems if problem not in self.model.problems]
        component, _ = self._read(base_of(cls), object_id, referrer, " ".join(map(str, problems)))
        return component

    def _note_missing(self, object_id: str, key: str, parameter: str, annotation: object) -> None:
        fault = f"parameter `{parameter}` has no value"
        if {Secret, ConnectionText} & set(getattr(annotation, "__args__", ())):
            self.note(object_id, key, emulated(f"{fault}: fill it in in the connection"))
        else:
            self.note(object_id, key, refused(f"{fault}: give it with --set {parameter}=…"))

    def _read(
        self, cls: type[Component], object_id: str, referrer: str | None, trouble: str = ""
    ) -> tuple[Component, list[Problem]]:
        """Return an object of a class, and a problem for each field that cannot be read."""
        effective = self.model.objects[object_id]
        reader = self.reader(object_id, referrer)
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        required = {item.name for item in fields(cls) if item.default is MISSING} & attributes(cls).keys()
        for attribute, (key, annotation) in attributes(cls).items():
            values = present(self.model, effective, key)
            if not values:
                if attribute in required:
                    problems.append(Problem(object_id, key, f"is missing: {effective.type} needs it."))
                continue
            try:
                value = read_field(reader, key, values, annotation)
            except (FieldError, ConversionError) as error:
                problems.append(Problem(object_id, key, _shown(error, annotation)))
                continue
            if missing := self.model.missing.get((object_id, key)):
                self._note_missing(object_id, key, missing, annotation)
            if value is not None or attribute in required:
                found[attribute] = value
        if not required <= found.keys():
            return Component(id=object_id, name=effective.name, type=effective.type or ""), problems
        identity = {"id": object_id, "name": effective.name, "type": effective.type or "", "trouble": trouble}
        return cls(**identity, **found), problems


def _shown(error: Exception, annotation: object) -> str:
    """Return an error's text; that of a secret field would show the secret."""
    return "cannot be read." if Secret in getattr(annotation, "__args__", ()) else str(error)
