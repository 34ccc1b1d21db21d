"""Finds the names in a text that may be no valid expression: what is wrong with it is told where it is bound."""

from __future__ import annotations

from datapipeline_converters.expressions.bind import names
from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.parser import parse
from datapipeline_converters.expressions.tree import Name


def written_names(text: str) -> tuple[Name, ...]:
    """Return all names in a text, in order; none where it is no valid expression."""
    if "#{" not in text:
        return ()
    try:
        return tuple(names(parse(text)))
    except ExpressionError:
        return ()


def names_in(text: str) -> set[str]:
    """Return the last parts of all names in a text, without stars."""
    return {name.parts[-1].removeprefix("*") for name in written_names(text)}


def starred_names_in(text: str) -> set[str]:
    """Return the last parts of the names in a text that have a star, without it."""
    if "*" not in text:
        return set()
    return {name.parts[-1][1:] for name in written_names(text) if name.parts[-1].startswith("*")}
