"""Knows what stands in a text for a value that only Terraform has: a hole, which becomes a parameter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datapipeline_converters.carriers.open_expressions import within_at_end
from datapipeline_converters.carriers.terraform.functions import FailedError
from datapipeline_converters.names import unique
from datapipeline_converters.passwords import named_like_a_secret

# Characters of Unicode's private use area enclose a hole's number.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_HOLE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WORD = re.compile(r"\w+")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|<<.*', re.DOTALL)
_COMPARES = re.compile(r"[?!<>&|]|==")
# So much of an expression is shown.
_SHOWN = 80
# Words that every path starts with, and say nothing.
_ROOTS = frozenset({"var", "data", "each", "local", "module", "self"})
# A name is made of no more words than this.
_WORDS = 6


@dataclass(frozen=True)
class Hole:
    """A value that only Terraform has.

    :param path: the expression it is the value of, such as `var.table`
    :param secret: whether Terraform hides it, or its name says so
    :param description: what its variable's description says
    :param value: what it is, where it is known and yet no part of a text, because it is a secret
    """

    path: str
    secret: bool = False
    description: str = ""
    value: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The expression for people; a text in it may be a secret."""
        return without_texts(self.path)


class Holes:
    """The holes of one definition, in the order in which they were met."""

    def __init__(self) -> None:
        self._all: list[Hole] = []

    def make(
        self, path: str, *, secret: bool = False, description: str = "", value: str | None = None
    ) -> str:
        """Return a text that is nothing but a hole."""
        hole = Hole(path, secret or named_like_a_secret(path), description, value)
        if hole not in self._all:
            self._all.append(hole)
        return f"{_OPEN}{self._all.index(hole)}{_CLOSE}"

    def whole(self, value: Any) -> Hole | None:
        """Return the hole that a value is, None if it is anything else."""
        match = _HOLE.fullmatch(value) if isinstance(value, str) else None
        return self._all[int(match[1])] if match else None

    def within(self, value: Any) -> list[Hole]:
        """Return the holes in a value, however deep."""
        return [self._all[number] for number in sorted(set(_numbers(value)))]

    def fill(self, value: Any, names: Mapping[Hole, str]) -> Any:
        """Return a value with references to parameters in the place of its holes.

        :param names: the parameters' ids; a hole without one is an empty text
        :raises FailedError: when a parameter would stand within an expression, where no other can stand
        """
        if isinstance(value, str):
            return self._filled(value, names)
        if isinstance(value, list):
            return [self.fill(item, names) for item in value]
        if isinstance(value, dict):
            return {key: self.fill(item, names) for key, item in value.items()}
        return value

    def _filled(self, text: str, names: Mapping[Hole, str]) -> str:
        written: list[str] = []
        within = ""
        # Texts stand at even places, the numbers of holes at odd ones.
        for place, piece in enumerate(_HOLE.split(text)):
            if place % 2 == 0:
                within = within_at_end(piece, within)
                written.append(piece)
                continue
            hole = self._all[int(piece)]
            if hole in names and within:
                raise FailedError(f"{hole.shown} stands within an expression #{{...}} and is not known here")
            written.append(f"#{{{names[hole]}}}" if hole in names else "")
        return "".join(written)


def names_for(holes: Collection[Hole], taken: Collection[str]) -> dict[Hole, str]:
    """Return a parameter's id for each hole, a star before those of secrets.

    :param taken: ids of parameters and names of fields, which the name must not be
    """
    names: dict[Hole, str] = {}
    used = set(taken)
    for hole in holes:
        words = [word for word in _WORD.findall(hole.shown) if word not in _ROOTS] or ["value"]
        name = "_".join(words[:_WORDS])
        # What a comparison gives is not the value of the variable in it.
        name = f"result_of_{name}" if _COMPARES.search(hole.shown) else name
        name = name if not name[0].isdigit() else f"value_{name}"
        if name in used:
            name = f"{name}_of_terraform"
        name = unique(name, used)
        used.add(name)
        names[hole] = f"*{name}" if hole.secret else name
    return names


def without_texts(expression: str) -> str:
    """Return an expression without the texts in it, for messages."""
    return _TEXT.sub('"…"', expression)[:_SHOWN]


def has_hole(value: Any) -> bool:
    """Tell whether a value has a hole in it, however deep."""
    return next(_numbers(value), None) is not None


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, str):
        yield from (int(match[1]) for match in _HOLE.finditer(value))
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(key)
            yield from _numbers(item)
