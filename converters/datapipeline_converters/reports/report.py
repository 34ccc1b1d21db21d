"""Writes the report: what the user has to do, and what became of each object, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from textwrap import dedent

from datapipeline_converters.definition import Definition
from datapipeline_converters.ledger import PARAMETER, Grade, Line
from datapipeline_converters.plan import Connection, Dag, Plan
from datapipeline_converters.reports.shares import by_type, grades, kept_percent, shown_percent
from datapipeline_converters.wording import counted

# What is left to the user comes first.
_FIRST = (Grade.REFUSED, Grade.APPROXIMATED, Grade.EMULATED, Grade.EXACT, Grade.NOT_NEEDED)
# What runs every so often runs at the same time of the day.
_LONG_UNITS = frozenset({"day", "week", "month", "year"})
# So many ids are named in a cell; more are counted.
_NAMED = 3


def report_text(plan: Plan, definition: Definition, lines: Sequence[Line]) -> str:
    """Return the report's text; it holds no secret."""
    return "\n".join(_report(plan, definition, lines)) + "\n"


def before_first_run(plan: Plan) -> list[str]:
    """Return what the user fills in or checks before the first run."""
    told = {_beginning(connection): [*filter(None, [_gap(connection)])] for connection in plan.connections}
    others = []
    for text in plan.before_first_run:
        start = next((start for start in told if text.startswith(start)), None)
        if start is None:
            others.append(text)
        else:
            told[start].append(text.removeprefix(start))
    todo = [start + "; ".join(texts) for start, texts in told.items() if texts] + others
    if plan.connections:
        todo.append(f"Import the connections: `airflow connections import {plan.name}.connections.json`")
    if plan.variables:
        todo.append(f"Import the Variables: `airflow variables import {plan.name}.variables.json`")
    if plan.pools:
        todo.append(f"Import the pools: `airflow pools import {plan.name}.pools.json`")
    return todo


def _report(plan: Plan, definition: Definition, lines: Sequence[Line]) -> Iterator[str]:
    fields = [line for line in lines if line.type != PARAMETER]
    attributes = [line for line in lines if line.type == PARAMETER]
    yield f"# {_cell(plan.name)}: conversion report"
    yield ""
    yield f"From {_code(definition.source)}. {counted(len(definition.objects), 'object')}, {_graded('field', fields)}"
    if attributes:
        yield ""
        yield f"{counted(len(definition.parameters), 'parameter')}, {_graded('attribute', attributes)}"
    yield ""
    yield f"{shown_percent(kept_percent(lines))} of this is exact, emulated or not needed."
    if plan.left:
        yield from _section("Left to you", plan.left)
    todo = before_first_run(plan)
    if todo:
        yield from _section("Before the first run", todo)
    if plan.chosen:
        yield from _section("What you chose", plan.chosen)
    for dag in plan.dags:
        yield from ("", f"## DAG {_code(dag.id)}", "")
        yield f"{counted(len(dag.tasks), 'task')}. {_when(dag)}"
    if definition.repairs:
        yield from _section(
            "Repaired while reading",
            [f"{_code(repair.place)}: {_cell(repair.text)}" for repair in definition.repairs],
        )
    columns: Mapping[str, Callable[[Line], str]] = {
        "object": lambda line: _code(line.object_id),
        "type": lambda line: line.type or "",
        "field": lambda line: _code(line.field),
        "grade": lambda line: line.verdict.grade,
        "reason": lambda line: line.verdict.reason,
        "inherited by": _inheritance,
        "what you can do": lambda line: line.verdict.advice,
        "page of the guide": lambda line: line.reference,
    }
    yield from _shares(lines)
    yield from _table("What became of each field", fields, columns)
    if attributes:
        names = {"object": "parameter", "field": "attribute", "grade": "grade", "reason": "reason"}
        names |= {"what you can do": "what you can do"}
        shown = {name: columns[column] for column, name in names.items()}
        yield from _table("What became of each parameter", attributes, shown)


def _graded(what: str, lines: Sequence[Line]) -> str:
    counts = Counter(line.verdict.grade for line in lines)
    return f"{counted(len(lines), what)}: " + ", ".join(f"{counts[grade]} {grade}" for grade in Grade)


def _table(title: str, lines: Sequence[Line], columns: Mapping[str, Callable[[Line], str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for line in sorted(lines, key=lambda line: _FIRST.index(line.verdict.grade)):
        yield "| " + " | ".join(_cell(str(cell(line))) for cell in columns.values()) + " |"


def _shares(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the table of grades by type."""
    yield from ("", "## How much is kept", "")
    yield "| type | fields | " + " | ".join(_FIRST) + " | kept |"
    yield "|" + "---|" * (len(_FIRST) + 3)
    for name, of_type in {**by_type(lines), "all": lines}.items():
        counts = grades(of_type)
        cells = [_cell(name), str(len(of_type)), *(str(counts[grade]) for grade in _FIRST)]
        yield "| " + " | ".join([*cells, shown_percent(kept_percent(of_type))]) + " |"


def _inheritance(line: Line) -> str:
    """Return who has a field from the line's object, and who has a nearer one instead."""
    parts = [_few(line.inherited_by), _few(line.overridden_for) and f"not {_few(line.overridden_for)}"]
    return "; ".join(part for part in parts if part)


def _few(ids: Sequence[str]) -> str:
    return f"{len(ids)} objects" if len(ids) > _NAMED else ", ".join(map(_code, ids))


def _section(title: str, items: Sequence[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    for item in items:
        yield from _item(item)


def _item(text: str) -> Iterator[str]:
    """Yield the lines of one item; indented lines, an expression and its caret, stay as they are."""
    first = "- "
    for indented, lines in groupby(text.splitlines(), lambda line: line.startswith(" ")):
        if indented:
            yield from ("", *(f"      {line}" for line in dedent("\n".join(lines)).splitlines()), "")
        else:
            yield first + " ".join(" ".join(lines).split())
            first = "  "


def _gap(connection: Connection) -> str:
    """Return what is missing in a connection, "" if nothing is."""
    parts = {
        "host": connection.host or connection.extra.get("rds_instance_id"),
        "login": connection.login,
        "password": connection.password,
    }
    missing = [label for label, value in parts.items() if not value]
    return f"fill in {', '.join(missing)}" if missing else ""


def _beginning(connection: Connection) -> str:
    """Return what all that is to be done about a connection starts with."""
    return f"Connection `{connection.id}`: "


def _when(dag: Dag) -> str:
    """Return when a DAG runs, as a sentence."""
    if dag.schedule is None:
        return "Runs when it is triggered."
    timetable = dag.schedule.arguments
    number, _, unit = str(timetable["every"]).partition(" ")
    every = f"every {unit}" if number == "1" else f"every {number} {unit}"
    start = datetime.fromisoformat(str(timetable["start"]))
    at = f" at {start:%H:%M}" if unit.rstrip("s") in _LONG_UNITS else ""
    style = "cron" if timetable["run_at"] == "start" else "timeseries"
    more = [f"from {(dag.start or start).isoformat()}"]
    more += [f"until {timetable['end']}"] if "end" in timetable else []
    more += [counted(int(str(timetable["occurrences"])), "time")] if "occurrences" in timetable else []
    return f"Runs {every}{at} UTC, {style}, {', '.join(more)}."


def _code(text: str) -> str:
    """Return a code span that the text itself cannot end."""
    plain = " ".join(text.split())
    return f"`{plain}`" if "`" not in plain else f"`` {plain} ``"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
