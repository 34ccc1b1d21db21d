"""Writes the DAGs of a plan as one Python file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jinja2

from datapipeline_converters.plan import Argument, Call, Dag, Param, Plan
from datapipeline_converters.rendering.layout import WIDTH, Layout, import_lines

_DOCSTRING = (
    "Converted from an AWS Data Pipeline definition by dp2airflow.\n\n"
    "What became of each field is in the ledger and the report beside this file.\n"
)
_TYPES = {"integer": "integer", "double": "number"}


def render(plan: Plan) -> str:
    """Return the source of the file that holds a plan's DAGs: the same plan gives the same bytes."""
    layout = Layout()
    dags = [_dag(dag, layout) for dag in plan.dags]
    source = _template().render(docstring=_DOCSTRING, imports=import_lines(layout.imports), dags=dags)
    return source.rstrip() + "\n"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 - what is written is Python, quoted by `literals`
        loader=jinja2.PackageLoader("datapipeline_converters", "rendering"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("dag.py.jinja")


def _dag(dag: Dag, layout: Layout) -> Mapping[str, Any]:
    connected = {task_id for edge in dag.edges for task_id in edge}
    tasks = []
    for task in dag.tasks:
        operator = Call(task.operator.path, {"task_id": task.id, **task.operator.arguments})
        # Only what an edge names needs a variable.
        name = f"{task.id} = " if task.id in connected else ""
        tasks.append(name + layout.source(operator, 1, len(name) + 1000))
    return {
        "head": layout.source(_head(dag), 0, 1000),
        "tasks": tasks,
        "edges": _edges(dag.edges, layout),
    }


def _head(dag: Dag) -> Call:
    arguments: dict[str, Argument] = {
        "dag_id": dag.id,
        "description": dag.description,
        "schedule": dag.schedule,
    }
    if dag.start is not None:
        arguments |= {"start_date": dag.start, "catchup": True}
    arguments |= {"max_active_runs": dag.max_active_runs, "is_paused_upon_creation": True}
    if dag.params:
        arguments["params"] = {name: _param(param) for name, param in dag.params.items()}
    if dag.default_args:
        arguments["default_args"] = dag.default_args
    arguments["tags"] = ["data-pipeline"]
    return Call("airflow.sdk.DAG", arguments)


def _param(param: Param) -> Call:
    declared = param.declared
    kind = _TYPES.get(declared.kind.lower(), "string")
    values = [_typed(value, kind) for value in param.values or ()]
    if any(value is None for value in values):
        kind, values = "string", list(param.values or ())
    schema: dict[str, Argument] = {"type": "array" if declared.is_array else kind}
    if declared.optional:
        schema["type"] = ["null", schema["type"]]
    if declared.is_array:
        schema["items"] = {"type": kind}
    elif declared.allowed_values:
        choices: list[Argument] = [_typed(value, kind) for value in declared.allowed_values]
        schema["enum"] = [*choices, None] if declared.optional else choices
    if declared.description:
        schema["description"] = declared.description
    value: list[Argument] = [values] if declared.is_array and param.values else [*values[:1]]
    if not value and declared.optional:
        value = [None]
    return Call("airflow.sdk.Param", schema, value)


def _typed(text: str, kind: str) -> Argument:
    """Return a value of a JSON type; None where the text would not come back the same."""
    if kind == "string":
        return text
    for convert in (int, float) if kind == "number" else (int,):
        try:
            value = convert(text)
        except ValueError:
            continue
        if str(value) == text and math.isfinite(value):
            return value
    return None


def _edges(edges: Sequence[tuple[str, str]], layout: Layout) -> list[str]:
    """Return the edges, each once, as lines of `a >> b >> c`: a line goes on while one task follows one."""
    downstream: dict[str, list[str]] = {}
    for before, following in dict.fromkeys(edges):
        downstream.setdefault(before, []).append(following)
    alone = {after[0] for after in downstream.values() if len(after) == 1}
    lines = []
    for head in [*(task for task in downstream if task not in alone), *downstream]:
        task, after = head, downstream.pop(head, [])
        line = layout.edge(task, after) if after else ""
        while len(after) == 1 and after[0] in downstream:
            task, after = after[0], downstream.pop(after[0])
            edge = layout.edge(task, after)
            joined = line + edge.removeprefix(task)
            if "\n" in joined or len(joined) > WIDTH - 4:
                lines.append(line)
                joined = edge
            line = joined
        if line:
            lines.append(line)
    return lines
