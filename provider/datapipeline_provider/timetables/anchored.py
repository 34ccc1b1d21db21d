"""Knows when Data Pipeline runs a periodic schedule: intervals counted from an anchor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.timetables.period import Period

if TYPE_CHECKING:
    from airflow.timetables.base import TimeRestriction
    from pendulum import DateTime

_RUN_AT = ("start", "end")
_AFTER_ALL_TIME = pendulum.instance(datetime.max.replace(tzinfo=UTC), tz="UTC")


class InvalidScheduleError(DatapipelineError, ValueError):
    """An argument of the timetable has a value it cannot have."""

    def __init__(self, argument: str, value: object, valid: str) -> None:
        super().__init__(f"AnchoredTimetable: {argument}={value!r} is not valid. It must be {valid}.")


class AnchoredTimetable(Timetable):
    """Runs the intervals [start + i * every, start + (i + 1) * every), i = 0, 1, ... (dp-object-schedule).

    Intervals are multiplied from the anchor, never added to the last run, and no setting of catchup moves them.

    :param start: the first interval's start, ISO 8601 text, UTC unless it names an offset.
    :param every: the interval's length, "N unit"; the unit is minute, hour, day, week, month or year.
    :param run_at: "end": a run starts when its interval has ended (Data Pipeline's `timeseries`);
        "start": when it begins (`cron`).
    :param occurrences: how many intervals there are; without end if neither this nor `end` is given.
    :param end: ISO 8601 text; no run starts its interval at or after it, and with `run_at="end"` no interval
        ends after it. Not together with `occurrences`.
    :raises InvalidScheduleError: if an argument is not one of these.
    :raises InvalidPeriodError: if `every` is not a period.
    """

    def __init__(
        self,
        start: str,
        every: str,
        run_at: Literal["start", "end"] = "end",
        occurrences: int | None = None,
        end: str | None = None,
    ) -> None:
        self._start = _moment("start", start)
        self._every = Period.parse(every)
        self._end = None if end is None else _moment("end", end)
        self._run_at = run_at
        self._occurrences = occurrences
        self._check()
        self.description = self._describe()

    def _check(self) -> None:
        if self._run_at not in _RUN_AT:
            raise InvalidScheduleError("run_at", self._run_at, "'start' or 'end'")
        if self._occurrences is not None and not (type(self._occurrences) is int and self._occurrences > 0):
            raise InvalidScheduleError("occurrences", self._occurrences, "a whole number from 1")
        if self._end is None:
            return
        if self._occurrences is not None:
            raise InvalidScheduleError("end", _text(self._end), "left out when occurrences is given")
        if self._end <= self._start:
            raise InvalidScheduleError("end", _text(self._end), f"later than start ({_text(self._start)})")

    # --- what Airflow asks ---

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the run after the last one, or the first; None if the schedule is exhausted."""
        index = 0
        if last_automated_data_interval is not None:
            index = self._following(last_automated_data_interval)
        if restriction.earliest is not None:
            index = max(index, self._first_from(restriction.earliest))
        if not restriction.catchup:
            index = max(index, self._latest_due(_now()))
        if not self._has(index):
            return None
        interval = self._interval(index)
        if restriction.latest is not None and interval.start > restriction.latest:
            return None
        info = DagRunInfo.interval(*interval)  # the constructor itself differs between versions of Airflow
        return info if self._run_at == "end" else info._replace(run_after=interval.start)

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """Return the latest interval due at the moment; the first or last one if it is outside the schedule."""
        index = max(self._latest_due(run_after), 0)
        count = self._count()
        return self._interval(index if count is None else min(index, max(count - 1, 0)))

    def serialize(self) -> dict[str, Any]:
        """Return the arguments as JSON values, in one spelling."""
        return {
            "start": _text(self._start),
            "every": str(self._every),
            "run_at": self._run_at,
            "occurrences": self._occurrences,
            "end": None if self._end is None else _text(self._end),
        }

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """Return the timetable `serialize` was called on."""
        return cls(**data)

    @property
    def summary(self) -> str:
        """The text in the user interface's schedule column."""
        return f"every {self._every}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnchoredTimetable) and self.serialize() == other.serialize()

    def __hash__(self) -> int:
        return hash(tuple(self.serialize().values()))

    def __repr__(self) -> str:
        arguments = (f"{key}={value!r}" for key, value in self.serialize().items() if value is not None)
        return f"AnchoredTimetable({', '.join(arguments)})"

    # --- what sensors ask ---

    def overlapping(
        self, start: datetime, end: datetime, first: datetime | None = None
    ) -> list[DataInterval]:
        """Return the intervals of the schedule that share any time with [start, end), in order.

        :param first: the DAG's start_date: intervals that start before it never run, and are left out.
        """
        lowest, beyond, count = (
            max(self._every.steps(self._start, start), 0),
            self._first_from(end),
            self._count(),
        )
        if first is not None:
            lowest = max(lowest, self._first_from(first))
        if count is not None:
            beyond = min(beyond, count)
        found = map(self._interval, range(lowest, beyond))
        return [interval for interval in found if interval.end < _AFTER_ALL_TIME]

    def is_over(self, moment: datetime) -> bool:
        """Tell whether even the interval behind the last would be due: without catchup, no run is made any more."""
        return not self._has(self._latest_due(moment))

    # --- intervals and their numbers ---

    def _interval(self, index: int) -> DataInterval:
        return DataInterval(self._begins(index), self._begins(index + 1))

    def _begins(self, index: int) -> DateTime:
        """Return when an interval starts; the calendar ends with the year 9999."""
        try:
            return self._every.after(self._start, index)
        except (OverflowError, ValueError):
            return _AFTER_ALL_TIME

    def _count(self) -> int | None:
        if self._end is None:
            return self._occurrences
        if self._run_at == "end":
            return self._every.steps(self._start, self._end)
        return self._first_from(self._end)

    def _has(self, index: int) -> bool:
        count = self._count()
        return (count is None or index < count) and self._begins(index + 1) < _AFTER_ALL_TIME

    def _first_from(self, moment: datetime) -> int:
        """Return the first interval that starts at or after the moment."""
        index = max(self._every.steps(self._start, moment), 0)
        return index if self._begins(index) >= moment else index + 1

    def _latest_due(self, moment: datetime) -> int:
        """Return the latest interval that may run at the moment; negative before the first."""
        return self._every.steps(self._start, moment) - (self._run_at == "end")

    def _following(self, last: DataInterval) -> int:
        """Return the interval after a run's, which may stem from another schedule: no overlap, no repeated start."""
        index = self._first_from(last.end)
        return index + (self._begins(index) <= last.start)

    def _describe(self) -> str:
        until = f", {self._occurrences} times" if self._occurrences else ""
        if self._end is not None:
            until = f", until {_text(self._end)} UTC"
        return f"Every {self._every} from {_text(self._start)} UTC{until}; runs at interval {self._run_at}"


def _moment(argument: str, text: str) -> DateTime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidScheduleError(argument, text, "ISO 8601 text such as '2026-10-29T02:30:00'") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return pendulum.instance(moment, tz="UTC")


def _text(moment: DateTime) -> str:
    return moment.replace(tzinfo=None).isoformat()


def _now() -> DateTime:
    return pendulum.now("UTC")
