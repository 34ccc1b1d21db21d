"""Errors about expressions: what is wrong, where, what was found and what would be right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datapipeline_converters.errors import ConversionError

if TYPE_CHECKING:
    from datapipeline_converters.expressions.tree import Origin

_EXCERPT = 60  # characters shown on either side of the place


class ExpressionError(ConversionError):
    """An expression that AWS Data Pipeline would refuse, or could not evaluate.

    :param problem: what is wrong, one clause
    :param found: what stands there instead, already quoted
    :param expected: what would be right
    :param origin: field text and position; added later by `at` where the place of the failure does not know
        it
    """

    def __init__(
        self, problem: str, *, found: str = "", expected: str = "", origin: Origin | None = None
    ) -> None:
        self.problem, self.found, self.expected, self.origin = problem, found, expected, origin
        super().__init__(problem)

    def at(self, origin: Origin | None) -> ExpressionError:
        """Return this error with its place, unless it has one already."""
        if self.origin is None and origin is not None:
            self.origin = replace(origin)
        return self

    @property
    def sentence(self) -> str:
        """The message on one line, without the excerpt."""
        found = f", found {self.found}" if self.found else ""
        expected = f"; {self.expected}" if self.expected else ""
        return f"{self.problem}{found}{expected}"

    def __str__(self) -> str:
        if self.origin is None:
            return self.sentence
        line, caret = _excerpt(self.origin.source, self.origin.position)
        return f"{self.sentence}\n    {line}\n    {caret}"


class UnsupportedExpressionError(ExpressionError):
    """A valid expression that no Airflow template can say; the field has to be refused."""


def _excerpt(source: str, position: int) -> tuple[str, str]:
    """Return the line of `source` around `position` and a line with a caret below that position."""
    first = max(source.rfind("\n", 0, position) + 1, position - _EXCERPT)
    end = source.find("\n", position)
    last = min(len(source) if end < 0 else end, position + _EXCERPT)
    line = source[first:last].replace("\t", " ").replace("\r", " ")
    return line, " " * (position - first) + "^"
