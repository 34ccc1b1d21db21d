"""Counts the ledger: how much of a definition is kept, by grade and type, and what costs most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from datapipeline_converters.ledger import PARAMETER, Grade, Line

# What needs nothing from the user: it is as it was, or its effect is, or it has none here.
KEPT = frozenset({Grade.EXACT, Grade.EMULATED, Grade.NOT_NEEDED})
# What lines on objects without a type are counted under.
_NO_TYPE = "no type"
# So many fields are named as those that cost most.
_NAMED = 5


def kept_percent(lines: Sequence[Line]) -> float:
    """Return the share of the lines that are exact, emulated or not needed, in percent; 100 of no lines.

    Every line counts the same: a field of an object as an attribute of a parameter.
    """
    return 100 * sum(line.verdict.grade in KEPT for line in lines) / len(lines) if lines else 100.0


def shown_percent(percent: float) -> str:
    """Return a share for people, rounded down: what is not all of it is never shown as 100."""
    return f"{math.floor(percent * 10 + 1e-9) / 10:g}%"


def by_type(lines: Sequence[Line]) -> Mapping[str, Sequence[Line]]:
    """Return the lines by the type of their objects, types in the order of the alphabet, parameters last."""
    types = {line.type or _NO_TYPE for line in lines}
    return {
        name: [line for line in lines if (line.type or _NO_TYPE) == name]
        for name in sorted(types, key=lambda name: (name == PARAMETER, name))
    }


def grades(lines: Sequence[Line]) -> Mapping[str, int]:
    """Return how many lines each grade has, those of none among them."""
    counts = Counter(line.verdict.grade for line in lines)
    return {str(grade): counts[grade] for grade in Grade}


def too_little_kept(lines: Sequence[Line], least: float) -> str:
    """Return a sentence that says the share that is kept and what costs most, "" if it is enough.

    :param least: what is asked for, in percent
    """
    percent = kept_percent(lines)
    if percent >= least:
        return ""
    costs = Counter(
        f"{line.type or line.object_id}.{line.field}" for line in lines if line.verdict.grade not in KEPT
    )
    most = ", ".join(f"{field} ({count})" for field, count in costs.most_common(_NAMED))
    return (
        f"{shown_percent(percent)} of {len(lines)} fields are exact, emulated or not needed; {least:g}% are asked for. "
        f"These cost most: {most}"
    )


def approximations(lines: Sequence[Line]) -> list[str]:
    """Return a sentence for each line that is approximated, with what the user can do."""
    return [
        f"{line.place}: {line.verdict.reason}. {line.verdict.advice}"
        for line in lines
        if line.verdict.grade is Grade.APPROXIMATED
    ]
