"""What waits for another DAG: a task on one schedule for the task that makes its data on another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from datapipeline_provider._compat import AirflowFailException, BaseSensorOperator
from datapipeline_provider.sensors._waiting import POLL_SECONDS, WITHOUT_LIMIT_FOR_PRODUCERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow.timetables.base import DataInterval

    from datapipeline_provider._compat import Context
    from datapipeline_provider.timetables.anchored import AnchoredTimetable

_SUCCEEDED = ["success"]
_FAILED = ["failed", "upstream_failed"]
_DATES_A_REQUEST = 100  # they go into an address, which servers limit


class ProducerSensor(BaseSensorOperator):
    """Waits until a task of another DAG has succeeded in every run that this run depends on.

    Those are the runs whose interval overlaps this run's data interval, as Data Pipeline connects objects that have
    different schedules: a daily consumer waits for 24 hourly producers, an hourly consumer for the day that its hour
    lies in (dp-concepts-schedules). Where no interval overlaps, there is nothing to wait for. Airflow's own
    ExternalTaskSensor would need a function in the DAG file for this, and asks for all dates in one address.

    :param external_dag_id: the producer's DAG; templated.
    :param external_task_id: the producer; templated.
    :param timetable: the producer's schedule; a run's logical date is the start of its interval there.
    :param first: the start_date of the producer's DAG: earlier intervals never run.
    :param catchup: what the producer's DAG has as its `catchup`; without, an interval that has no run is passed over
        as soon as a later one has, or the schedule is over.
    :param match: "overlapping": runs whose interval shares any time with this run's; "within": of these only where one
        of both lies wholly inside the other.
    :param fail_with_producer: True fails as soon as one of the producers has failed for good (`failureAndRerunMode`
        cascade); False goes on waiting, so that clearing the producer lets this run continue (none).
    :param poke_interval: pause between two checks, seconds or timedelta.
    :param timeout: the longest wait, seconds or timedelta.
    :param mode: "reschedule" (no worker slot is held) or "poke".
    :param weight_rule: Airflow's: what beside `priority_weight` decides who gets a worker slot first. "absolute", nothing
        else, where Airflow's own default "downstream" adds the weights of all that is behind the task.
    :param kwargs: the arguments of every Airflow sensor.
    """

    template_fields = ("external_dag_id", "external_task_id")

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        timetable: AnchoredTimetable,
        first: datetime | None = None,
        catchup: bool = True,
        match: Literal["overlapping", "within"] = "overlapping",
        fail_with_producer: bool = False,
        poke_interval: timedelta | float = POLL_SECONDS,
        timeout: timedelta | float = WITHOUT_LIMIT_FOR_PRODUCERS,
        mode: str = "reschedule",
        # By Airflow's own default those who wait, first in their DAG, come before the producers, last in theirs: where
        # worker slots are few, every look takes one from what is looked for.
        weight_rule: str = "absolute",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            poke_interval=poke_interval, timeout=timeout, mode=mode, weight_rule=weight_rule, **kwargs
        )
        if match not in ("overlapping", "within"):
            raise ValueError(
                f"ProducerSensor: match={match!r} is not valid. It is 'overlapping' or 'within'."
            )
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.timetable = timetable
        self.first = first
        self.catchup = catchup
        self.match = match
        self.fail_with_producer = fail_with_producer

    def poke(self, context: Context) -> bool:
        """Ask Airflow once.

        :raises AirflowFailException: when the run has no interval, or a producer has failed and takes this task along.
        """
        dates = [interval.start for interval in self.awaited(*_interval(context))]
        task = context["ti"]
        if self.fail_with_producer and (failed := self._count(task, dates, _FAILED)):
            raise AirflowFailException(
                f"{self._producer} has failed in {failed} of the {len(dates)} runs that this run depends on. "
                "Clear it there, and this task with those behind it when it has succeeded."
            )
        succeeded = self._count(task, dates, _SUCCEEDED)
        self.log.info("%s has succeeded in %d of %d runs", self._producer, succeeded, len(dates))
        return succeeded == len(dates) or (
            not self.catchup and self._others_never_run(task, dates, succeeded)
        )

    def awaited(self, start: datetime, end: datetime) -> Sequence[DataInterval]:
        """Return the producer's intervals that a run depends on whose own interval is [start, end)."""
        found = self.timetable.overlapping(start, end, self.first)
        if self.match == "overlapping":
            return found
        return [
            interval
            for interval in found
            if (start <= interval.start and interval.end <= end)
            or (interval.start <= start and end <= interval.end)
        ]

    def _others_never_run(self, task: Any, dates: Sequence[datetime], succeeded: int) -> bool:
        """Say whether all there are have succeeded, and Airflow, which goes on from the latest, makes no others."""
        now = datetime.now(UTC)
        due = [run.start for run in self.timetable.overlapping(dates[-1], now, self.first)]
        later = [dates[-1], *due[:_DATES_A_REQUEST], *due[-_DATES_A_REQUEST:]]
        # In this order: a run that comes into being between the two questions must not count as passed over.
        passed_over = self.timetable.is_over(now) or self._count(task, later) > 0
        return passed_over and succeeded == self._count(task, dates)

    def _count(self, task: Any, dates: Sequence[datetime], states: list[str] | None = None) -> int:
        """Return how many of the runs have the producer in one of these states; in any, if none are given."""
        return sum(
            task.get_ti_count(
                dag_id=self.external_dag_id,
                task_ids=[self.external_task_id],
                logical_dates=part,
                states=states,
            )
            for part in _parts(dates)
        )

    @property
    def _producer(self) -> str:
        return f"Task {self.external_task_id} of DAG {self.external_dag_id}"


def _interval(context: Context) -> tuple[datetime, datetime]:
    """Return the run's data interval."""
    run = context["dag_run"]
    start, end = run.data_interval_start, run.data_interval_end
    if start is None or end is None or start >= end:
        raise AirflowFailException(
            f"Run {run.run_id} has no data interval, so nobody can tell which runs of the producer it depends on. "
            "Trigger the DAG with a logical date; its timetable then knows the interval."
        )
    return start, end


def _parts(dates: Sequence[datetime]) -> Iterator[list[datetime]]:
    for begin in range(0, len(dates), _DATES_A_REQUEST):
        yield list(dates[begin : begin + _DATES_A_REQUEST])
