"""Watches by a task of its own, where Airflow has no deadline alerts to do it (before 3.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseSensorOperator
from datapipeline_provider.lateness.attempts import was_cleared
from datapipeline_provider.sensors._waiting import POLL_SECONDS, WITHOUT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider._compat import BaseOperator, Context
    from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier


class WatchSensor(BaseSensorOperator):
    """Succeeds when the tasks that it watches have finished, or when they are late and the alarms have been sent.

    :param watched: the ids of the tasks, all in this one's DAG, each with the number of its retries.
    :param after: how long after the run was due they are late.
    :param tell: the alarms.
    :param fails_with_upstream: whether a task that is `upstream_failed` is over.
    :param kwargs: the arguments of every Airflow sensor.
    """

    def __init__(
        self,
        *,
        watched: Mapping[str, int],
        after: timedelta,
        tell: Sequence[SnsAlarmNotifier],
        fails_with_upstream: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=POLL_SECONDS, timeout=WITHOUT_LIMIT, mode="reschedule", **kwargs)
        self.watched = watched
        self.after = after
        self.tell = tell
        self.fails_with_upstream = fails_with_upstream

    @classmethod
    def of(
        cls,
        tasks: Sequence[BaseOperator],
        after: timedelta,
        alarms: Sequence[SnsAlarmNotifier],
        fails_with_upstream: bool,
    ) -> WatchSensor:
        """Return a task in the DAG of these that watches them."""
        dag: Any = tasks[0].dag
        name, number = f"{tasks[0].task_id}_watch", 1
        while name in dag.task_dict:
            number += 1
            name = f"{tasks[0].task_id}_watch_{number}"
        return cls(
            task_id=name,
            dag=dag,
            watched={task.task_id: task.retries or 0 for task in tasks},
            after=after,
            tell=list(alarms),
            fails_with_upstream=fails_with_upstream,
            max_active_tis_per_dag=None,  # a limit that the DAG's tasks share is not for this one
        )

    def poke(self, context: Context) -> bool:
        """Look once; an alarm that cannot be sent is in the log, and not tried again."""
        from datapipeline_provider.lateness.telling import send, unfinished

        if was_cleared(context):
            self.log.info("Cleared: the run has been told of, or somebody knows of it")
            return True
        run: Any = context["dag_run"]
        late = unfinished(run.dag_id, run.run_id, self.watched, fails_with_upstream=self.fails_with_upstream)
        if late is None:
            self.log.info("Finished in time: %s", ", ".join(self.watched))
            return True
        if self._left(context) > timedelta():
            return False
        self.log.info("%s is late", late.task_id)
        try:
            send(self.tell, context, late)
        except Exception:
            self.log.exception("Nobody may know that %s is late", late.task_id)
        return True

    def execute(self, context: Context) -> Any:
        """Wait no longer than until the tasks are late."""
        left = self._left(context).total_seconds()
        if left > 0:
            self.poke_interval = min(self.poke_interval, left + 0.1)
        return super().execute(context)

    def _left(self, context: Context) -> timedelta:
        run: Any = context["dag_run"]
        return run.run_after + self.after - datetime.now(UTC)  # type: ignore[no-any-return]
