"""What conversion leaves to the user: tasks that fail, fields that are refused, and what remains beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from datapipeline_converters.assessment.summary import Blocker
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import Problem
from datapipeline_converters.ledger import Grade, Verdict

# How the conversion's sentences say where something is.
_PLACE = re.compile(
    r"object `(?P<object>[^`]*)`(?:, field `(?P<field>[^`]*)`)?(?: \(.*?\))?: (?P<reason>.*)", re.DOTALL
)
_TASK_FAILS = re.compile(r"\s*[Ii]ts task fails and says (?:so|what is wrong)\.?$")
_NO_VALUE = re.compile(
    r"parameter `(?P<name>[^`]*)` has no value|`#\{(?P<undeclared>[^`}]*)\}`: nothing declares this name"
)
# What to do where the ledger says nothing better, by kind.
_ADVICE = {
    "task": "Build it by hand in the DAG file; until then its task fails and says why.",
    "field": "Do this part by hand in the DAG file, or take the field out if you no longer need it.",
    "value": "Give it with --set NAME=VALUE or --values FILE, or later in its Variable or the trigger form.",
    "other": "See the report that `dp2airflow convert` writes.",
}
_CORRECT = (
    "Correct the definition, or convert it with --allow-invalid: what is wrong becomes a task that fails."
)


def left_to_user(definition: Definition, conversion: Conversion) -> Iterator[Blocker]:
    """Yield what a conversion leaves to the user, one for each of its sentences, and for each parameter without value."""
    verdicts = {(taker, line.field): line.verdict for line in conversion.lines for taker in line.inherited_by}
    verdicts |= {(line.object_id, line.field): line.verdict for line in conversion.lines}
    asked: set[str] = set()
    for sentence in conversion.plan.left:
        if match := _NO_VALUE.match(sentence):
            # That nothing declares it is one sentence, that it has no value another.
            name = match["name"] or match["undeclared"]
            if name not in asked:
                yield Blocker("value", "", "", "", sentence, _ADVICE["value"])
            asked.add(name)
        else:
            yield _blocker(definition, sentence, verdicts)


def invalid(definition: Definition, problems: Iterable[Problem]) -> Iterator[Blocker]:
    """Yield what Data Pipeline would refuse."""
    for problem in problems:
        kind = _type_of(definition, problem.object_id)
        yield Blocker("invalid", problem.object_id, kind, problem.field, problem.text, _CORRECT)


def _blocker(definition: Definition, sentence: str, verdicts: Mapping[tuple[str, str], Verdict]) -> Blocker:
    """Return what one sentence tells of.

    :param verdicts: the ledger's, by object id and field, those on inherited fields included
    """
    place = _PLACE.fullmatch(sentence)
    if place is None:
        return Blocker("other", "", "", "", sentence, _ADVICE["other"])
    object_id, field = place["object"], place["field"] or ""
    reason, fails = _TASK_FAILS.subn("", place["reason"])
    verdict = verdicts.get((object_id, field))
    refused = verdict is not None and verdict.grade is Grade.REFUSED
    kind = "task" if fails else "field" if refused else "other"
    what_to_do = (verdict.advice if verdict else "") or _ADVICE[kind]
    return Blocker(kind, object_id, _type_of(definition, object_id), field, reason, what_to_do)


def _type_of(definition: Definition, object_id: str) -> str:
    item = definition.objects.get(object_id)
    return (item.type or "") if item else ""
