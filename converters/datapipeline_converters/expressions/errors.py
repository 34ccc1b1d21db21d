"""Errors about expressions: what is wrong, where, what was found and what would be right."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from datapipeline_converters.errors import ConversionError

if TYPE_CHECKING:
    from datapipeline_converters.expressions.tree import Origin

_WIDTH = 72  # columns of an excerpt; a terminal has 80
_BEFORE = 40  # of them before the place, where there is more


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
        self.field: tuple[str, str] | None = None
        super().__init__(problem)

    def at(self, origin: Origin | None) -> ExpressionError:
        """Return this error with its place, unless it has one already."""
        if self.origin is None and origin is not None:
            self.origin = replace(origin)
        return self

    def advised(self, expected: str) -> ExpressionError:
        """Return this error with what would be right, unless it says so already."""
        self.expected = self.expected or expected
        return self

    def of(self, object_id: str, field: str) -> ExpressionError:
        """Return this error with the object and the field whose text it is about, unless it has them already."""
        self.field = self.field or (object_id, field)
        return self

    @property
    def sentence(self) -> str:
        """The message on one line, without the excerpt."""
        found = f", found {self.found}" if self.found else ""
        expected = f"; {self.expected}" if self.expected else ""
        place = f" (in {self.origin.place})" if self.origin and self.origin.place else ""
        return f"{self.problem}{found}{expected}{place}"

    def __str__(self) -> str:
        if self.origin is None:
            return self.sentence
        line, caret = _excerpt(self.origin.source, self.origin.position)
        return f"{self.sentence}\n    {line}\n    {caret}"


class UnsupportedExpressionError(ExpressionError):
    """A valid expression that no Airflow template can say; the field has to be refused."""


def _excerpt(source: str, position: int) -> tuple[str, str]:
    """Return the line of `source` around `position`, cut to a terminal's width, and a caret below that position."""
    start = source.rfind("\n", 0, position) + 1
    end = source.find("\n", position)
    line, position = source[start : len(source) if end < 0 else end], position - start
    first = 0 if len(line) <= _WIDTH else max(0, min(position - _BEFORE, len(line) - _WIDTH))
    shown = line[first : first + _WIDTH]
    cut_before, cut_after = "…" if first else "", "…" if first + _WIDTH < len(line) else ""
    before = f"{cut_before}{_printable(shown[: position - first])}"
    return f"{before}{_printable(shown[position - first :])}{cut_after}", " " * _columns(before) + "^"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _columns(text: str) -> int:
    """Return how wide a terminal shows a text."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
