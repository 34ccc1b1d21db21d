"""Knows JSON as people leave it lying about: repeated keys become lists, numbers keep their digits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from datapipeline_converters.carriers.json_mending import mend
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# How one may be written.
_HALF = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


# What templates of Jinja, Helm, ERB and the like have where a value is filled in.
_PLACEHOLDER = re.compile(r"\{[{%]|<%")


class Number(str):
    """A number without quotes, as the text that the file has: 1.10 stays 1.10."""


class Repeated(list[Any]):
    """The values of a key that one JSON object gives several times."""


def parse_json(text: str, source: str) -> tuple[Any, tuple[Repair, ...]]:
    """Return the value of a JSON text, and what was repaired on the way.

    :param source: the file's name, for messages
    :raises UnreadableError: with line and column where the text is no JSON
    """
    if not text.strip():
        raise UnreadableError(source, "the file is empty", "Give a pipeline definition in JSON.")
    text = text.removeprefix("\ufeff")
    try:
        return _load(text, text, source, strict=True)
    except json.JSONDecodeError:
        mended = mend(text)
    try:
        value, repairs = _load(mended.text, text, source, strict=False)
    except json.JSONDecodeError as error:
        position = mended.original(error.pos)
        placeholder = _PLACEHOLDER.search(text, max(0, position - 2), position + 2)
        position = placeholder.start() if placeholder else position
        line = text.count("\n", 0, position) + 1
        place = f"at line {line}, column {position - text.rfind(chr(10), 0, position)}"
        if error.msg == "Extra data":
            fault = f"another JSON value begins behind the first, {place}"
            raise UnreadableError(source, fault, "Give each definition a file of its own.") from None
        if placeholder:
            fault = f"not JSON: another tool's placeholder stands {place}"
            raise UnreadableError(source, fault, "Give the file with the values filled in.") from None
        raise UnreadableError(
            source,
            f"not JSON: {error.msg} {place}",
            "Correct it there, or export the definition again.",
        ) from None
    return value, (*mended.repairs, *repairs)


def _load(text: str, original: str, source: str, *, strict: bool) -> tuple[Any, tuple[Repair, ...]]:
    repairs: list[Repair] = []
    try:
        value = json.loads(
            text,
            strict=strict,
            object_pairs_hook=_collect(repairs),
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
        )
        if _HALF.search(original):
            check_characters(value, source)
    except RecursionError:
        raise UnreadableError(source, "nested too deeply", "A definition has only a few levels.") from None
    return value, tuple(repairs)


def check_characters(value: Any, source: str) -> None:
    """Refuse what no file in UTF-8 can hold.

    :param value: what JSON or YAML gave
    :raises UnreadableError: naming the place of half a character, a surrogate without its partner
    """
    place = _place_of_half(value, "")
    if place is not None:
        raise UnreadableError(
            source,
            f"half of a character (a lone surrogate such as \\ud800) in {place}",
            "Write the whole character, or leave it out.",
        )


def _place_of_half(value: Any, place: str) -> str | None:
    if isinstance(value, str):
        return place if _SURROGATE.search(value) else None
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            place = f"object {value['id']!r}"
        # A key is read before its value: it may be the broken one.
        parts = [
            (part, f"{place} field {key!r}".strip()) for key, item in value.items() for part in (key, item)
        ]
    elif isinstance(value, list):
        parts = [(item, f"{place} item {number}".strip()) for number, item in enumerate(value, start=1)]
    else:
        parts = []
    return next((found for part, at in parts if (found := _place_of_half(part, at)) is not None), None)


def _collect(repairs: list[Repair]) -> Any:
    """Return a hook that makes a list of a key's values where a JSON object repeats the key."""

    def hook(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in pairs:
            if key not in result:
                result[key] = value
            elif isinstance(result[key], Repeated):
                result[key].append(value)
            else:
                result[key] = Repeated([result[key], value])
        for key, value in result.items():
            if isinstance(value, Repeated):
                result[key], reading = once(value)
                repairs.append(Repair(_place(result, key), f"given {len(value)} times{reading}"))
        return result

    return hook


def once(values: Repeated) -> tuple[Any, str]:
    """Return how a repeated key is read: equal single values once, all else as a list."""
    first = values[0]
    if not isinstance(first, list) and all(value == first for value in values):
        return first, " with the same value: read once"
    return values, ": read as a list"


def _place(item: dict[str, Any], key: str) -> str:
    owner = item.get("id")
    return f"{owner if isinstance(owner, str) else 'an object'}.{key}"
