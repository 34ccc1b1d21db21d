"""Knows which date patterns probably mean something else than their authors wanted."""

from __future__ import annotations

import itertools
from functools import lru_cache

from datapipeline_converters.expressions.joda import Field, parse_pattern
from datapipeline_converters.expressions.strftime import in_joda

_HOURS = {*"HhKk"}


def _is_for_a_month(before: str, letter: str, after: str) -> bool:
    """Tell whether a letter is a minute beside a year or a day, and belongs to no hour."""
    return letter == "m" and before not in _HOURS and bool({before, after} & {*"Yyxd"})


@lru_cache(maxsize=512)
def suspicions(pattern: str) -> tuple[str, ...]:
    """Return a sentence for each letter that probably means something else than its author wanted."""
    fields = [token for token in parse_pattern(pattern) if isinstance(token, Field)]
    letters = [field.letter for field in fields]
    pairs = list(itertools.pairwise(letters))
    neighbours = list(zip(["", *letters], letters, [*letters[1:], ""], strict=False))
    found = []
    if {"h", "K"} & set(letters) and "a" not in letters:
        found.append(
            "counts hours up to 12 without AM or PM, so that 02:00 and 14:00 look the same (HH counts to 23)"
        )
    if "D" in letters and "M" in letters:
        found.append("has D, the day of the year, beside a month (dd is the day of the month)")
    if "S" in letters and "s" not in letters:
        found.append("has S, a fraction of a second, without seconds (ss)")
    if any(a in _HOURS and b == "M" for a, b in pairs):
        found.append("has M, the month, after the hour (mm is the minute)")
    if any(_is_for_a_month(before, letter, after) for before, letter, after in neighbours):
        found.append("has m, the minute, where a month is expected (MM is the month)")
    if "k" in letters:
        found.append("counts hours from 1 to 24, so that the day begins with 24 (HH counts from 0)")
    if meant := in_joda(pattern):
        found.append(f"looks like strftime's, where Joda-Time copies the % and would need {meant!r}")
    if "w" in letters and {"Y", "y"} & set(letters):
        found.append("has the calendar year beside the week (xxxx is the year the week belongs to)")
    return tuple(f"the date pattern {pattern!r} {sentence}; it is kept as written" for sentence in found)
