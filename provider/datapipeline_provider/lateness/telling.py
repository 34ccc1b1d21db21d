"""Finds out whether tasks are late, and sends the alarms that say so, wherever in Airflow it is asked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from datapipeline_provider.lateness.attempts import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier

# States in which a task has come to its end.
_OVER = frozenset({"success", "failed", "skipped", "removed"})

# States of a task that has left no word of itself.
_NOT_STARTED = frozenset({None, "scheduled", "queued", "upstream_failed"})


@dataclass(frozen=True)
class Instance:
    """A task of a run, as far as an alarm can know it: what is not known is None or empty."""

    dag_id: str
    run_id: str
    task_id: str
    state: str | None
    start_date: datetime | None = None
    end_date: datetime | None = None
    hostname: str = ""
    try_number: int = 0
    max_tries: int = 0
    log_url: str = ""
    map_index: int = -1


def unfinished(
    dag_id: str, run_id: str, tasks: Mapping[str, int], *, fails_with_upstream: bool
) -> Instance | None:
    """Return the first of these tasks that has not finished, or that was ended for being late; None if there is none.

    :param tasks: their ids, each with the number of its retries.
    :param fails_with_upstream: whether a task that is `upstream_failed` is over.
    """
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    states = RuntimeTaskInstance.get_task_states(dag_id=dag_id, task_ids=list(tasks), run_ids=[run_id])
    over = _OVER | {"upstream_failed"} if fails_with_upstream else _OVER
    for task_id, retries in tasks.items():
        state = states.get(run_id, {}).get(task_id)
        record = {} if state in _NOT_STARTED else _record(dag_id, run_id, task_id)
        if state not in over or (state == "failed" and record.get("ended_late")):
            started = record.get("start_date")
            return Instance(
                dag_id,
                run_id,
                task_id,
                state,
                start_date=datetime.fromisoformat(started) if started else None,
                hostname=record.get("hostname", ""),
                try_number=record.get("try_number", 0),
                max_tries=record.get("max_tries", retries),
                log_url=record.get("log_url", ""),
            )
    return None


def send(alarms: Sequence[SnsAlarmNotifier], context: Mapping[str, Any], instance: Instance) -> None:
    """Send alarms about a task, each whether or not another can be sent.

    :raises Exception: what kept one from being sent.
    """
    about = {**context, "ti": instance, "task_instance": instance, "exception": None}
    failed: Exception | None = None
    for alarm in alarms:
        try:
            alarm.send(dict(about))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below
            failed = failed or error
    if failed is not None:
        raise failed


def _record(dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
    from airflow.sdk.execution_time.xcom import XCom

    found = XCom.get_one(key=RECORD, dag_id=dag_id, run_id=run_id, task_id=task_id)
    return found if isinstance(found, dict) else {}
