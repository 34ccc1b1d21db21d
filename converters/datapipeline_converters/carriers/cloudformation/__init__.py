"""Reads CloudFormation templates: each pipeline among their resources is a definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from datapipeline_converters.carriers.cloudformation.pipeline import read_pipeline
from datapipeline_converters.carriers.cloudformation.template import (
    PIPELINE,
    GivenValues,
    Template,
    is_template,
    read_template,
)
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

__all__ = ["is_template", "read"]


def read(
    document: dict[str, Any], source: str, given: Mapping[str, tuple[str, ...]]
) -> tuple[Definition, ...]:
    """Return the pipelines of a template, in its order.

    What functions give is put in where the template says it, or a value is given. What it does not say becomes a
    parameter of the pipeline without value; so does a secret, with its value.

    :param document: what `parse_json` or `parse_yaml` gave
    :param source: the file's name, for messages
    :param given: values by name: for the template's parameters, for pseudo parameters (`AWS::Region`), resources,
        attributes (`Bucket.Arn`) and exports; a star makes a secret of one
    :raises NoDefinitionError: when it has no pipeline
    :raises UnreadableError: when one cannot be read
    """
    template = read_template(document, source)
    if not template.pipelines:
        raise NoDefinitionError(source, *_nothing(template))
    values = GivenValues(given)
    for name in template.parameters:
        values.take(name)
    found: list[Definition] = []
    told: list[Repair] = list(_about(template))
    for logical in template.pipelines:
        try:
            definition, repairs = read_pipeline(template, logical, values)
        except RecursionError:
            advice = "A template has only a few levels."
            raise UnreadableError(source, f"{logical}: nested or chained too deeply", advice) from None
        told += repairs
        if definition is not None:
            found.append(definition)
    if not found:
        raise UnreadableError(
            source,
            "none of its pipelines belongs to the stack: "
            + "; ".join(f"{item.place}: {item.text}" for item in told),
            "Give other values with --set.",
        )
    used = frozenset(values.used)
    return tuple(
        replace(item, repairs=tuple(dict.fromkeys([*told, *item.repairs])), used=used) for item in found
    )


def _about(template: Template) -> list[Repair]:
    """Return what is to be told of a template as a whole."""
    told = [Repair("template", f"{sentence}: not applied") for sentence in template.unread]
    if template.has_placeholders:
        told.append(
            Repair("template", "placeholders `${name}` that another tool fills in first: each is a parameter")
        )
    if template.is_fragment:
        told.append(Repair("template", "resources without the rest of a template: read as its `Resources`"))
    others = len(template.resources) - len(template.pipelines)
    if others:
        told.append(Repair("Resources", f"{others} of {len(template.resources)} are no pipelines: not read"))
    return told


def _nothing(template: Template) -> tuple[str, str]:
    types = Counter(str(item.get("Type")) for item in template.resources.values())
    listed = ", ".join(name for name, _ in types.most_common(5)) or "nothing"
    return (
        f"a CloudFormation template without any {PIPELINE}; it has {listed}",
        "Give the template that makes the pipeline.",
    )
