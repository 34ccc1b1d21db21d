"""Cuts the inside of `#{...}` into tokens; knows where an expression ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.tree import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

TokenKind: TypeAlias = Literal["number", "text", "name", "mark", "end"]

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<number>\d+\.\d+|\.\d+|\d+)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<name>@?[^\W\d]\w*)
      | (?P<mark>[-+*/^(),.])
      | (?P<end>\})""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `stop` are positions in the field's text."""

    kind: TokenKind
    text: str
    start: int
    stop: int

    def __str__(self) -> str:
        return f'"{self.text}"' if self.kind != "end" else "the closing }"


def tokens(source: str, opening: int) -> Iterator[Token]:
    """Yield the tokens of the expression whose `#{` stands at `opening`, the closing brace last.

    Braces between quotes do not close an expression.

    :raises ExpressionError: the expression is not closed, or holds a character that means nothing
    """
    position = opening + 2
    while match := _TOKEN.match(source, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "blank":
            continue
        yield Token(kind, match.group(), match.start(), position)  # type: ignore[arg-type]
        if kind == "end":
            return
    raise _stuck(source, opening, position)


def _stuck(source: str, opening: int, position: int) -> ExpressionError:
    if position == len(source):
        return ExpressionError(
            "the expression is not closed",
            found="the end of the text",
            expected='expected "}"; a text that should keep "#{" cannot be written in Data Pipeline',
            origin=Origin(source, opening),
        )
    character = source[position]
    if character in "'\"":
        return ExpressionError(
            "the quoted text is not closed",
            expected=f"expected another {character} before the closing }}",
            origin=Origin(source, position),
        )
    return ExpressionError(
        "not an expression",
        found=f'"{character}"',
        expected="expected a name, a number, a quoted text, an operator (+ - * / ^), a parenthesis or }",
        origin=Origin(source, position),
    )
