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


_ANYTHING = "expected a name, a number, a quoted text, an operator (+ - * / ^), a parenthesis or }"
# What other languages write, and what to do instead.
_ADVICE = (
    ("=<>!", "there are no comparisons: an expression is a value, such as a name or a call"),
    ("?:", "there are no conditions: an expression is a value, such as a name or a call"),
    ("&|", "there is no logic; + joins texts"),
    ("%", "there is no remainder; the operators are + - * / ^"),
    ("$", "${...} and $1 belong to the shell: close the expression before them"),
    ("#", "an expression cannot stand within another: write the name alone, without #{ }"),
    ("{", "an expression has one brace on each side: #{name}"),
    ("\\", 'a backslash means nothing here: in JSON, a quote within a string is written \\" once'),
    ("\u2018\u2019\u201c\u201d\u00b4`", "the quotes of a text are ' or \", straight ones"),
    ("[]", "one element of a list cannot be picked out"),
    ("@", "@ stands right before the name of a run-time field, such as @scheduledStartTime"),
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


def tokens(source: str, opening: int, place: str = "") -> Iterator[Token]:
    """Yield the tokens of the expression whose `#{` stands at `opening`, the closing brace last.

    Braces between quotes do not close an expression.

    :param place: which text it is, as in `parse`
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
    raise _stuck(source, position).at(Origin(source, opening if position == len(source) else position, place))


def _stuck(source: str, position: int) -> ExpressionError:
    if position == len(source):
        return ExpressionError(
            "the expression is not closed",
            found="the end of the text",
            expected='expected "}"; a text that should keep "#{" cannot be written in Data Pipeline',
        )
    character = source[position]
    if character in "'\"":
        return ExpressionError(
            "the quoted text is not closed",
            expected=f"expected another {character} before the closing }}",
        )
    return ExpressionError(
        "not an expression",
        found=f'"{character}"',
        expected=next((advice for characters, advice in _ADVICE if character in characters), _ANYTHING),
    )
