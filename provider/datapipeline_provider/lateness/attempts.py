"""What a watched task does before each of its executions: leave word that it runs, and see that it ends in time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import AirflowTaskTerminated, AirflowTaskTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from datapipeline_provider._compat import BaseOperator, Context

RECORD = "datapipeline_attempt"
"""The XCom in which a watched task says where and when its latest attempt started."""

# Airflow's clocks may differ: what they end in time is not to find that it is too early.
_SLACK = timedelta(seconds=1)
# For so long a task that comes back late from the triggerer may take to end what it has waited for.
_TO_CLEAN_UP = timedelta(minutes=5)


class TaskIsLate(AirflowTaskTerminated):
    """The task has not finished in time and is ended. To Airflow it is a failure after which nothing is tried again."""

    def __init__(self, task_id: str, due: datetime, after: timedelta) -> None:
        super().__init__(
            f"{task_id} is late and ends here: its run was due at {due:%Y-%m-%dT%H:%M:%S}, and it had to finish within "
            f"{after} (lateAfterTimeout, with a Terminate action). It is not tried again. Clear it to run it nevertheless."
        )


def was_cleared(context: Context) -> bool:
    """Tell whether somebody has cleared the task: that adds to the tries that it has."""
    task: Any = context["task"]
    return bool(context["ti"].max_tries > (task.retries or 0))


@dataclass(frozen=True)
class Attempts:
    """A task's `pre_execute`.

    :param ends_after: how long after the run is due the task is ended, None to let it go on.
    :param recorded: whether to leave word of each attempt, for an alarm.
    :param first: what was to be done before, if anything.
    """

    ends_after: timedelta | None
    recorded: bool
    first: Callable[[Context], Any] | None = None

    def __call__(self, context: Context) -> None:
        """Do it.

        :raises TaskIsLate: if it is too late to start.
        """
        if self.first is not None:
            self.first(context)
        # Whoever clears a task wants it to run.
        ends = self.ends_after is not None and not was_cleared(context)
        if self.recorded:
            _record(context)
        if ends:
            self._end_in_time(context)

    def _end_in_time(self, context: Context) -> None:
        """Shorten the execution to the time that is left, whether it runs or waits in the triggerer."""
        assert self.ends_after is not None  # noqa: S101 - asked for
        task: Any = context["task"]
        due = context["dag_run"].run_after
        late = _Late(context, due, self.ends_after)
        left = late.left()
        if left <= timedelta() and _comes_back(context):
            late.mark()
            context["ti"]._ti_context_from_server.should_retry = False  # type: ignore[attr-defined]
            left = _TO_CLEAN_UP
        elif left <= timedelta():
            late.fail()
        if task.execution_timeout is None or left < task.execution_timeout:
            task.execution_timeout = left
        _shorten_deferral(task, late)
        _fail_for_good(task, late)


@dataclass(frozen=True)
class _Late:
    """One execution's end."""

    context: Context
    due: datetime
    after: timedelta

    def left(self) -> timedelta:
        return self.due + self.after - datetime.now(UTC)

    def mark(self) -> None:
        """Leave word of it: an alarm would find the task failed, and be silent."""
        _record(self.context, ended_late=True)

    def fail(self) -> None:
        self.mark()
        raise TaskIsLate(self.context["task"].task_id, self.due, self.after)


def _fail_for_good(task: BaseOperator, late: _Late) -> None:
    """Make a timeout of Airflow final where it is this one: Airflow calls `on_kill` of what it has interrupted."""
    kill = task.on_kill

    def on_kill() -> None:
        kill()
        if isinstance(sys.exception(), AirflowTaskTimeout) and late.left() <= _SLACK:
            late.fail()

    task.on_kill = on_kill  # type: ignore[method-assign]


def _comes_back(context: Context) -> bool:
    """Tell whether the execution goes on after waiting in the triggerer: there may be work elsewhere that it has to end."""
    from_server = getattr(context["ti"], "_ti_context_from_server", None)
    return bool(getattr(from_server, "next_method", None))


def _shorten_deferral(task: BaseOperator, late: _Late) -> None:
    """Shorten the wait of an operator that says how long it waits; one that does not keeps to its execution_timeout itself."""
    defer = task.defer

    def defer_in_time(*, timeout: timedelta | int | float | None = None, **rest: Any) -> None:
        if timeout is not None:
            given = timeout if isinstance(timeout, timedelta) else timedelta(seconds=timeout)
            timeout = min(given, max(late.left(), timedelta()) + _SLACK)
        defer(timeout=timeout, **rest)

    task.defer = defer_in_time  # type: ignore[method-assign, assignment]


def _record(context: Context, *, ended_late: bool = False) -> None:
    """Leave word of the attempt."""
    instance: Any = context["ti"]
    started = instance.start_date
    facts = {
        "start_date": started.isoformat() if started else None,
        "hostname": instance.hostname or "",
        "try_number": instance.try_number,
        "max_tries": instance.max_tries,
        "log_url": instance.log_url or "",
        "ended_late": ended_late,
    }
    instance.xcom_push(key=RECORD, value=facts)
