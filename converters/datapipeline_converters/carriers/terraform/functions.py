"""Knows Terraform's functions, as far as their result is certain without Terraform."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any, TypeAlias

Value: TypeAlias = Any  # str, int, float, bool, None, list, dict


# No value of a pipeline is larger: characters of a text, elements of a list, and all of them together.
LARGEST = 4 * 1024 * 1024
_LONGEST = 10_000


class FailedError(Exception):
    """An expression has no value; `try` and `can` ask for this."""


class UnknownError(FailedError):
    """Terraform has a value, which is not known here."""


class Set(list[Any]):
    """A set, in Terraform's order; its values are their own keys."""


def text_of(value: Value) -> str:
    """Return the text that a value becomes in a template or a field.

    :raises FailedError: when it is a list, a map or nothing
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    raise FailedError("a list, a map or null where a text goes")


def elements(value: Value) -> list[tuple[Value, Value]]:
    """Return keys and values in Terraform's order: a map's by key, a list's by index, a set's values as both.

    :raises FailedError: when there is nothing to go through
    """
    if isinstance(value, Mapping):
        return sorted(value.items())
    if isinstance(value, Set):
        return [(item, item) for item in value]
    if isinstance(value, list):
        return list(enumerate(value))
    raise FailedError("neither a list nor a map")


def number_of(value: Value) -> int | float:
    """Return a number, written as text or not.

    :raises FailedError: when it is none
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FailedError("no number")
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise FailedError("no number") from None
    return int(value) if float(value).is_integer() else value


def check_size(values: Any) -> None:
    """Refuse values that are larger than any pipeline's.

    :raises FailedError: when they are
    """
    left = LARGEST
    waiting = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        left -= len(value) if isinstance(value, str) else 1
        if left < 0:
            raise FailedError("a value that is too large")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _flat(value: Value) -> list[Value]:
    return [inner for item in _list(value) for inner in (_flat(item) if isinstance(item, list) else [item])]


def _list(value: Value) -> list[Value]:
    """Return a list or a set; a text is none, though Python would go through its letters."""
    if not isinstance(value, list):
        raise FailedError("no list")
    return value


def _map(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise FailedError("no map")
    return value


def _distinct(values: Iterable[Value]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _set(values: Value) -> Set:
    found = _distinct(values)
    return Set(sorted(found) if all(isinstance(value, str) for value in found) else found)


def _merge(*maps: Value) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for item in maps:
        result |= _map(item or {})
    return result


def _lookup(source: Value, key: Value, *default: Value) -> Value:
    if key in _map(source):
        return source[key]
    if default:
        return default[0]
    raise FailedError(f"no key {key!r}")


def _element(values: Value, index: Value) -> Value:
    return _list(values)[int(index) % len(values)]


def _format(pattern: str, *values: Value) -> str:
    rest = list(values)

    def piece(match: re.Match[str]) -> str:
        verb = match[2]
        if verb == "%":
            return "%"
        value = rest.pop(0)
        if verb == "d":
            return f"%{match[1]}d" % int(number_of(value))
        if verb == "f":
            return f"%{match[1]}f" % number_of(value)
        if verb == "q":
            return json.dumps(text_of(value), ensure_ascii=False)
        return f"%{match[1]}s" % (text_of(value) if not isinstance(value, list | dict) else _json(value))

    result = re.sub(r"%([-+ 0#]{0,5}\d{0,3}(?:\.\d{1,3})?)([%sdvqf])", piece, pattern)
    if rest:
        raise FailedError("more values than places in the format")
    return result


def _format_list(pattern: str, *values: Value) -> list[str]:
    length = max((len(value) for value in values if isinstance(value, list)), default=1)
    return [
        _format(pattern, *(value[number] if isinstance(value, list) else value for value in values))
        for number in range(length)
    ]


def _json(value: Value) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    # As Go writes it.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise UnknownError("a pattern of Go's")
    if text.count(old) * len(new) > LARGEST:
        raise FailedError("a value that is too large")
    return text.replace(old, new)


def _coalesce(*values: Value) -> Value:
    return next(value for value in values if value not in (None, ""))


def _trim(text: str, letters: str) -> str:
    return text.strip(letters)


def _range(*limits: Value) -> list[int]:
    numbers = range(*(int(number_of(limit)) for limit in limits))
    if len(numbers) > _LONGEST:
        raise FailedError("a list that is too long")
    return list(numbers)


def _index(values: Value, wanted: Value) -> int:
    return int(_list(values).index(wanted))


def _contains(values: Value, wanted: Value) -> bool:
    return wanted in _list(values)


def _boolean(value: Value) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise FailedError("neither true nor false")


def _title(text: str) -> str:
    return re.sub(r"(?:^|(?<=\s))\w", lambda match: match[0].upper(), text)


def _product(*lists: Value) -> list[Value]:
    if math.prod(len(_list(item)) for item in lists) > _LONGEST:
        raise FailedError("a list that is too long")
    return [list(item) for item in product(*lists)]


def _indent(count: Value, text: str) -> str:
    if text.count("\n") * int(count) > LARGEST:
        raise FailedError("a value that is too large")
    return text.replace("\n", "\n" + " " * int(count))


def _one(values: Value) -> Value:
    if isinstance(values, list) and len(values) > 1:
        raise FailedError("more than one value")
    return _list(values)[0] if values else None


# They only move values about: what has no value yet may be among them.
MOVING: dict[str, Callable[..., Value]] = {
    "coalescelist": lambda *lists: next(item for item in lists if _list(item)),
    "concat": lambda *lists: [value for item in lists for value in _list(item)],
    "distinct": lambda values: _distinct(_list(values)),
    "element": _element,
    "flatten": _flat,
    "format": _format,
    "formatlist": _format_list,
    "join": lambda separator, *lists: separator.join(text_of(v) for item in lists for v in _list(item)),
    "jsonencode": _json,
    "keys": lambda item: sorted(_map(item)),
    "lookup": _lookup,
    "merge": _merge,
    "nonsensitive": lambda value: value,
    "one": _one,
    "range": _range,
    "reverse": lambda values: _list(values)[::-1],
    "slice": lambda values, start, end: _list(values)[int(start) : int(end)],
    "tolist": lambda value: list(_list(value)),
    "tomap": lambda value: dict(_map(value)),
    "toset": lambda value: _set(_list(value)),
    "tostring": lambda value: None if value is None else text_of(value),
    "values": lambda item: [item[key] for key in sorted(_map(item))],
    "zipmap": lambda keys, values: dict(zip(_list(keys), _list(values), strict=True)),
}
# They look into their values, so they wait until all of them are known.
LOOKING: dict[str, Callable[..., Value]] = {
    "abs": lambda value: abs(number_of(value)),
    "base64decode": lambda text: base64.b64decode(text).decode(),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "basename": lambda text: text.rstrip("/").rpartition("/")[2],
    "ceil": lambda value: math.ceil(number_of(value)),
    "chomp": lambda text: text.rstrip("\r\n"),
    "coalesce": _coalesce,
    "compact": lambda values: [value for value in _list(values) if value not in (None, "")],
    "contains": _contains,
    "dirname": lambda text: text.rpartition("/")[0] or ".",
    "endswith": lambda text, end: text.endswith(end),
    "floor": lambda value: math.floor(number_of(value)),
    "indent": _indent,
    "index": _index,
    "length": len,
    "lower": lambda text: text.lower(),
    "max": lambda *values: max(map(number_of, values)),
    "min": lambda *values: min(map(number_of, values)),
    "replace": _replace,
    "setproduct": _product,
    "sort": lambda values: sorted(_list(values)),
    "split": lambda separator, text: text.split(separator) if text else [""],
    "startswith": lambda text, start: text.startswith(start),
    "strrev": lambda text: text[::-1],
    "substr": lambda text, start, count: (
        text[int(start) :] if count == -1 else text[int(start) :][: int(count)]
    ),
    "title": _title,
    "tobool": _boolean,
    "tonumber": number_of,
    "trim": _trim,
    "trimprefix": lambda text, start: text.removeprefix(start),
    "trimspace": lambda text: text.strip(),
    "trimsuffix": lambda text, end: text.removesuffix(end),
    "upper": lambda text: text.upper(),
}
