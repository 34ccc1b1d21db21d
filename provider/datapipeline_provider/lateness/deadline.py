"""Watches by Airflow's deadline alerts (3.2 and later): the scheduler sees the time pass, the triggerer sends the alarms."""

from __future__ import annotations

import inspect
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pendulum

from datapipeline_provider import macros
from datapipeline_provider._compat import AsyncCallback, BaseDeadlineReference, DeadlineAlert, dag_run_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from datapipeline_provider._compat import BaseOperator
    from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier

_VALUES = (str, int, float, list, dict, type(None))  # what a parameter is that has a value
_DATES = ("logical_date", "data_interval_start", "data_interval_end", "run_after", "start_date", "queued_at")


class RunIsDue(BaseDeadlineReference):
    """The moment from which a deadline is counted: when the timetable has the run start. Airflow's own have none that is."""

    required_kwargs: ClassVar[set[str]] = {"dag_id", "run_id"}

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        from sqlalchemy import select

        run = dag_run_model()
        query = select(run.run_after).where(run.dag_id == dag_id, run.run_id == run_id)
        due: datetime | None = session.scalar(query)
        return due


def add_deadline(
    tasks: Sequence[BaseOperator],
    after: timedelta,
    alarms: Sequence[SnsAlarmNotifier],
    fails_with_upstream: bool,
) -> None:
    """Add a deadline to the tasks' DAG."""
    dag: Any = tasks[0].dag
    facts = {
        "tasks": {task.task_id: task.retries or 0 for task in tasks},
        "alarms": [alarm.arguments() for alarm in alarms],
        "params": _params(dag),
        "fails_with_upstream": fails_with_upstream,
    }
    arguments: dict[str, Any] = {
        "reference": RunIsDue(),
        "interval": after,
        "callback": AsyncCallback(tell_if_late, kwargs=facts),
    }
    if "name" in inspect.signature(DeadlineAlert.__init__).parameters:  # since Airflow 3.3
        arguments["name"] = f"{tasks[0].task_id} is late"
    dag.deadline = [*(dag.deadline or ()), DeadlineAlert(**arguments)]


async def tell_if_late(
    *,
    tasks: dict[str, int],
    alarms: list[dict[str, Any]],
    params: dict[str, Any],
    fails_with_upstream: bool,
    context: dict[str, Any],
) -> str:
    """Send alarms if one of the tasks has not finished; Airflow keeps what this returns with the deadline.

    :param context: what Airflow tells of the run: its fields as the REST API has them.
    """
    from asgiref.sync import sync_to_async

    from datapipeline_provider.lateness.telling import send, unfinished
    from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier

    @sync_to_async
    def tell() -> str:
        run = context["dag_run"]
        late = unfinished(run["dag_id"], run["dag_run_id"], tasks, fails_with_upstream=fails_with_upstream)
        if late is None:
            return "finished in time"
        send([SnsAlarmNotifier(**alarm) for alarm in alarms], _template_context(run, params), late)
        return f"{late.task_id} is late"

    return await tell()


def _template_context(run: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what templates may name: Airflow gives a deadline's callback no more than the run."""
    from airflow.sdk import DAG
    from airflow.sdk.execution_time.context import ConnectionAccessor, MacrosAccessor, VariableAccessor

    class Macros(MacrosAccessor):
        datapipeline = macros  # Airflow adds those of plugins where tasks run

    dates = {key: pendulum.parse(run[key]) if run.get(key) else None for key in _DATES}
    conf = run.get("conf") or {}
    return {
        "dag": DAG(run["dag_id"], schedule=None),
        "dag_run": SimpleNamespace(**{**run, **dates, "run_id": run["dag_run_id"], "conf": conf}),
        "run_id": run["dag_run_id"],
        **{key: dates[key] for key in ("logical_date", "data_interval_start", "data_interval_end")},
        "params": {**params, **{key: value for key, value in conf.items() if key in params}},
        "var": {
            "value": VariableAccessor(deserialize_json=False),
            "json": VariableAccessor(deserialize_json=True),
        },
        "conn": ConnectionAccessor(),
        "macros": Macros(),
    }


def _params(dag: Any) -> dict[str, Any]:
    """Return the values that the DAG's parameters have unless somebody gives others."""
    values = {name: dag.params.get_param(name).value for name in dag.params}
    return {name: value for name, value in values.items() if isinstance(value, _VALUES)}
