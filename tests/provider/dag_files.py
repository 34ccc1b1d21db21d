"""Runs a DAG from its source, as `DAG.test()` wants it: a file in the DAGs folder of an initialised database."""

from __future__ import annotations

import runpy
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pendulum

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """
from datetime import timedelta
import pendulum
from airflow.sdk import DAG
"""


def run_dag(airflow_db: Path, source: str, moment: str = "2026-03-02T00:00:00") -> Any:
    """Run the DAG called `dag` in the source once, triggered at the moment, and return its run."""
    name = f"tested_{abs(hash(source))}"
    path = airflow_db.parent / "dags" / f"{name}.py"
    path.write_text(IMPORTS + dedent(source).replace("DAG_ID", name))
    try:
        return runpy.run_path(str(path))["dag"].test(logical_date=pendulum.parse(moment, tz="UTC"))
    finally:
        path.unlink()


def states(run: Any) -> dict[str, str]:
    """Return the state of each task of a run."""
    return {task.task_id: str(task.state) for task in run.get_task_instances()}
