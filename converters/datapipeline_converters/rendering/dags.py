"""Writes the DAGs of a plan as one Python file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import jinja2

from datapipeline_converters.plan import Argument, Call, Dag, Param, Plan, Teardown, Watch
from datapipeline_converters.rendering.edges import edge_lines
from datapipeline_converters.rendering.layout import WIDTH, Identifier, Layout, import_lines, width
from datapipeline_converters.rendering.sharing import Shared, shared_by_tasks, shared_schedules

_DOCSTRING = (
    "Converted from an AWS Data Pipeline definition by dp2airflow.\n\n"
    "What became of each field is in the ledger and the report beside this file.\n"
)
_ENDS = ".!?:;。！？"  # noqa: RUF001 - the ends of sentences in Japanese and Chinese
_TYPES = {"text": "string", "integer": "integer", "number": "number"}


def render(plan: Plan) -> str:
    """Return the source of the file that holds a plan's DAGs: the same plan gives the same bytes."""
    schedules = shared_schedules(plan.dags)
    layout = Layout()
    written = _assignments(schedules, layout, 0)
    layout = replace(layout, variable=schedules.name)
    dags = [_dag(dag, schedules, layout) for dag in plan.dags]
    source = _template().render(
        docstring=_DOCSTRING, imports=import_lines(layout.imports), schedules=written, dags=dags
    )
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


def _assignments(shared: Shared, layout: Layout, indent: int) -> list[str]:
    return [f"{name} = {layout.source(call, indent, len(name) + 3)}" for name, call in shared.calls.items()]


def _dag(dag: Dag, schedules: Shared, layout: Layout) -> Mapping[str, Any]:
    connected = {
        task_id for named in (*dag.edges, *(watch.tasks for watch in dag.watches)) for task_id in named
    }
    by_tasks = shared_by_tasks(dag, schedules)
    shared = _assignments(by_tasks, layout, 1)
    layout = replace(layout, variable=lambda call: by_tasks.name(call) or schedules.name(call))
    tasks = []
    for task in dag.tasks:
        operator = Call(task.operator.path, {"task_id": task.id, **task.operator.arguments})
        # Only what another statement names needs a variable.
        name = f"{task.id} = " if task.id in connected else ""
        tasks.append(name + layout.source(operator, 1, len(name) + 1000))
    return {
        "head": layout.source(_head(dag), 0, 1000),
        "shared": shared,
        "tasks": tasks,
        "edges": edge_lines(dag.edges, layout),
        "watches": [_watch(watch, layout) for watch in dag.watches],
        "teardowns": [_teardown(teardown) for teardown in dag.teardowns],
    }


def _watch(watch: Watch, layout: Layout) -> str:
    names = [Identifier(task_id) for task_id in watch.tasks]
    tasks: Any = names[0] if len(names) == 1 else names
    return layout.source(replace(watch.call, positional=[tasks]), 1)


def _teardown(teardown: Teardown) -> str:
    arguments = [f"setups={teardown.setup}", "on_failure_fail_dagrun=True"]
    line = f"{teardown.task}.as_teardown({', '.join(arguments)})"
    if width(line) <= WIDTH - 4:
        return line
    # The trailing comma keeps formatters from joining the lines again.
    return (
        "\n        ".join([f"{teardown.task}.as_teardown(", *(f"{each}," for each in arguments)]) + "\n    )"
    )


def _head(dag: Dag) -> Call:
    arguments: dict[str, Argument] = {
        "dag_id": dag.id,
        "description": dag.description,
        "schedule": dag.schedule,
    }
    if dag.start is not None:
        arguments |= {"start_date": dag.start, "catchup": dag.catchup}
    arguments |= {"max_active_runs": dag.max_active_runs, "is_paused_upon_creation": True}
    if dag.params:
        arguments["params"] = {name: _param(param) for name, param in dag.params.items()}
    if dag.default_args:
        arguments["default_args"] = dag.default_args
    arguments["tags"] = dag.tags
    return Call("airflow.sdk.DAG", arguments)


def _param(param: Param) -> Call:
    declared, kind = param.declared, _TYPES[param.kind]
    values, choices = (
        [_typed(text, kind) for text in texts] for texts in (param.values or (), declared.allowed_values)
    )
    schema: dict[str, Argument] = {"type": "array" if declared.is_array else kind}
    if declared.optional:
        schema["type"] = ["null", schema["type"]]
    if declared.is_array:
        schema["items"] = {"type": kind, "enum": choices} if choices else {"type": kind}
        if choices and kind == "string":  # a choice is a text to the form, whatever it says
            schema["examples"] = choices
    elif choices:
        schema["enum"] = [*choices, None] if declared.optional else choices
    if hint := _hint(param):
        schema["description"] = hint
    value: list[Argument] = [values] if declared.is_array and param.values else [*values[:1]]
    if not value and declared.optional:
        value = [None]
    return Call("airflow.sdk.Param", schema, value)


def _hint(param: Param) -> str:
    """Return all that the console showed with a parameter, for the one place there is for it in the trigger form."""
    declared = param.declared
    watermark = f"Hint: {declared.watermark}" if declared.watermark else ""
    link = f"See {declared.help_link}" if declared.help_link else ""
    parts = [part.strip() for part in (declared.description, declared.help_text, watermark, link)]
    *others, last = [part for part in parts if part] or [""]
    return " ".join([*(part if part[-1] in _ENDS else f"{part}." for part in others), last])


def _typed(text: str, kind: str) -> Argument:
    """Return a value of a JSON type."""
    if kind == "string":
        return text
    try:
        return int(text)
    except ValueError:
        return float(text)
