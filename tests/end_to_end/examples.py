"""Converts an example with the real command, runs it in this process, and says what it must have left."""

from __future__ import annotations

import runpy
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pendulum

from demo.conversion import convert_file
from demo.sample_data import Order, orders

NIGHTS = [datetime(2026, 10, 29, 2, 30) + timedelta(days=day) for day in range(4)]  # noqa: DTZ001


def converted(definition: Path, airflow_db: Path, *options: str) -> Path:
    """Convert a definition into the DAGs folder and return the DAG file."""
    dags = airflow_db.parent / "dags"
    before = set(dags.glob("*.py"))
    convert_file(definition, dags, *options)
    new = set(dags.glob("*.py")) - before
    return new.pop()


def run_night(dag_file: Path, start: datetime) -> Any:
    """Run the interval of one night, as it would when the interval has ended, and return the run."""
    end = pendulum.instance(start + timedelta(days=1), tz="UTC")
    return runpy.run_path(str(dag_file))["dag"].test(logical_date=end)


def states(run: Any) -> dict[str, str]:
    """Return the state of each task of a run."""
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def of_night(start: datetime) -> list[Order]:
    """Return the orders of one interval: from its start, before its end."""
    return [order for order in orders() if start <= order.placed_at < start + timedelta(days=1)]


def line(order: Order) -> str:
    r"""Write a row as Data Pipeline did: no quotes, the backslash escapes, NULL is `\n`."""
    return ",".join(r"\n" if value is None else _escaped(str(value)) for value in order)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,")


def everything_written(home: Path) -> str:
    """Return all that an Airflow keeps in its home: its whole database (rendered fields too) and its logs."""
    with closing(sqlite3.connect(home / "airflow.db")) as database:
        dump = "\n".join(database.iterdump())
    logs = [file.read_text(errors="replace") for file in home.rglob("*.log")]
    return "\n".join([dump, *logs])
