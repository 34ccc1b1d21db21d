"""Knows what clusters and steps are called in EMR: the names by which one try finds what another has begun."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context

LIMIT = 256  # of EMR, for the names of clusters and of steps
_STEP_LIMIT = 100  # what a name may take up beyond the task it belongs to
_DIGEST = 12


def of_cluster(context: Context, task_id: str) -> str:
    """Return the name of the cluster that a task makes in this run; the same for each try and each task of the run.

    :param task_id: the task that makes it, of the same DAG
    """
    ti: Any = context["ti"]
    return fit(f"{ti.dag_id}.{task_id}.{ti.run_id}", LIMIT)


def of_task(context: Context) -> str:
    """Return what the names of all steps of a task begin with, in this run and whatever the try."""
    ti: Any = context["ti"]
    mapped = f".{ti.map_index}" if ti.map_index >= 0 else ""
    return fit(f"{ti.dag_id}.{ti.task_id}.{ti.run_id}{mapped}", LIMIT - _STEP_LIMIT) + " try "


def of_step(context: Context, number: int, count: int, name: str) -> str:
    """Return the name of one step of a try.

    :param number: its place among the steps, from 1
    :param name: what it does
    """
    ti: Any = context["ti"]
    return fit(f"{of_task(context)}{ti.try_number}: {number}/{count} {name}", LIMIT)


def is_mine(context: Context, name: str) -> bool:
    """Say whether a step is of this task and run, and of this try or an earlier one.

    Those of a later try are not: a try that Airflow has given up may live on for a while on a machine of which it hears
    nothing, and clean up when the next one is at work.

    :param name: the step's name
    """
    ti: Any = context["ti"]
    mine = of_task(context)
    number = name.removeprefix(mine).partition(":")[0]
    return name.startswith(mine) and number.isdecimal() and int(number) <= ti.try_number


def digest(context: Context) -> str:
    """Return letters and digits that no other task and no other run has, whatever the try."""
    return hashlib.sha256(of_task(context).encode()).hexdigest()[:_DIGEST]


def fit(text: str, limit: int) -> str:
    """Cut a text to a length, so that different texts stay different."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - _DIGEST - 1]}~{hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]}"
