"""Says in a DAG file when work is late, whom to tell of it, and whether it is ended (lateAfterTimeout, onLateAction)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from datapipeline_provider._compat import DeadlineAlert
from datapipeline_provider.lateness.attempts import Attempts

if TYPE_CHECKING:
    from datetime import timedelta

    from datapipeline_provider._compat import BaseOperator
    from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier

__all__ = ["when_late"]


def when_late(
    tasks: BaseOperator | Sequence[BaseOperator],
    after: timedelta,
    *,
    tell: Sequence[SnsAlarmNotifier] = (),
    terminate: bool = False,
    fails_with_upstream: bool = False,
) -> None:
    """Say what happens when a task has not finished so long after its run was due (dp-object-terminate).

    A run is due when its timetable says so: the interval's end with `run_at="end"`, its start with "start". A run that
    somebody triggers is due when it is triggered. Each run is told of once, however often its tasks are cleared.

    Airflow 3.2 and later watch by a deadline alert of the DAG, which the scheduler looks after and the triggerer carries
    out. Before that a task of its own watches, named after the first one, `<task id>_watch`: the run lasts as long.

    :param tasks: the task; or several that are late together, as long as one of them has not finished.
    :param after: how long after the run was due.
    :param tell: the alarms to send. `ti` in them is the task.
    :param terminate: whether the task is ended then: it fails without being tried again. One that has not started by
        then fails instead of starting. A task that somebody has cleared is left alone.
    :param fails_with_upstream: whether a task that is `upstream_failed` is over (`failureAndRerunMode` cascade), or still
        waiting, and late when the time comes (none).
    """
    watched = list(tasks) if isinstance(tasks, Sequence) else [tasks]
    for task in watched:
        task._pre_execute_hook = Attempts(
            ends_after=after if terminate else None, recorded=bool(tell), first=task._pre_execute_hook
        )
    if not tell:
        return
    first = watched[0]
    first.on_late_callback = [*getattr(first, "on_late_callback", ()), *tell]
    if DeadlineAlert is None:
        from datapipeline_provider.lateness.watch import WatchSensor

        WatchSensor.of(watched, after, tell, fails_with_upstream)
    else:
        from datapipeline_provider.lateness.deadline import add_deadline

        add_deadline(watched, after, tell, fails_with_upstream)
