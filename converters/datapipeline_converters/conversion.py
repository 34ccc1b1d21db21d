"""The line of stages: definition in, files out. Writes nothing: dry run, diff, test and web page are the same call."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from datapipeline_converters import expressions
from datapipeline_converters.accounting import account, losses
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.inheritance import inherit
from datapipeline_converters.ledger import Line
from datapipeline_converters.model import Model
from datapipeline_converters.names import pipeline_name
from datapipeline_converters.options import Options
from datapipeline_converters.parameters import Parameters
from datapipeline_converters.plan import Plan
from datapipeline_converters.planning.definition import make_plan
from datapipeline_converters.rendering.dags import render
from datapipeline_converters.reports.ledger_file import ledger_json
from datapipeline_converters.reports.report import report_text
from datapipeline_converters.reports.secrets import connections_json, variables_json


@dataclass(frozen=True)
class File:
    """The content of a file to write.

    :param secret: whether only its owner may read it
    """

    text: str
    secret: bool = False


@dataclass(frozen=True)
class Conversion:
    """All that came of one definition.

    :param name: the pipeline's name
    :param files: by file name
    :param lines: the ledger
    """

    name: str
    files: Mapping[str, File]
    lines: Sequence[Line]
    plan: Plan

    @property
    def complete(self) -> bool:
        """Tell whether the DAG does the work once connections and credentials are filled in."""
        return not self.plan.left


def convert(definition: Definition, options: Options) -> Conversion:
    """Return what a definition becomes.

    :raises InvalidDefinitionError: when Data Pipeline would refuse it, unless `options.allow_invalid`
    """
    objects, circles = inherit(definition)
    parameters = Parameters(definition, options.values, _names_in_secret_fields(definition))
    name = pipeline_name(
        options.name or definition.name or definition.source.rpartition(".")[0] or "pipeline"
    )
    model = Model(name=name, source=definition.source, objects=objects, parameters=parameters)
    model.problems += [*definition.problems, *circles, *parameters.problems()]
    plan = make_plan(model, options)
    if model.problems and not options.allow_invalid:
        raise InvalidDefinitionError(definition.source, list(dict.fromkeys(model.problems)))
    lines = account(definition, model)
    plan = replace(plan, left=list(dict.fromkeys([*plan.left, *losses(lines, model)])))
    source = render(plan)
    ast.parse(source)  # a file that Python cannot read must never be written
    files = {
        f"{name}.py": File(source),
        f"{name}.ledger.json": File(ledger_json(name, definition.source, lines, definition.repairs)),
        f"{name}.report.md": File(report_text(plan, definition, lines)),
        f"{name}.connections.json": File(connections_json(plan.connections), secret=True),
    }
    if plan.variables:
        files[f"{name}.variables.json"] = File(variables_json(plan.variables), secret=True)
    return Conversion(name, files, lines, plan)


def _names_in_secret_fields(definition: Definition) -> set[str]:
    """Return the parameters whose value ends in a starred field: the field decides what is secret."""
    found = set()
    for item in definition.objects.values():
        for key, values in item.fields.items():
            for value in values:
                if key.startswith("*") and isinstance(value, str):
                    found |= _names(value)
    return found


def _names(text: str) -> set[str]:
    try:
        return {name.parts[-1].removeprefix("*") for name in expressions.names(expressions.parse(text))}
    except expressions.ExpressionError:
        return set()
