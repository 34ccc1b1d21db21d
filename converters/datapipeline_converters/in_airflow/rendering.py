"""Renders the templates of loaded DAGs as a worker does: Airflow's own context, its own environment, its own methods."""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy, deepcopy
from datetime import datetime
from functools import cache, reduce
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow.sdk.api.datamodels._generated import DagRun, TaskInstanceState, TIRunContext
from airflow.sdk.definitions.param import DagParam
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

try:
    from airflow.sdk.execution_time.task_runner import get_log_url_from_ti as _log_url  # type: ignore[attr-defined]
except ImportError:  # a property of the instance since Airflow 3.1
    _log_url = None

if TYPE_CHECKING:
    from airflow.sdk import DAG, BaseOperator, Context
    from jinja2 import Environment

# What a task is when its callbacks are called.
_EVENTS = {
    "on_failure_callback": TaskInstanceState.FAILED,
    "on_success_callback": TaskInstanceState.SUCCESS,
    "tell": TaskInstanceState.RUNNING,
}
_KEPT = {"tell": "on_late_callback"}  # where a task has what is given to `when_late`

Step: TypeAlias = Callable[[Any], Any]
# "text" and the template, or "param" and an array parameter's name; what Airflow made of it; why it made nothing.
Leaf: TypeAlias = tuple[str, str, Any, str | None]


def templates(
    dags: Mapping[str, DAG], runs: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Mapping[str, Mapping[str, Sequence[Mapping[str, Sequence[Leaf]]]]]:
    """Return what Airflow makes of the templates of each task in each run.

    :param runs: by DAG id; each with `start` and `end` (of the data interval; null without one), `run_after`, `conf`,
        `variables`, `run_id`, and the task instance's `task_start`, `task_end`, `try_number`, `hostname` and `error`
    :return: for the DAGs there are, by DAG id, task id and number of the run: the leaves of the task's own fields (under "") and of each kind
        of callback
    """
    logging.disable()  # what cannot be rendered is part of the answer
    return {
        dag_id: {task.task_id: list(_in_runs(task, dags[dag_id], its_runs)) for task in dags[dag_id].tasks}
        for dag_id, its_runs in runs.items()
        if dag_id in dags
    }


def _in_runs(
    task: Any, dag: DAG, runs: Sequence[Mapping[str, Any]]
) -> Iterator[Mapping[str, Sequence[Leaf]]]:
    """Do what `task_runner.run` and `task_runner.finalize` do with a task, without executing anything."""
    environment = _environment(task, dag)
    notifiers = {
        event: [
            (notifier, _environment(notifier, dag))
            for notifier in getattr(task, _KEPT.get(event, event), None) or ()
        ]
        for event in _EVENTS
    }
    params = (dag.params, task.params)
    for run in runs:
        os.environ |= {f"AIRFLOW_VAR_{key.upper()}": value for key, value in run["variables"].items()}
        dag.params, task.params = deepcopy(params)  # Airflow writes the values of a run into them
        instance = _instance(task, run)
        context = instance.get_template_context()
        found = {"": _leaves(instance.task, context, environment)}
        context |= {"prev_data_interval_start_success": None}  # it would ask a server
        for event, state in _EVENTS.items():
            instance.state = state
            over = state != TaskInstanceState.RUNNING
            instance.end_date = datetime.fromisoformat(run["task_end"]) if over else None
            error = RuntimeError(run["error"]) if state == TaskInstanceState.FAILED else None
            found[event] = [
                leaf
                for notifier, its_environment in notifiers[event]
                for leaf in _of_notifier(notifier, {**context, "exception": error}, its_environment)
            ]
        yield found


def _environment(owner: Any, dag: DAG) -> Environment:
    """Return Airflow's Jinja environment for a task or notifier; it remembers what it has compiled."""
    environment: Environment = owner.get_template_env(dag)
    environment.compile = cache(environment.compile)  # type: ignore[assignment]
    return environment


def _instance(task: BaseOperator, run: Mapping[str, Any]) -> RuntimeTaskInstance:
    """Return a task instance as `task_runner.parse` makes it from what the scheduler sends."""
    facts = {
        "dag_id": task.dag_id,
        "run_id": run["run_id"],
        "logical_date": run["start"],
        "data_interval_start": run["start"],
        "data_interval_end": run["end"],
        "run_after": run["run_after"],
        "start_date": run["task_start"],
        "end_date": None,
        "run_type": "scheduled" if run["start"] else "manual",
        "state": "running",
        "conf": run["conf"],
        "consumed_asset_events": [],
        "partition_key": None,
    }
    # `state` and `partition_key` came after Airflow 3.0.
    dag_run = {key: value for key, value in facts.items() if key in DagRun.model_fields}
    from_server = TIRunContext.model_validate({"dag_run": dag_run, "max_tries": task.retries})
    instance = RuntimeTaskInstance.model_construct(
        id=uuid.uuid4(),
        task_id=task.task_id,
        dag_id=task.dag_id,
        run_id=run["run_id"],
        try_number=run["try_number"],
        map_index=-1,
        hostname=run["hostname"],
        task=task.prepare_for_execution(),
        bundle_instance=None,
        _ti_context_from_server=from_server,
        max_tries=task.retries,
        start_date=from_server.dag_run.start_date,
        state=TaskInstanceState.RUNNING,
    )
    if _log_url is not None:
        instance.log_url = _log_url(instance)  # type: ignore[misc]
    return instance


def _of_notifier(notifier: Any, context: Any, environment: Environment) -> list[Leaf]:
    """Do what a notifier does when it is called, but for sending."""
    notifier = copy(notifier)
    return _leaves(notifier, notifier._update_context(context), environment)


def _leaves(owner: Any, context: Context, environment: Environment) -> list[Leaf]:
    """Render the templated fields of a task or notifier and return their leaves."""
    found = list(_paths(owner))
    try:
        owner.render_template_fields(context, environment)
    except Exception:  # noqa: BLE001 - whatever a template raises; one of them keeps all others from being rendered
        return [_alone(owner, leaf, context, environment) for _, leaf in found]
    return [(*_key(leaf), reduce(lambda value, step: step(value), path, owner), None) for path, leaf in found]


def _alone(owner: Any, leaf: Any, context: Context, environment: Environment) -> Leaf:
    try:
        return *_key(leaf), owner.render_template(leaf, context, environment), None
    except Exception as error:  # noqa: BLE001 - likewise
        return *_key(leaf), None, f"{type(error).__name__}: {error}"


def _paths(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Yield where the leaves of templated fields are, and the leaves."""
    below: Iterable[tuple[Step, Any]] = ()
    if isinstance(value, str | DagParam):
        yield path, value
    elif isinstance(value, Mapping):
        below = ((itemgetter(key), item) for key, item in value.items())
    elif isinstance(value, list | tuple):
        below = ((itemgetter(index), item) for index, item in enumerate(value))
    else:
        names = getattr(value, "template_fields", ())
        below = ((attrgetter(name), getattr(value, name)) for name in names)
    for step, item in below:
        yield from _paths(item, (*path, step))


def _key(leaf: str | DagParam) -> tuple[str, str]:
    return ("text", leaf) if isinstance(leaf, str) else ("param", str(leaf.serialize()["name"]))
