"""The line of stages: definition in, files out. Writes nothing: dry run, diff, test and web page are the same call."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from datapipeline_converters.accounting import account, losses
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError, Problem
from datapipeline_converters.inheritance import inherit
from datapipeline_converters.ledger import Line
from datapipeline_converters.model import Model
from datapipeline_converters.names import pipeline_name
from datapipeline_converters.options import Options
from datapipeline_converters.parameter_lines import note_put_in, parameter_lines
from datapipeline_converters.parameters import Parameters
from datapipeline_converters.plan import Plan
from datapipeline_converters.planning.definition import make_plan
from datapipeline_converters.rendering.dags import render
from datapipeline_converters.reports.ledger_file import ledger_json
from datapipeline_converters.reports.report import report_text
from datapipeline_converters.reports.secrets import connections_json, variables_json
from datapipeline_converters.scope import names_in, starred_names_in


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
    def dag_file(self) -> str:
        """The name of the file with its DAGs."""
        return f"{self.name}.py"

    @property
    def source(self) -> str:
        """The text of the file with its DAGs."""
        return self.files[self.dag_file].text

    @property
    def complete(self) -> bool:
        """Tell whether the DAG does the work once connections and credentials are filled in."""
        return not self.plan.left


def convert(definition: Definition, options: Options) -> Conversion:
    """Return what a definition becomes.

    :raises InvalidDefinitionError: when Data Pipeline would refuse it, unless `options.allow_invalid`
    """
    model, plan = _plan(definition, options, {})
    if model.problems:
        problems = model.problems
        if not options.allow_invalid:
            raise InvalidDefinitionError(definition.source, problems)
        model, plan = _plan(definition, options, _faults(problems))
        plan = replace(plan, left=[*(str(problem) for problem in problems), *plan.left])
    name = model.name
    note_put_in(model, plan)
    lines = (*account(definition, model), *parameter_lines(definition, model, plan))
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


def _plan(definition: Definition, options: Options, faults: Mapping[str, str]) -> tuple[Model, Plan]:
    """Return a model and its plan; objects with faults stand there as what cannot be converted."""
    model = model_of(definition, options, faults)
    return model, make_plan(model, options)


def model_of(definition: Definition, options: Options, faults: Mapping[str, str] | None = None) -> Model:
    """Return what a definition is once inheritance and values are applied, with nothing planned yet.

    :param faults: what is wrong with objects that are to stand there as what cannot be converted, by object id
    """
    objects, circles = inherit(definition)
    parameters = Parameters(definition, options.values, _names_in_secret_fields(definition, options.values))
    stem = options.name or definition.name or definition.source.rpartition(".")[0] or "pipeline"
    name = pipeline_name(stem, options.environment)
    environment = options.environment or ""
    model = Model(name, definition.source, objects, parameters, environment, faults=faults or {})
    model.refuse(*definition.problems, *circles, *parameters.problems())
    return model


def _faults(problems: Sequence[Problem]) -> dict[str, str]:
    faults: dict[str, list[str]] = {}
    for problem in problems:
        if problem.object_id:
            faults.setdefault(problem.object_id, []).append(str(problem))
    return {object_id: " ".join(texts) for object_id, texts in faults.items()}


def _names_in_secret_fields(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the names whose value ends in a starred field, over any number of steps, or that are named with a star.

    The field decides what is secret, not the parameter.

    :param given: values from files and the command line
    """
    texts: dict[str, set[str]] = {}
    for item in definition.objects.values():
        for key, values in item.fields.items():
            texts.setdefault(key, set()).update(value for value in values if isinstance(value, str))
    for name, parameter in definition.parameters.items():
        texts.setdefault(name, set()).update(parameter.default)
    for name, values in (*definition.values.items(), *given.items()):
        texts.setdefault(name.removeprefix("*"), set()).update(values)
    found: set[str] = set()
    waiting = {name for key in texts if key.startswith("*") for text in texts[key] for name in names_in(text)}
    waiting |= {name for known in texts.values() for text in known for name in starred_names_in(text)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {inner for text in texts.get(name, ()) for inner in names_in(text)} - found
    return found
