"""Puts objects, parameters and values of a pipeline into API form, one entry after the other, mended where certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datapipeline_converters.carriers.cloudformation.holes import Parameters
from datapipeline_converters.carriers.cloudformation.resolver import Resolver
from datapipeline_converters.carriers.cloudformation.texts import NO_VALUE, ObjectRef, Text, UnknownList, word
from datapipeline_converters.carriers.shapes import kind
from datapipeline_converters.catalogue import reference_fields
from datapipeline_converters.names import unique

# The attributes of a parameter that are shown and never evaluated.
_SHOWN = frozenset({"description", "watermark", "helpText", "helpLink"})
_LEFT_OUT = "`AWS::NoValue`, or no value at all: left out"


class Entries:
    """Reads the entries of one pipeline, whose values are resolved already."""

    def __init__(
        self,
        logical: str,
        resolver: Resolver,
        parameters: Parameters,
        objects: frozenset[str],
        ids: Mapping[str, str] | None = None,
    ) -> None:
        """Take what texts are written with.

        :param logical: what the template calls the pipeline's resource
        :param objects: ids and names of the pipeline's objects
        :param ids: the ids of those whose own is not known whole, by what is shown of it
        """
        self._logical = logical
        self._resolver = resolver
        self._parameters = parameters
        self._objects = objects
        self._ids = {} if ids is None else ids

    def object(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an object of the pipeline in API form."""
        place = f"{self._logical}.{label(item, 'an object')}"
        self._unread(item, place, "Id", "Name", "Fields")
        result: dict[str, Any] = {"fields": []}
        if "Id" in item:
            result["id"] = self._id(item["Id"], f"{place}.Id")
        if "Name" in item:
            name = item["Name"]
            result["name"] = name.shown if isinstance(name, Text) else name
        for entry in item.get("Fields", ()):
            key = self._exact(entry.get("Key", ""), f"{place}, a field's Key")
            self._unread(entry, f"{place}.{key}", "Key", "StringValue", "RefValue")
            found = self._field(key, entry, f"{result.get('id', '')}.{key}")
            result["fields"] += [{"key": key, **value} for value in found]
        return result

    def _id(self, written: Any, place: str) -> str:
        """Return an object's id; where it is not known whole, one that all references to it agree with."""
        if isinstance(written, Text) and written.shown in self._ids:
            found = self._ids[written.shown]
            self._resolver.note(
                place, f"{written.shown!r} is not known whole: the object is called {found!r}"
            )
            return found
        return self._exact(written, place)

    def _field(self, key: str, entry: dict[str, Any], place: str) -> list[dict[str, Any]]:
        """Return the values of one entry of `Fields`; none where `AWS::NoValue` has taken it away."""
        text, target = entry.get("StringValue", NO_VALUE), entry.get("RefValue", NO_VALUE)
        if text is NO_VALUE and target is NO_VALUE:
            self._resolver.note(place, _LEFT_OUT)
            return []
        values: list[dict[str, Any]] = []
        if target is not NO_VALUE:
            values += [self._target(key, item, place) for item in self._several(target, place, "RefValue")]
        if text is not NO_VALUE:
            found = [self._text(key, item, place) for item in self._several(text, place, "StringValue")]
            if len(values) == len(found) == 1:  # both: the definition's reader says what is wrong there
                return [{**found[0], **values[0]}]
            values += found
        return values

    def _several(self, value: Any, place: str, key: str) -> list[Any]:
        """Return the values of a list, which CloudFormation does not take there."""
        if not isinstance(value, list):
            return [value]
        count = "a list of one: read as its item" if len(value) == 1 else "a list: read as several values"
        self._resolver.note(place, f"{key} is {count}")
        return value

    def _text(self, key: str, value: Any, place: str) -> dict[str, Any]:
        """Return what stands in a `StringValue`."""
        if isinstance(value, dict) and len(value) == 1:
            inner = capital(self._resolver, value, place)
            if "RefValue" in inner:
                self._resolver.note(place, "a RefValue within a StringValue: read as the RefValue alone")
                return self._target(key, inner["RefValue"], place)
            if "StringValue" in inner:
                self._resolver.note(place, "a StringValue within a StringValue: read as one")
                return self._text(key, inner["StringValue"], place)
        if isinstance(value, ObjectRef):
            return {"refValue": value.id}
        if isinstance(value, Text) and key in reference_fields() and value.shown in self._ids:
            return {"refValue": self._ids[value.shown]}
        if isinstance(value, UnknownList):
            value = Text((value.hole,))
        if isinstance(value, str | Text):
            value = self._resolver.looked_up(value)
        if isinstance(value, Text):
            if key == "type":
                self._resolver.ask(value, place)
            value = self._parameters.write(value, place)
        if isinstance(value, dict | list):
            self._resolver.fail(place, f"StringValue is {kind(value)}, not a text", "Write a text.")
        return {"stringValue": value}

    def _target(self, key: str, value: Any, place: str) -> dict[str, Any]:
        """Return what stands in a `RefValue`; not everything there is an object's id."""
        if isinstance(value, ObjectRef):
            return {"refValue": value.id}
        if not isinstance(value, str | bool | Text):
            self._resolver.fail(place, f"RefValue is {kind(value)}, not a text", "Write the id of an object.")
        if isinstance(value, Text) and value.shown in self._ids:
            return {"refValue": self._ids[value.shown]}
        if isinstance(value, Text) and key in reference_fields():
            self._resolver.ask(value, place)
        if isinstance(value, str) and value in self._objects:
            return {"refValue": value}
        if isinstance(value, str) and value in self._resolver.template.parameters:
            found = self._resolver.value({"Ref": value}, place)
            is_object = isinstance(found, str) and found in self._objects
            if is_object or key not in reference_fields():
                self._resolver.note(
                    place, f"RefValue {value!r} is a parameter of the template: its value was put in"
                )
                return {"refValue": found} if is_object else self._text(key, found, place)
        is_text = not isinstance(value, str) or "#{" in value
        if is_text or not (key in reference_fields() or key.startswith("my")):
            self._resolver.note(place, "RefValue names no object, and the field takes a text: read as that")
            return self._text(key, value, place)
        return {"refValue": value}

    def parameter(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return a parameter's declaration in API form."""
        place = f"{self._logical}.{label(item, 'a parameter')}"
        self._unread(item, place, "Id", "Attributes")
        attributes = []
        for entry in item.get("Attributes", ()):
            key = self._exact(entry.get("Key", ""), f"{place}, an attribute's Key")
            self._unread(entry, f"{place}.{key}", "Key", "StringValue")
            for value in self._texts(entry, f"{place}.{key}", key):
                attributes.append({"key": key, "stringValue": value})
        identity = {"id": self._exact(item["Id"], f"{place}.Id")} if "Id" in item else {}
        return {**identity, "attributes": attributes}

    def value(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the values of one entry of `ParameterValues`."""
        name = self._exact(item.get("Id", ""), f"{self._logical}.ParameterValues, an Id")
        place = f"{self._logical}.ParameterValues.{name}"
        self._unread(item, place, "Id", "StringValue")
        return [{"id": name, "stringValue": value} for value in self._texts(item, place, "default")]

    def _texts(self, entry: dict[str, Any], place: str, key: str) -> list[Any]:
        """Return what an entry says, as texts; what is no text is left to the definition's reader to refuse."""
        if "StringValue" not in entry:
            self._resolver.note(place, _LEFT_OUT)
            return []
        found = []
        for value in self._several(entry["StringValue"], place, "StringValue"):
            if isinstance(value, UnknownList):
                value = Text((value.hole,))
            if isinstance(value, str | Text):
                value = self._resolver.looked_up(value)
            if isinstance(value, Text):
                if key in _SHOWN:
                    value = value.shown
                elif key == "default":
                    value = self._parameters.write(value, place)
                else:
                    self._resolver.ask(value, place)
            if isinstance(value, dict | list | ObjectRef):
                self._resolver.fail(place, f"StringValue is {kind(value)}, not a text", "Write a text.")
            found.append(value)
        return found

    def _exact(self, value: Any, place: str) -> str:
        """Return a name, which has to be known."""
        if isinstance(value, Text):
            self._resolver.ask(value, place)
        if not isinstance(value, str):
            self._resolver.fail(place, f"{kind(value)}, not a text", "Write a text.")
        return value

    def _unread(self, item: Mapping[str, Any], place: str, *known: str) -> None:
        for key in item:
            if key not in known:
                self._resolver.note(f"{place}.{key}", "nothing that a pipeline has there: not read")


def capital(resolver: Resolver, item: Any, place: str) -> dict[str, Any]:
    """Return an entry with capital letters at the start of its keys.

    :raises UnreadableError: when it is none
    """
    if not isinstance(item, dict):
        resolver.fail(place, f"{kind(item)}, not an object", "Write an object.")
    return {key[:1].upper() + key[1:]: value for key, value in item.items()}


def ids_for(objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return an id for each object whose own is not known whole, by what is shown of it: ids only have to agree."""
    items = list(objects)
    taken = {item["Id"] for item in items if isinstance(item.get("Id"), str)}
    found: dict[str, str] = {}
    for item in items:
        written = item.get("Id")
        if not isinstance(written, Text) or written.is_secret or written.shown in found:
            continue
        known = word("_".join(part for part in written.parts if isinstance(part, str)))
        name = known if known != "value" and known not in taken else written.words
        name = unique(name, taken)
        taken.add(name)
        found[written.shown] = name
    return found


def label(item: Mapping[str, Any], otherwise: str) -> str:
    """Return what an entry is called in messages."""
    return item["Id"] if isinstance(item.get("Id"), str) else otherwise
