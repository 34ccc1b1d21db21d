"""Knows JSON as people leave it lying about: repeated keys, trailing commas, raw line breaks in strings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError

# A string, or a comma that closes nothing: the string alternative keeps commas inside strings out.
_TRAILING_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])', re.DOTALL)


class Repeated(list[Any]):
    """The values of a key that one JSON object gives several times."""


def parse_json(text: str, source: str) -> tuple[Any, tuple[Repair, ...]]:
    """Return the value of a JSON text, and what was repaired on the way.

    :param source: the file's name, for messages
    :raises UnreadableError: with line and column where the text is no JSON
    """
    if not text.strip():
        raise UnreadableError(source, "the file is empty", "Give a pipeline definition in JSON.")
    repairs: list[Repair] = []

    def drop_comma(match: re.Match[str]) -> str:
        if match[0] != ",":
            return match[0]
        line = text.count("\n", 0, match.start()) + 1
        repairs.append(Repair(f"line {line}", "a trailing comma was dropped"))
        return ""

    cleaned = _TRAILING_COMMA.sub(drop_comma, text.removeprefix("\ufeff"))
    try:
        value = json.loads(cleaned, strict=False, object_pairs_hook=_collect(repairs))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            source,
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            "Correct it there, or export the definition again.",
        ) from None
    except RecursionError:
        raise UnreadableError(source, "nested too deeply", "A definition has only a few levels.") from None
    return value, tuple(repairs)


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
                owner = result.get("id", "an object")
                repairs.append(Repair(f"{owner}.{key}", f"given {len(value)} times: read as a list"))
        return result

    return hook
