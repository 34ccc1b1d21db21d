"""Reads what the service's API answers and takes: every field a key with a string or reference value.

The same with capital letters is CloudFormation's, which people also keep without a template around it; the same in small
letters with underscores is what the SDK for Ruby gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from datapipeline_converters.carriers.shapes import list_of_objects
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

# What the API calls the parts of a definition, and what the definition file calls them.
_PARTS = {"pipelineObjects": "objects", "parameterObjects": "parameters", "parameterValues": "values"}
_OPTIONAL = ("parameterObjects", "parameterValues")
_UNREAD = frozenset({*_PARTS, "responseMetadata", "ResponseMetadata", "hasMoreResults", "marker"})
# The same in CloudFormation's letters, and with underscores; at the top and in the lists.
_CAPITAL = {part[0].upper() + part[1:]: part for part in _PARTS}
_UNDERSCORED = {re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", part): part for part in _PARTS}
_OTHER_PARTS = _CAPITAL | _UNDERSCORED
_OTHER_KEYS = {
    key[0].upper() + key[1:]: key
    for key in ("id", "name", "fields", "attributes", "key", "stringValue", "refValue")
} | {"string_value": "stringValue", "ref_value": "refValue"}
# What CloudFormation says of a pipeline beside its definition.
_ABOUT = frozenset({"Name", "Description", "PipelineTags", "Activate"})
# What runs are made of: a definition has components only.
_RUNS = frozenset({"INSTANCE", "ATTEMPT"})
# Where objects and parameters have their fields; one page of the guide says `slots` (dp-make-http-request).
_OBJECT_FIELDS = ("fields", "slots")
_PARAMETER_FIELDS = ("attributes", "fields")
_LISTS = frozenset({*_OBJECT_FIELDS, *_PARAMETER_FIELDS})
_FIELD_LISTS = {
    "pipelineObjects": _OBJECT_FIELDS,
    "objects": _OBJECT_FIELDS,
    "parameterObjects": _PARAMETER_FIELDS,
    "parameters": _PARAMETER_FIELDS,
}


def is_api_form(document: dict[str, Any]) -> bool:
    """Tell whether a parsed file is in API form, whole or in a part alone (both are about)."""
    return any(part in document for part in (*_PARTS, *_OTHER_PARTS)) or has_fields(document.get("objects"))


def has_fields(objects: Any) -> bool:
    """Tell whether a list has objects in API form, with their fields in lists of their own."""
    return isinstance(objects, list) and any(
        isinstance(item, dict) and any(isinstance(item.get(key), list) for key in (*_OBJECT_FIELDS, "Fields"))
        for item in objects
    )


def about(document: dict[str, Any]) -> dict[str, Any]:
    """Return name, description and tags, as `Definition` names them, where CloudFormation's letters say them."""
    if not any(part in document for part in _CAPITAL):
        return {}
    tags = document.get("PipelineTags")
    return {
        "name": document["Name"] if isinstance(document.get("Name"), str) else "",
        "description": document["Description"] if isinstance(document.get("Description"), str) else "",
        "tags": {
            str(tag["Key"]): str(tag.get("Value", ""))
            for tag in (tags if isinstance(tags, list) else ())
            if isinstance(tag, dict) and isinstance(tag.get("Key"), str)
        },
    }


def to_definition_file(
    document: dict[str, Any], source: str = "", repairs: list[Repair] | None = None
) -> dict[str, Any]:
    """Return the same definition as the definition file spells it; a repeated key becomes a list.

    :param source: the file's name, for messages
    :param repairs: where what was repaired is added; None where nobody asks
    :raises UnreadableError: when a part is not what it has to be
    """
    document = _in_api_letters(document, source)
    nulls = [part for part in _OPTIONAL if document.get(part, ()) is None]
    document = {key: value for key, value in document.items() if key not in nulls}
    for part, name in _PARTS.items():
        if part in document and name in document:
            raise UnreadableError(source, f"both `{part}` and `{name}` in it", "Keep one of them.")
    reader = _Reader(source, [] if repairs is None else repairs)
    reader.repairs.extend(Repair(part, "null: read as no value") for part in nulls)
    result = {key: value for key, value in document.items() if key not in _UNREAD}
    for part, keys in _FIELD_LISTS.items():
        # What has the definition file's name may be of its form: its reader says what is wrong there.
        if part in document and (part in _PARTS or isinstance(document[part], list)):
            result[_PARTS.get(part, part)] = [
                reader.object(item, f"item {number} of `{part}`", keys)
                for number, item in enumerate(list_of_objects(document, part, source), start=1)
            ]
    result |= reader.without_runs(result)
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
    runs: set[str] = field(default_factory=set)

    def values(self, items: list[dict[str, Any]]) -> dict[str, list[Any]]:
        """Return parameter values by id; one given several times is a list."""
        values: dict[str, list[Any]] = {}
        for number, item in enumerate(items, start=1):
            place = f"item {number} of `parameterValues`"
            if item and item.keys().isdisjoint({"id", "stringValue"}):
                self.repairs.append(Repair(place, "has no id: read as values by their parameters' names"))
                for name, value in item.items():
                    values.setdefault(name, []).append(value)
                continue
            name = self._text(item, "id", place)
            self._tell_of_unread(item, f"values.{name}", "id", "stringValue")
            values.setdefault(name, []).append(item.get("stringValue"))
        return values

    def without_runs(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the objects that are of the definition, not of a run of it (describe-objects gives both)."""
        objects = document.get("objects")
        if not isinstance(objects, list) or not self.runs:
            return {}
        kept = [item for item in objects if not (isinstance(item, dict) and str(item.get("id")) in self.runs)]
        if not kept:
            raise NoDefinitionError(
                self.source,
                "objects of a run (instances and attempts), not a definition",
                "Give what `aws datapipeline get-pipeline-definition` answers.",
            )
        self.repairs.append(Repair("objects", f"instances and attempts of runs ({len(self.runs)}): not read"))
        return {"objects": kept}

    def object(self, item: dict[str, Any], place: str, keys: tuple[str, ...]) -> dict[str, Any]:
        """Return an object or a parameter with its fields as ordinary keys."""
        where = _key(item, keys)
        if where not in item:
            return item
        if item[where] is None:
            item = item | {where: []}
        owner = str(item["id"]) if isinstance(item.get("id"), str) else place
        fields: dict[str, list[Any]] = {}
        for number, entry in enumerate(list_of_objects(item, where, self.source, owner), start=1):
            key = self._text(entry, "key", f"item {number} of `{where}` of {owner}")
            self._tell_of_unread(entry, f"{owner}.{key}", "key", "stringValue", "refValue")
            fields.setdefault(key, []).append(_value(entry))
        if not _RUNS.isdisjoint(value for value in fields.get("@sphere", ()) if isinstance(value, str)):
            self.runs.add(owner)
        system = [key for key in fields if key.startswith("@")]
        if system:
            self.repairs.append(Repair(owner, f"fields of the service ({', '.join(system)}): not read"))
        result = {key: value for key, value in item.items() if key != where}
        for key, values in fields.items():
            if key not in system:
                result[key] = _both(result[key], values) if key in result else values
        return result

    def _tell_of_unread(self, item: dict[str, Any], place: str, *known: str) -> None:
        """Tell of what an entry has beside its value.

        :raises UnreadableError: when it stands in the value's place
        """
        others = [key for key in item if key not in known]
        if not others:
            return
        if "stringValue" not in item and "refValue" not in item:
            wanted = " or ".join(key for key in known if key.endswith("Value"))
            raise UnreadableError(self.source, f"{place} has {others[0]!r} and no {wanted}", "Rename it.")
        self.repairs.append(Repair(place, f"{', '.join(others)} beside its value: not read"))

    def _text(self, item: dict[str, Any], key: str, place: str) -> str:
        if not isinstance(item.get(key), str) or not item[key]:
            raise UnreadableError(self.source, f"{place} has no {key}", "Give it one.")
        return str(item[key])


def _in_api_letters(document: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a definition with the API's own keys in the place of CloudFormation's, and of those with underscores."""
    spelled: dict[str, str] = {}
    for key in document:
        part = _OTHER_PARTS.get(key, key)
        if part in spelled:
            raise UnreadableError(source, f"both `{spelled[part]}` and `{key}` in it", "Keep one of them.")
        spelled[part] = key
    named = {
        _OTHER_PARTS.get(key, key): value
        for key, value in document.items()
        if key not in _ABOUT or _CAPITAL.keys().isdisjoint(document)
    }
    return {
        key: _respelled(value) if key in _FIELD_LISTS or key in _PARTS else value
        for key, value in named.items()
    }


def _respelled(items: Any) -> Any:
    """Return a list of objects with the API's own keys, and those of their fields."""
    if not isinstance(items, list):
        return items
    return [_with_api_keys(item) if isinstance(item, dict) else item for item in items]


def _with_api_keys(item: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in item.items():
        known = _OTHER_KEYS.get(key, key)
        known = key if known in item else known
        result[known] = _respelled(value) if known in _LISTS else value
    return result


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
