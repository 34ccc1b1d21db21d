"""The nodes an expression is made of. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ParameterKind: TypeAlias = Literal["text", "integer", "number"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node stands: the field's text, and the index of its first character.

    :param place: which text that is, for the user, where it is not the one that is being read
    """

    source: str
    position: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number; int and float are different things (`1 / 2` and `1.0 / 2`).

    :param text: how it was given, where it was given as the text of a parameter
    """

    value: int | float
    text: str = ""
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text, or a text known at conversion."""

    value: str
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A reference such as `node.@scheduledStartTime`; the parts keep their `@` or `*`."""

    parts: tuple[str, ...]
    origin: Origin | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments; `x.f(a)` is `f(x, a)`."""

    function: str
    arguments: tuple[Node, ...]
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One of + - * / ^ between two operands."""

    operator: str
    left: Node
    right: Node
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus before an operand."""

    operand: Node
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An Airflow Param, known when a run starts.

    :param name: the Param's name
    :param kind: what its value is
    :param is_array: whether it is a list of such values
    :param optional: whether it may have no value, which is empty text inside a longer text
    """

    name: str
    kind: ParameterKind = "text"
    is_array: bool = False
    optional: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """An Airflow Variable, where secrets live; a text known when a run starts."""

    key: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime field of the run, such as `@scheduledStartTime`.

    :param owner: the object whose field it is, as far as somebody wants to know
    """

    name: str
    owner: str = field(default="", compare=False, repr=False)
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """Another field's text, bound where that field lives."""

    template: Template


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    nodes: tuple[Node, ...]


Node: TypeAlias = (
    Number | Text | Name | Call | Operation | Negation | Parameter | Variable | Runtime | Joined | Items
)


@dataclass(frozen=True, slots=True)
class Template:
    """A field's text: literal text and expressions in turn.

    :param parts: literal text and expressions, in order; an empty text only where it makes a text of one expression
    :param source: the text it was read from
    """

    parts: tuple[str | Node, ...]
    source: str = field(default="", compare=False, repr=False)
