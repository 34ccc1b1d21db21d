"""Reads what the service's API answers and takes: every field a key with a string or reference value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datapipeline_converters.carriers.shapes import list_of_objects
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError

# What the API calls the parts of a definition, and what the definition file calls them.
_PARTS = {"pipelineObjects": "objects", "parameterObjects": "parameters", "parameterValues": "values"}
_UNREAD = frozenset({*_PARTS, "responseMetadata"})
# Where objects and parameters have their fields; one page of the guide says `slots` (dp-make-http-request).
_OBJECT_FIELDS = ("fields", "slots")
_PARAMETER_FIELDS = ("attributes", "fields")
_FIELD_LISTS = {
    "pipelineObjects": _OBJECT_FIELDS,
    "objects": _OBJECT_FIELDS,
    "parameterObjects": _PARAMETER_FIELDS,
    "parameters": _PARAMETER_FIELDS,
}


def is_api_form(document: dict[str, Any]) -> bool:
    """Tell whether a parsed file is in API form, whole or in a part alone (both are about)."""
    objects = document.get("objects")
    return any(part in document for part in _PARTS) or (
        isinstance(objects, list)
        and any(isinstance(o, dict) and isinstance(o.get(_key(o, _OBJECT_FIELDS)), list) for o in objects)
    )


def to_definition_file(
    document: dict[str, Any], source: str = "", repairs: list[Repair] | None = None
) -> dict[str, Any]:
    """Return the same definition as the definition file spells it; a repeated key becomes a list.

    :param source: the file's name, for messages
    :param repairs: where what was repaired is added; None where nobody asks
    :raises UnreadableError: when a part is not what it has to be
    """
    for part, name in _PARTS.items():
        if part in document and name in document:
            raise UnreadableError(source, f"both `{part}` and `{name}` in it", "Keep one of them.")
    reader = _Reader(source, [] if repairs is None else repairs)
    result = {key: value for key, value in document.items() if key not in _UNREAD}
    for part, keys in _FIELD_LISTS.items():
        # What has the definition file's name may be of its form: its reader says what is wrong there.
        if part in document and (part in _PARTS or isinstance(document[part], list)):
            result[_PARTS.get(part, part)] = [
                reader.object(item, f"item {number} of `{part}`", keys)
                for number, item in enumerate(list_of_objects(document, part, source), start=1)
            ]
    if "parameterValues" in document:
        result["values"] = reader.values(list_of_objects(document, "parameterValues", source))
    return result


@dataclass(frozen=True)
class _Reader:
    """Turns the parts of one file.

    :param source: the file's name, for messages
    :param repairs: takes what was left out
    """

    source: str
    repairs: list[Repair]

    def values(self, items: list[dict[str, Any]]) -> dict[str, list[Any]]:
        """Return parameter values by id; one given several times is a list."""
        values: dict[str, list[Any]] = {}
        for number, item in enumerate(items, start=1):
            name = self._text(item, "id", f"item {number} of `parameterValues`")
            values.setdefault(name, []).append(item.get("stringValue"))
        return values

    def object(self, item: dict[str, Any], place: str, keys: tuple[str, ...]) -> dict[str, Any]:
        """Return an object or a parameter with its fields as ordinary keys."""
        where = _key(item, keys)
        if where not in item:
            return item
        owner = str(item["id"]) if isinstance(item.get("id"), str) else place
        fields: dict[str, list[Any]] = {}
        for number, entry in enumerate(list_of_objects(item, where, self.source, owner), start=1):
            key = self._text(entry, "key", f"item {number} of `{where}` of {owner}")
            fields.setdefault(key, []).append(_value(entry))
        system = [key for key in fields if key.startswith("@")]
        if system:
            self.repairs.append(Repair(owner, f"fields of the service ({', '.join(system)}): not read"))
        result = {key: value for key, value in item.items() if key != where}
        for key, values in fields.items():
            if key not in system:
                result[key] = _both(result[key], values) if key in result else values
        return result

    def _text(self, item: dict[str, Any], key: str, place: str) -> str:
        if not isinstance(item.get(key), str) or not item[key]:
            raise UnreadableError(self.source, f"{place} has no {key}", "Give it one.")
        return str(item[key])


def _key(item: dict[str, Any], keys: tuple[str, ...]) -> str:
    """Return the key that holds an object's fields."""
    return next((key for key in keys if key in item), keys[0])


def _value(entry: dict[str, Any]) -> Any:
    """Return a field's value as the definition file has it; what has both values is left to its reader to refuse."""
    reference, text = entry.get("refValue"), entry.get("stringValue")
    if reference is None:
        return text
    return {"ref": reference} if text is None else {"ref": reference, "text": text}


def _both(ordinary: Any, values: list[Any]) -> Any:
    """Return a key's values where an object has it beside its list of fields and in it."""
    others = [value for value in values if value != ordinary]
    return [ordinary, *others] if others else ordinary
