"""Writes the report: what the user has to do, and what became of each object, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from datapipeline_converters.definition import Definition
from datapipeline_converters.ledger import Grade, Line
from datapipeline_converters.plan import Connection, Plan


def report_text(plan: Plan, definition: Definition, lines: Sequence[Line]) -> str:
    """Return the report's text; it holds no secret."""
    return "\n".join(_report(plan, definition, lines)) + "\n"


def before_first_run(plan: Plan) -> list[str]:
    """Return what the user fills in or checks before the first run."""
    todo = [gap for connection in plan.connections if (gap := _gap(connection))]
    todo += plan.before_first_run
    if plan.connections:
        todo.append(f"Import the connections: `airflow connections import {plan.name}.connections.json`")
    if plan.variables:
        todo.append(f"Import the Variables: `airflow variables import {plan.name}.variables.json`")
    return todo


def _report(plan: Plan, definition: Definition, lines: Sequence[Line]) -> Iterator[str]:
    counts = Counter(line.verdict.grade for line in lines)
    yield f"# {_cell(plan.name)}: conversion report"
    yield ""
    yield (
        f"From {_code(definition.source)}. {len(definition.objects)} objects, {len(lines)} fields: "
        + ", ".join(f"{counts[grade]} {grade}" for grade in Grade)
    )
    if plan.left:
        yield from _section("Left to you", plan.left)
    todo = before_first_run(plan)
    if todo:
        yield from _section("Before the first run", todo)
    for dag in plan.dags:
        yield from ("", f"## DAG {_code(dag.id)}", "")
        yield f"{len(dag.tasks)} tasks. " + (
            "Runs by a timetable." if dag.schedule else "Runs when it is triggered."
        )
    if definition.repairs:
        yield from _section(
            "Repaired while reading",
            [f"{_code(repair.place)}: {_cell(repair.text)}" for repair in definition.repairs],
        )
    yield from (
        "",
        "## What became of each field",
        "",
        "| object | type | field | grade | reason |",
        "|---|---|---|---|---|",
    )
    for line in lines:
        cells = (
            _code(line.object_id),
            line.type or "",
            _code(line.field),
            line.verdict.grade,
            line.verdict.reason,
        )
        yield "| " + " | ".join(_cell(str(cell)) for cell in cells) + " |"


def _section(title: str, items: Sequence[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    for item in items:
        yield f"- {' '.join(item.split())}"


def _gap(connection: Connection) -> str:
    """Return what is missing in a connection, "" if nothing is."""
    parts = {
        "host": connection.host or connection.extra.get("rds_instance_id"),
        "login": connection.login,
        "password": connection.password,
    }
    missing = [label for label, value in parts.items() if not value]
    return f"Connection `{connection.id}`: fill in {', '.join(missing)}" if missing else ""


def _code(text: str) -> str:
    """Return a code span that the text itself cannot end."""
    plain = " ".join(text.split())
    return f"`{plain}`" if "`" not in plain else f"`` {plain} ``"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
