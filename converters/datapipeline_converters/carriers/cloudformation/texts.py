"""Knows texts of which a part is not known: a hole stands for it until it gets the name of a parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_LONGEST_NAME = 60
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True)
class Hole:
    """A value that the template does not have, or that no file may show.

    :param name: what to call it: letters, digits and `_`
    :param origin: what it is, for people; two holes of the same origin are the same
    :param asked: the name that a value can be given for to fill it
    :param secret: whether it is one
    :param value: what is known of a secret
    :param is_list: whether it stands for several values
    :param choices: the only values there may be; none where any will do
    """

    name: str
    origin: str
    asked: str
    secret: bool = False
    value: str | None = field(default=None, repr=False)
    is_list: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """A text in parts."""

    parts: tuple[str | Hole, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes in it, from left to right."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def known(self) -> str | None:
        """The whole text with its secrets, None when a part of it is not known."""
        values = [part.value if isinstance(part, Hole) else part for part in self.parts]
        return None if None in values else "".join(value for value in values if value is not None)

    @property
    def is_secret(self) -> bool:
        """Tell whether a part of it is a secret."""
        return any(hole.secret for hole in self.holes)

    @property
    def shown(self) -> str:
        """The text for people, in which nothing is evaluated."""
        return "".join(f"${{{part.name}}}" if isinstance(part, Hole) else part for part in self.parts)

    @property
    def words(self) -> str:
        """A name made of it."""
        return word("_".join(part.name if isinstance(part, Hole) else part for part in self.parts))

    def __len__(self) -> int:
        return sum(len(part) if isinstance(part, str) else 1 for part in self.parts)


@dataclass(frozen=True)
class UnknownList:
    """A list that the template does not have."""

    hole: Hole


@dataclass(frozen=True)
class ObjectRef:
    """The id of a Data Pipeline object where CloudFormation's own `Ref` was written."""

    id: str


class NoValue:
    """What `AWS::NoValue` is: its place is taken away."""


NO_VALUE = NoValue()
Scalar: TypeAlias = str | bool | Text


def word(text: str) -> str:
    """Return a name that an expression can have, made of any text."""
    cleaned = _OTHER.sub("_", text).strip("_")[:_LONGEST_NAME].strip("_") or "value"
    return f"_{cleaned}" if cleaned[0].isdigit() else cleaned


def text_of(value: Scalar) -> Text:
    """Return a scalar as a text; booleans are written as CloudFormation writes them."""
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text(("true" if value else "false",))
    return Text((str(value),))


def joined(texts: Iterable[Text]) -> str | Text:
    """Return texts one behind the other; a plain text where nothing of it is unknown or secret."""
    parts: list[str | Hole] = []
    for text in texts:
        for part in text.parts:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
    if all(isinstance(part, str) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    return Text(tuple(part for part in parts if part != ""))


def derived(texts: Iterable[Text], suffix: str, origin: str, compute: Callable[[], Any]) -> Any:
    """Return what a function makes of texts: its result, or a hole of its own where that is not known or a secret.

    :param suffix: what the function is called in the hole's name
    :param compute: gives the result, when all is known; a text or a list of texts
    """
    texts = list(texts)
    holes = [hole for text in texts for hole in text.holes]
    if not holes:
        return compute()
    name = word("_".join([*(text.words for text in texts if text.holes), suffix]))
    secret = any(hole.secret for hole in holes)
    asked = ", ".join(dict.fromkeys(hole.asked for hole in holes))
    known = all(hole.value is not None for hole in holes)
    made = compute() if known else None
    if isinstance(made, list):
        return [
            Text((Hole(f"{name}_{number}", f"{origin}, item {number}", asked, secret, text_of(item).known),))
            for number, item in enumerate(made)
        ]
    return Text((Hole(name, origin, asked, secret, made),))
