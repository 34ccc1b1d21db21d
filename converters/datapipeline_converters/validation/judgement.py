"""Brings together what the checks find and what the converter finds on its way, each fault once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from datapipeline_converters.catalogue import types
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import Problem
from datapipeline_converters.model import Model
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.planning.definition import make_plan
from datapipeline_converters.validation.checks import CHECKS, REFUSING, Check
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.rules import Level
from datapipeline_converters.validation.subject import Subject, refs

# How the expressions' errors say that they are about another text.
_ELSEWHERE = re.compile(r"\(in field '(?P<field>[^']+)' of object '(?P<object>[^']+)'\)")

_CIRCLE = "refers to itself"


def validate(definition: Definition, options: Options) -> tuple[Finding, ...]:
    """Return all that is wrong with a definition, in the order of its objects, errors before warnings.

    What `convert` refuses has an error here, in the same words, and what has no error here it does not refuse.

    :param options: the values that parameters have, and when the pipeline was activated
    """
    model = model_of(definition, options)
    make_plan(model, options)
    found = _checked(definition, options, CHECKS)
    return _sorted(definition, _together(definition, model, model.problems, found))


def refusals(definition: Definition, options: Options, model: Model) -> tuple[Problem, ...]:
    """Return what the checks find that `convert` has to refuse and planning has not come upon.

    :param model: the model that was planned, with the problems found on the way
    """
    planned = _by_place(definition, model, model.problems)
    return tuple(
        Problem(finding.object_id, finding.field, finding.text, finding.rule_id)
        for finding in _checked(definition, options, REFUSING)
        if finding.rule.refused and (finding.object_id, finding.field) not in planned
    )


def _checked(definition: Definition, options: Options, checks: Iterable[Check]) -> list[Finding]:
    # The checks read texts in ways of their own: what they note must not be in anybody's ledger.
    subject = Subject(definition, model_of(definition, options))
    return list(dict.fromkeys(finding for check in checks for finding in check(subject)))


def _together(
    definition: Definition, model: Model, problems: Iterable[Problem], found: Iterable[Finding]
) -> list[Finding]:
    """Return the problems as findings, with the findings that are at no problem's place or are of another kind."""
    rules = {(finding.object_id, finding.field): finding.rule_id for finding in found if finding.rule.refused}
    planned = _by_place(definition, model, problems)
    places = {*planned, *rules}
    result = []
    for place, several in planned.items():
        item = definition.objects.get(place[0])
        kind = item.type or "" if item else ""
        dangling = [problem for problem in several if problem.rule == "dangling-reference"]
        for problem in dangling or several:
            if _is_told_elsewhere(problem, place, places):
                continue
            if problem.rule == "wrong-reference-type" and _leads_to_no_type(definition, place):
                continue  # the object it leads to is what has to be corrected
            rule = problem.rule or rules.get(place, "invalid-value")
            result.append(Finding(rule, *place, problem.text, kind))
    result += [
        finding
        for finding in found
        if not finding.rule.refused or (finding.object_id, finding.field) not in planned
    ]
    return list(dict.fromkeys(result))


def _is_told_elsewhere(problem: Problem, place: tuple[str, str], places: Set[tuple[str, str]]) -> bool:
    """Tell whether what is wrong is in another field, which has its own finding; a circle is in all of them."""
    match = None if _CIRCLE in problem.text else _ELSEWHERE.search(problem.text)
    return match is not None and (match["object"], match["field"]) in places - {place}


def _leads_to_no_type(definition: Definition, place: tuple[str, str]) -> bool:
    """Tell whether a field refers to an object of a type that there is not."""
    owner = definition.objects.get(place[0])
    targets = [
        definition.objects.get(ref.id) for ref in refs(owner.fields.get(place[1], ()) if owner else ())
    ]
    return any(target and target.type and target.type not in types() for target in targets)


def _by_place(
    definition: Definition, model: Model, problems: Iterable[Problem]
) -> Mapping[tuple[str, str], list[Problem]]:
    """Return problems by object and field; those in an inherited field stand with the object that writes it."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        item = model.objects.get(problem.object_id)
        field = item.fields.get(problem.field) if item else None
        place = (field.owner if field else problem.object_id, problem.field)
        known = found.setdefault(place, [])
        if problem.text not in {other.text for other in known}:
            known.append(problem)
    return found


def _sorted(definition: Definition, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = {object_id: number for number, object_id in enumerate(["", *definition.objects])}
    levels = list(Level)
    return tuple(
        sorted(
            findings,
            key=lambda finding: (order.get(finding.object_id, len(order)), levels.index(finding.level)),
        )
    )
