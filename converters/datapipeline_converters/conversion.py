"""The line of stages: definition in, files out. Writes nothing: dry run, diff, test and web page are the same call."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from datapipeline_converters.accounting import account, has_effect, losses
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError, Problem
from datapipeline_converters.handover import handover
from datapipeline_converters.ledger import Line
from datapipeline_converters.model import Model
from datapipeline_converters.modelling import model_of
from datapipeline_converters.options import Options
from datapipeline_converters.parameter_lines import note_put_in, parameter_lines
from datapipeline_converters.plan import Plan
from datapipeline_converters.planning.definition import make_plan
from datapipeline_converters.rendering.dags import render
from datapipeline_converters.reports.ledger_file import ledger_json
from datapipeline_converters.reports.pools import pools_json
from datapipeline_converters.reports.report import report_text
from datapipeline_converters.reports.secrets import connections_json, variables_json
from datapipeline_converters.taken_passwords import note_taken, tell_of_passwords
from datapipeline_converters.validation import refusals


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
    model.refuse(*refusals(definition, options, model))
    if model.problems:
        problems = model.problems
        if not options.allow_invalid:
            raise InvalidDefinitionError(definition.source, problems)
        model, plan = _plan(definition, options, _faults(problems))
        plan = replace(plan, left=[*(str(problem) for problem in problems), *plan.left])
    plan = replace(plan, left=[*definition.left, *plan.left])
    name = model.name
    note_put_in(model, plan)
    source = render(plan)
    ast.parse(source)  # a file that Python cannot read must never be written
    plan = note_taken(model, plan, source)
    taking_over = handover(definition.state, plan, options.start, on_demand=model.on_demand)
    plan = replace(plan, before_first_run=[*taking_over, *plan.before_first_run])
    lines = (
        *account(definition, model),
        *parameter_lines(definition, model, plan, partial(has_effect, model=model)),
    )
    plan = replace(plan, left=list(dict.fromkeys([*plan.left, *losses(lines, model)])))
    plan = tell_of_passwords(definition, model, plan)
    files = {
        f"{name}.py": File(source),
        f"{name}.ledger.json": File(ledger_json(name, definition.source, lines, definition.repairs)),
        f"{name}.report.md": File(report_text(plan, definition, lines)),
        f"{name}.connections.json": File(connections_json(plan.connections), secret=True),
    }
    if plan.variables:
        files[f"{name}.variables.json"] = File(variables_json(plan.variables), secret=True)
    if plan.pools:
        files[f"{name}.pools.json"] = File(pools_json(plan.pools))
    return Conversion(name, files, lines, plan)


def _plan(definition: Definition, options: Options, faults: Mapping[str, str]) -> tuple[Model, Plan]:
    """Return a model and its plan; objects with faults stand there as what cannot be converted."""
    model = model_of(definition, options, faults)
    return model, make_plan(model, options)


def _faults(problems: Sequence[Problem]) -> dict[str, str]:
    faults: dict[str, list[str]] = {}
    for problem in problems:
        for object_id in filter(None, (problem.object_id, *problem.others)):
            faults.setdefault(object_id, []).append(str(problem))
    return {object_id: " ".join(texts) for object_id, texts in faults.items()}
