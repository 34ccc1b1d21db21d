"""Knows how a value may be written in JSON, and makes text or references of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from datapipeline_converters.carriers.json_text import Number
from datapipeline_converters.definition import Parameter, Ref, Repair, Value

# Keys whose value no message may show, starred or not.
_SECRET_KEY = re.compile(r"^\*|pass|pwd|secret|token|credential|key", re.IGNORECASE)
# A longer number says nothing to a reader.
_SHOWN = 20
# A parameter's attributes that take several values, and those that are true or false.
_LISTS = frozenset({"default", "allowedValues"})
_FLAGS = frozenset({"optional", "isArray"})


def may_be_secret(key: str) -> bool:
    """Tell whether a field's value must stay out of every message."""
    return bool(_SECRET_KEY.search(key))


def as_list(value: Any) -> list[Any]:
    """Return the value's elements: a list as it is, nested lists flattened, anything else as one element."""
    if isinstance(value, list):
        return [element for item in value for element in as_list(item)]
    return [value]


def as_text(value: Any) -> str:
    """Return the text Data Pipeline would see: JSON's numbers and booleans are written as in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_value(value: Any) -> Value | None:
    """Return a text or a reference; None for anything Data Pipeline has no such value for."""
    if isinstance(value, dict):
        if set(value) == {"ref"} and isinstance(value["ref"], str):
            return Ref(as_text(value["ref"]))
        return None
    return as_text(value)


def read_field(
    owner: str, key: str, written: Any, repairs: list[Repair], *, show: bool = True
) -> list[Value | None]:
    """Return a field's values in order, None for each that is neither text nor reference.

    A null is no value. What is no text and is read as one adds a repair, one for the whole field.

    :param owner: the object, for the repair's place
    :param show: whether the repair may say the value
    """
    items = [_reference(item, f"{owner}.{key}", repairs) for item in as_list(written)]
    repairs += _repairs(items, f"{owner}.{key}", show=show and not may_be_secret(key))
    return [as_value(item) for item in items if item is not None]


def _reference(item: Any, place: str, repairs: list[Repair]) -> Any:
    """Return an item; a reference whose key is in other letters is one."""
    if isinstance(item, dict) and len(item) == 1 and "ref" not in item:
        [(key, target)] = item.items()
        if key.lower() == "ref" and isinstance(target, str):
            repairs.append(Repair(place, f'{{"{key}": ...}} was read as the reference {{"ref": ...}}'))
            return {"ref": target}
    return item


def read_attributes(
    name: str, attributes: dict[str, Any], repairs: list[Repair]
) -> tuple[Parameter, list[str]]:
    """Return a parameter, and a sentence for each attribute that is not what it has to be (dp-custom-templates).

    :param attributes: its `id` among them
    """
    read = {
        key: read_field(f"parameter {name}", key, written, repairs, show=False)
        for key, written in attributes.items()
    }
    texts = {key: tuple(value for value in values if isinstance(value, str)) for key, values in read.items()}
    faults = [_fault(key, values, len(texts[key])) for key, values in read.items()]
    return _parameter(texts), [fault for fault in faults if fault]


def _fault(key: str, values: list[Value | None], texts: int) -> str:
    """Return what is wrong with a parameter's attribute, "" if nothing is; never the value, which may be a secret."""
    if texts != len(values):
        return f"`{key}` is neither text nor a list of texts. Correct it."
    if key not in _LISTS and texts > 1:
        return f"`{key}` takes one value and has {texts}."
    if key in _FLAGS and values and str(values[0]).lower() not in {"true", "false", ""}:
        return f"`{key}` is neither true nor false."
    return ""


def _repairs(items: list[Any], place: str, *, show: bool) -> Iterator[Repair]:
    if any(item is None for item in items):
        yield Repair(place, "null: read as no value")
    bare = next((item for item in items if isinstance(item, bool | Number)), None)
    if bare is None:
        return
    text = as_text(bare)
    sort = "number" if isinstance(bare, Number) else "boolean"
    if show and len(text) <= _SHOWN:
        yield Repair(place, f"the {sort} {text} was read as the text '{text}'")
    else:
        yield Repair(place, f"a {sort} was read as text")


def _parameter(attributes: dict[str, tuple[str, ...]]) -> Parameter:
    name = _one(attributes, "id")
    return Parameter(
        name=name.removeprefix("*"),
        starred=name.startswith("*"),
        kind=_one(attributes, "type").strip() or "String",
        description=_one(attributes, "description"),
        optional=_one(attributes, "optional").lower() == "true",
        is_array=_one(attributes, "isArray").lower() == "true",
        default=attributes.get("default", ()),
        allowed_values=attributes.get("allowedValues", ()),
        watermark=_one(attributes, "watermark"),
        help_text=_one(attributes, "helpText"),
        help_link=_one(attributes, "helpLink"),
        attributes={key: values for key, values in attributes.items() if key != "id"},
    )


def _one(attributes: dict[str, tuple[str, ...]], key: str) -> str:
    return (attributes.get(key) or ("",))[0]
