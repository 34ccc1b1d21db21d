"""Reads a definition's parameters and their values (dp-custom-templates)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from datapipeline_converters.carriers.objects import Collector
from datapipeline_converters.carriers.values import as_list, read_attributes, read_field
from datapipeline_converters.definition import Parameter, Repair
from datapipeline_converters.errors import Problem, UnreadableError


def read_parameters(
    declared: list[dict[str, Any]], source: str, collector: Collector
) -> dict[str, Parameter]:
    """Return the declared parameters by name without the star.

    :raises UnreadableError: when one has no id
    """
    found: dict[str, Parameter] = {}
    for number, raw in enumerate(declared, start=1):
        if not isinstance(raw.get("id"), str) or not raw["id"].removeprefix("*"):
            raise UnreadableError(source, f"parameter {number} has no id", "Give it one, such as myName.")
        parameter, faults = read_attributes(raw["id"], raw, collector.repairs)
        place = f"parameter {parameter.name}"
        collector.problems += [
            Problem("", f"parameter {parameter.name!r}", fault, "parameter-attribute") for fault in faults
        ]
        earlier = found.setdefault(parameter.name, parameter)
        if earlier is parameter:
            continue
        if earlier == parameter and earlier.attributes == parameter.attributes:
            collector.repairs.append(Repair(place, "declared twice with the same content: read once"))
        else:
            collector.problems.append(
                Problem(
                    "",
                    f"parameter {parameter.name!r}",
                    "is declared twice, differently. Remove one of them.",
                    "duplicate-parameter",
                )
            )
            # Whoever converts it all the same must not lose the star.
            found[parameter.name] = replace(earlier, starred=earlier.starred or parameter.starred)
    return found


def read_values(
    values: dict[str, Any], source: str, repairs: list[Repair] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return parameter values by name; a scalar is a list of one, null is no value.

    A name keeps its star: it says that the value is secret, whatever the parameter's declaration says.

    :param repairs: where what was repaired is added; None where nobody asks
    :raises UnreadableError: when a value is no text
    """
    result: dict[str, tuple[str, ...]] = {}
    for name, written in values.items():
        found = read_field("values", name, written, [] if repairs is None else repairs, show=False)
        texts = tuple(value for value in found if isinstance(value, str))
        if len(texts) != len(found):
            fault = f"the value of parameter {name!r} is neither text nor a list of texts"
            raise UnreadableError(source, fault, "Correct it.")
        if texts or not as_list(written):  # an empty list is a value, a null within one is none
            result[name] = texts
    return result
