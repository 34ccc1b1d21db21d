"""Short cuts for tests that look at what a definition becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Call, Dag

NOW = datetime.fromisoformat("2026-11-21T12:00:00")
ON_DEMAND = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"}
DATABASE = {
    "id": "D",
    "type": "JdbcDatabase",
    "connectionString": "jdbc:postgresql://h/d",
    "jdbcDriverClass": "org.postgresql.Driver",
    "username": "u",
    "*password": "p",
}


def shell(object_id: str, **fields: Any) -> dict[str, Any]:
    """Return a shell activity."""
    return {"id": object_id, "type": "ShellCommandActivity", "command": f"echo {object_id}", **fields}


def ref(object_id: str) -> dict[str, str]:
    """Return a reference."""
    return {"ref": object_id}


def converted(*objects: dict[str, Any], options: Options | None = None, **rest: Any) -> Conversion:
    """Convert objects; a Default on demand is there unless they bring one."""
    if not any(item["id"] == "Default" for item in objects):
        objects = (ON_DEMAND, *objects)
    definition = definition_file.read({"objects": list(objects), **rest}, "x.json")
    return convert(definition, options or Options(now=NOW))


def only_dag(conversion: Conversion) -> Dag:
    """Return the one DAG there is."""
    (dag,) = conversion.plan.dags
    return dag


def arguments(conversion: Conversion, task_id: str) -> dict[str, Any]:
    """Return a task's arguments, data nodes and alarms as the arguments they are made with."""
    tasks = {task.id: task for dag in conversion.plan.dags for task in dag.tasks}
    return dict(plain(tasks[task_id].operator))


def plain(value: Any) -> Any:
    """Return calls as dictionaries of their arguments."""
    if isinstance(value, Call):
        return plain(dict(value.arguments)) if value.arguments else [plain(item) for item in value.positional]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def grades(conversion: Conversion) -> dict[tuple[str, str], str]:
    """Return the ledger's grades by object and field."""
    return {(line.object_id, line.field): str(line.verdict.grade) for line in conversion.lines}
