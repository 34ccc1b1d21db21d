"""Merges connections and Variables key by key: what a person filled in stays, and no secret is remembered.

An outline stands for a document that was written: `[value]` for a value, `[]` for one that was empty, `null` for one that is
secret and so is not remembered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, TypeAlias

# Fields of a connection that are not secret, as long as no secret of the definition is in them.
_OPEN = frozenset({"conn_type", "host", "login", "port", "schema"})
_MASK = "********"

Document: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]


class _Missing(Enum):
    MISSING = auto()


_MISSING: Final = _Missing.MISSING


@dataclass
class Merged:
    """What comes of a document that a person may have changed.

    :param document: the result; where there is a doubt, what the person wrote
    :param kept: values of the person that stay, since the conversion has none or has the same as before
    :param unsure: secrets that differ, of which nobody can tell whether the person or the definition changed them
    :param conflicts: values that both changed
    :param unneeded: what the conversion no longer makes, and the person has filled in
    """

    document: Document = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    unneeded: list[str] = field(default_factory=list)


def parsed(text: str) -> Document:
    """Return the object that a JSON text says.

    :raises ValueError: when it says none
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document


def written(document: Mapping[str, Any]) -> str:
    """Return a document as the conversion writes it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def outline(document: Mapping[str, Any], secrets: frozenset[str], path: Path = ()) -> Document:
    """Return what may be remembered of a document.

    :param secrets: texts that are never remembered, wherever they stand
    """
    return {
        key: outline(value, secrets, (*path, key))
        if isinstance(value, dict)
        else _remembered(value, secrets, (*path, key))
        for key, value in document.items()
    }


def merge(remembered: Mapping[str, Any], there: Document, new: Document, *, prefer_new: bool) -> Merged:
    """Return what comes of what was written, what is there, and what is to be written.

    :param remembered: the outline of what was written; empty where nothing is known
    :param prefer_new: whether the conversion's value stays where there is a conflict or a doubt
    """
    result = Merged()
    result.document = _Merger(result, prefer_new).objects(remembered, there, new, ())
    return result


def masked(document: Mapping[str, Any], other: Mapping[str, Any] | None, word: str) -> Document:
    """Return a document without its values, for people: only what is empty, and what differs from another, shows.

    :param other: the other document, None if there is none
    :param word: what stands behind a value that differs
    """

    def mask(value: Any, beside: Any) -> Any:
        if isinstance(value, dict):
            others = beside if isinstance(beside, dict) else {}
            return {key: mask(each, others.get(key, _MISSING)) for key, each in value.items()}
        if _empty(value):
            return value
        return _MASK if beside in (value, _MISSING) else f"{_MASK} ({word})"

    return {
        key: mask(value, _MISSING if other is None else other.get(key, _MISSING))
        for key, value in document.items()
    }


def has_values(document: Mapping[str, Any]) -> bool:
    """Tell whether anything in a document is filled in."""
    return any(True for value in document.values() for _ in _filled(value))


def _filled(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _filled(inner)
    elif not _empty(value):
        yield value


def _remembered(value: Any, secrets: frozenset[str], path: Path) -> list[Any] | None:
    if _empty(value):
        return []
    open_field = len(path) == 2 and path[-1] in _OPEN
    return [value] if open_field and not any(secret in str(value) for secret in secrets) else None


def _empty(value: Any) -> bool:
    return value is None or value == ""


class _Merger:
    """Goes through three documents at once.

    :param result: what was kept and what is in doubt is noted here
    """

    def __init__(self, result: Merged, prefer_new: bool) -> None:
        self._result = result
        self._prefer_new = prefer_new

    def objects(self, base: Mapping[str, Any], there: Document, new: Document, path: Path) -> Document:
        """Return what comes of three objects, in the order of the new one."""
        merged: Document = {}
        for key in (*new, *(key for key in there if key not in new)):
            value = self._value(
                base.get(key, _MISSING), there.get(key, _MISSING), new.get(key, _MISSING), (*path, key)
            )
            if value is not _MISSING:
                merged[key] = value
        return merged

    def _value(self, base: Any, there: Any, new: Any, path: Path) -> Any:
        if there == new or (_empty(there) and _empty(new)):
            return new
        if isinstance(there, dict) and isinstance(new, dict):
            return self.objects(base if isinstance(base, dict) else {}, there, new, path)
        if there is _MISSING:
            return new if base is _MISSING else self._kept(_MISSING, path)
        if new is _MISSING:
            return self._no_longer_made(base, there, path)
        return self._differing(base, there, new, path)

    def _no_longer_made(self, base: Any, there: Any, path: Path) -> Any:
        if base is _MISSING:
            return there  # the person's own addition
        if _unchanged(base, there):
            return _MISSING
        self._result.unneeded.append(".".join(path))
        return there

    def _differing(self, base: Any, there: Any, new: Any, path: Path) -> Any:
        known = isinstance(base, list)
        if known and _same(base, there):
            return new
        if known and _same(base, new):
            return self._kept(there, path)
        if not known and (_empty(new) or (base is None and _empty(there))):
            return self._kept(there, path)
        if not known and base is _MISSING and _empty(there):
            return new
        (self._result.conflicts if known else self._result.unsure).append(".".join(path))
        return new if self._prefer_new else there

    def _kept(self, there: Any, path: Path) -> Any:
        self._result.kept.append(".".join(path))
        return there


def _same(base: list[Any], value: Any) -> bool:
    return base == ([] if _empty(value) else [value])


def _unchanged(base: Any, there: Any) -> bool:
    """Tell whether all of a value is certainly as it was written; of a secret nobody can tell."""
    if isinstance(there, dict):
        return isinstance(base, dict) and all(
            _unchanged(base.get(key, _MISSING), value) for key, value in there.items()
        )
    return isinstance(base, list) and _same(base, there)
