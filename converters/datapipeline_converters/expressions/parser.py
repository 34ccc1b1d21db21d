"""The grammar: turns a field's text into a tree. Precedence and associativity are AWS's presumed ones."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from datapipeline_converters.expressions.checks import check_call
from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.lexer import Token, tokens
from datapipeline_converters.expressions.tree import (
    Call,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Origin,
    Template,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Weakest first; all of them group from the left. [inferred]
PRECEDENCE = (("+", "-"), ("*", "/"), ("^",))

_QUOTES_IN_QUOTES = (
    "a quoted text cannot hold its own kind of quote; write the other kind around it, "
    "as in format(x, \"yyyy-MM-dd'T'HH:mm\")"
)

# A date pattern up to the end of the call, as nobody names a field: runs of its letters, signs, quoted text.
_BARE_PATTERN = re.compile(r"(?=[A-Za-z])(?:([aCDdEeGHhKkMmSswxYyZz])\1*+|'[^'()]*'|[-/:., _])+(?=\))")
_OF_A_DATE = re.compile(r"YY|yy|xx|MM|dd|DD|HH|hh|mm|ss|EE")

MAX_NESTING = 50  # parentheses, calls and signs within each other
MAX_OPERATIONS = 150  # operators in one expression
MAX_DIGITS = 18  # of a whole number: what fits into Java's long


@lru_cache(maxsize=256)  # each text of a definition is read for several purposes
def parse(text: str, place: str = "") -> Template:
    """Read a field's text: literal text with `#{...}` in it (dp-pipeline-expressions).

    `${...}`, `$1` and braces of other kinds are literal text.

    :param place: which text it is, for messages, where they are about another: "field 'table' of object 'In'"
    :raises ExpressionError: an expression is malformed; the message shows the place
    """
    parts: list[str | Node] = []
    position = 0
    while (opening := text.find("#{", position)) >= 0:
        if opening > position:
            parts.append(text[position:opening])
        expression = _Expression(text, opening, place)
        parts.append(expression.read())
        position = expression.stop
    if position < len(text):
        parts.append(text[position:])
    return Template(tuple(parts), text)


class _Expression:
    """One expression while it is read."""

    def __init__(self, source: str, opening: int, place: str) -> None:
        self.source, self.place = source, place
        self.stop = opening
        self._rest: Iterator[Token] = tokens(source, opening, place)
        self._taken = self._token = next(self._rest)
        self._nesting = self._operations = 0

    def read(self) -> Node:
        if self._is_over():
            raise self._error("the expression is empty", expected="expected a name, a value or a call")
        node = self._operation(0)
        if not self._is_over():
            raise self._error(
                "the expression does not go on like this",
                found=str(self._token),
                expected=self._quotes() or "expected an operator (+ - * / ^) or }; a name holds no blanks",
            )
        self.stop = self._token.stop
        return node

    def _operation(self, level: int) -> Node:
        if level == len(PRECEDENCE):
            return self._unary()
        left = self._operation(level + 1)
        while any(self._is(sign) for sign in PRECEDENCE[level]):
            self._count_operation()
            sign = self._take()
            left = Operation(sign.text, left, self._operation(level + 1), self._origin(sign))
        return left

    def _unary(self) -> Node:
        if not self._is("-"):
            return self._postfix()
        sign = self._take()
        self._enter()
        operand = self._unary()
        self._nesting -= 1
        return Negation(operand, self._origin(sign))

    def _postfix(self) -> Node:
        node = self._primary()
        while self._is("."):
            self._take()
            starred, segment = self._segment()
            if self._is("(") and not starred:
                node = self._call(segment, (node,))
            elif isinstance(node, Name):
                node = Name((*node.parts, starred + segment.text), node.origin)
            else:
                raise self._error(
                    "only a function can follow the dot here",
                    found=f'"{segment.text}"',
                    expected=f'expected a call such as "{segment.text}(...)"',
                    token=segment,
                )
        return node

    def _primary(self) -> Node:
        token = self._token
        if token.kind == "number":
            return self._number()
        if token.kind == "text":
            return Text(self._take().text[1:-1], self._origin(token))
        if self._is("("):
            self._take()
            self._enter()
            inner = self._operation(0)
            self._nesting -= 1
            self._expect(")", "to close the parenthesis")
            return inner
        if token.kind == "name" or self._is("*"):
            starred, segment = self._segment()
            if self._is("(") and not starred:
                return self._call(segment, ())
            return Name((starred + segment.text,), self._origin(token))
        raise self._error(
            "a value is missing", found=str(token), expected="expected a name, a number, a quoted text or ("
        )

    def _number(self) -> Number:
        token = self._take()
        if "." in token.text:
            return Number(float(token.text), origin=self._origin(token))
        if len(token.text.lstrip("0")) > MAX_DIGITS:
            raise self._error("the number is too large", expected=f"at most {MAX_DIGITS} digits", token=token)
        return Number(int(token.text), origin=self._origin(token))

    def _segment(self) -> tuple[str, Token]:
        """Read one part of a name; the star of an encrypted one is a token of its own."""
        star = self._take() if self._is("*") else None
        name = self._token
        if name.kind != "name" or (star and star.stop != name.start):
            raise self._error(
                "a name is missing", found=str(name), expected="expected a field, a parameter or a function"
            )
        self._take()
        return "*" if star else "", name

    def _call(self, function: Token, first: tuple[Node, ...]) -> Call:
        self._take()
        self._enter()
        arguments = list(first)
        while not self._is(")"):
            if function.text == "format" and len(arguments) == 1:
                self._check_quotes()
            arguments.append(self._operation(0))
            if not self._is(","):
                break
            self._take()
            if self._is(")"):
                raise self._error("an argument is missing", found=str(self._token))
        self._expect(")", f"or a comma after an argument of {function.text}")
        self._nesting -= 1
        call = Call(function.text, tuple(arguments), self._origin(function))
        check_call(call)
        return call

    def _check_quotes(self) -> None:
        """Raise ExpressionError where a date pattern stands that has no quotes around it."""
        match = _BARE_PATTERN.match(self.source, self._token.start)
        if match is None or not _OF_A_DATE.search(match[0]):
            return
        pattern = match[0].rstrip()
        quote = '"' if "'" in pattern else "'"
        raise self._error(
            "the date pattern of format has no quotes",
            found=pattern,
            expected=f"put the pattern in quotes: {quote}{pattern}{quote}",
        )

    def _enter(self) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._error(f"the expression is nested more than {MAX_NESTING} deep")

    def _count_operation(self) -> None:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise self._error(f"the expression has more than {MAX_OPERATIONS} operators")

    def _is_over(self) -> bool:
        return self._token.kind == "end"

    def _is(self, mark: str) -> bool:
        return self._token.kind == "mark" and self._token.text == mark

    def _take(self) -> Token:
        self._taken = self._token
        self._token = next(self._rest)
        return self._taken

    def _expect(self, mark: str, purpose: str) -> None:
        if not self._is(mark):
            raise self._error(
                f'"{mark}" is missing',
                found=str(self._token),
                expected=self._quotes() or f'expected "{mark}" {purpose}',
            )
        self._take()

    def _quotes(self) -> str:
        """Return advice where a quoted text seems to hold its own kind of quote."""
        kinds = {self._taken.kind, self._token.kind}
        touching = self._token.start == self._taken.stop
        return (
            _QUOTES_IN_QUOTES if touching and "text" in kinds and kinds <= {"text", "name", "number"} else ""
        )

    def _origin(self, token: Token) -> Origin:
        return Origin(self.source, token.start, self.place)

    def _error(
        self, problem: str, *, found: str = "", expected: str = "", token: Token | None = None
    ) -> ExpressionError:
        return ExpressionError(
            problem, found=found, expected=expected, origin=self._origin(token or self._token)
        )
