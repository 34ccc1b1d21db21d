"""Knows how each field's fate is written down: one grade, one reason, one line for every field of the raw file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from datapipeline_converters.refusals import Loss


class Grade(StrEnum):
    """What became of a field."""

    EXACT = "exact"
    EMULATED = "emulated"
    APPROXIMATED = "approximated"
    REFUSED = "refused"
    NOT_NEEDED = "not needed"


# Of several fates of one field the user has to hear the worst.
_SEVERITY = (Grade.NOT_NEEDED, Grade.EXACT, Grade.EMULATED, Grade.APPROXIMATED, Grade.REFUSED)


# What the user can do about a verdict that says nothing better. Nothing is to be done about the other grades.
_ADVICE = {
    Grade.EMULATED: "Nothing, unless you relied on how Data Pipeline did it.",
    Grade.APPROXIMATED: "Check whether the difference matters to you; if it does, change the DAG file.",
    Grade.REFUSED: "Do this part by hand in the DAG file, or take the field out if you no longer need it.",
}


@dataclass(frozen=True)
class Verdict:
    """A grade and its reason, in words for the user.

    :param suggestion: what the user can do about it, a sentence; "" for what holds for all of the grade
    """

    grade: Grade
    reason: str
    suggestion: str = ""

    @property
    def advice(self) -> str:
        """What the user can do about it; "" where there is nothing to do."""
        return self.suggestion or _ADVICE.get(self.grade, "")

    def worse_than(self, other: Verdict) -> bool:
        """Tell whether this verdict says more of a loss than the other."""
        return _SEVERITY.index(self.grade) > _SEVERITY.index(other.grade)


def exact(reason: str) -> Verdict:
    """Return the verdict that Airflow does the same."""
    return Verdict(Grade.EXACT, reason)


def emulated(reason: str, advice: str = "") -> Verdict:
    """Return the verdict that something else gives the same effect.

    :param advice: what the user can do about it, a sentence; the same for the next
    """
    return Verdict(Grade.EMULATED, reason, advice)


def approximated(reason: str, advice: str = "") -> Verdict:
    """Return the verdict that the effect is close; the reason says what differs."""
    return Verdict(Grade.APPROXIMATED, reason, advice)


def refused(row: Loss, **facts: object) -> Verdict:
    """Return the verdict that it would have done work and does none; the user has to act.

    :param row: why, a row of the table of all that is refused
    :param facts: what the names in it stand for
    """
    return Verdict(Grade.REFUSED, row.why(**facts), row.what_to_do(**facts))


def not_needed(reason: str) -> Verdict:
    """Return the verdict that it has no effect here, and had none that matters."""
    return Verdict(Grade.NOT_NEEDED, reason)


# The type that lines on a parameter's attributes have; no object has it.
PARAMETER = "parameter"


@dataclass(frozen=True)
class Line:
    """One line of the ledger: one field of one object, or one attribute of one parameter, of the raw file.

    :param object_id: the object or the parameter
    :param inherited_by: ids of the objects that have the field from this one
    :param overridden_for: ids of the objects that would have it, and have a nearer one
    """

    object_id: str
    type: str | None
    field: str
    verdict: Verdict
    reference: str
    inherited_by: tuple[str, ...] = ()
    overridden_for: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it stands, for the user."""
        if self.type == PARAMETER:
            return f"parameter `{self.object_id}`, attribute `{self.field}`"
        return f"object `{self.object_id}`, field `{self.field}`"

    def as_json(self) -> dict[str, Any]:
        """Return the line in the ledger's published shape."""
        return {
            "object": self.object_id,
            "type": self.type,
            "field": self.field,
            "grade": str(self.verdict.grade),
            "reason": self.verdict.reason,
            "advice": self.verdict.advice,
            "reference": self.reference,
            "inherited_by": list(self.inherited_by),
            "overridden_for": list(self.overridden_for),
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the verdict that loses most; of equal ones the first; None of none."""
    result: Verdict | None = None
    for verdict in verdicts:
        if result is None or verdict.worse_than(result):
            result = verdict
    return result


class Notes:
    """Collects what is found out about fields while planning; what is noted overrides the type's own table."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, str], list[Verdict]] = {}

    def add(self, object_id: str, field: str, verdict: Verdict) -> None:
        """Note a verdict on a field of an object, own or inherited."""
        verdicts = self._verdicts.setdefault((object_id, field), [])
        if verdict not in verdicts:
            verdicts.append(verdict)

    def of(self, object_id: str, field: str) -> tuple[Verdict, ...]:
        """Return all verdicts on a field, in the order they were found."""
        return tuple(self._verdicts.get((object_id, field), ()))


def combine(table: Verdict | None, notes: Iterable[Verdict]) -> Verdict | None:
    """Return one verdict for a field: the worst grade, with the reasons and the advice of that grade joined.

    :param table: what the type says of the field in general
    :param notes: what was found out about it in this definition
    """
    found = list(notes)
    heaviest = worst([*found, *([table] if table else [])])
    if heaviest is None:
        return None
    alike = [v for v in [*([table] if table else []), *found] if v.grade == heaviest.grade]
    reasons = dict.fromkeys(v.reason for v in alike)
    suggestions = dict.fromkeys(v.suggestion for v in alike if v.suggestion)
    return Verdict(heaviest.grade, "; ".join(reasons), " ".join(suggestions))


def verdict_table(*tables: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return several tables as one; later ones win."""
    return {field: verdict for table in tables for field, verdict in table.items()}
