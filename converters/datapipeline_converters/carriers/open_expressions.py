"""Knows where a text stands in expressions of Data Pipeline: a value that is not known cannot be put into one."""

from __future__ import annotations

import re

# What ends a state within an expression, or begins another.
_MARKS = {"}": re.compile("[}'\"]"), "'": re.compile("'"), '"': re.compile('"')}


def within_at_end(text: str, within: str) -> str:
    """Tell where a text ends: "" outside of expressions, the quote or the brace that would close what it is in.

    :param within: the same of what stands before it
    """
    position = 0
    while position < len(text):
        if not within:
            start = text.find("#{", position)
            if start < 0:
                return ""
            position, within = start + 2, "}"
            continue
        match = _MARKS[within].search(text, position)
        if match is None:
            return within
        position = match.end()
        within = {"}": "" if match[0] == "}" else match[0]}.get(within, "}")
    return within
