"""The reference for schedules: from a schedule's facts, the runs that Data Pipeline makes, in plain arithmetic.

It is the executable form of the pages dp-object-schedule, dp-concepts-schedules, dp-interpret-status and
dp-deactivate-pipeline, and shares no code with the timetable that runs in Airflow, so that each can prove the other.
Every moment is UTC without a zone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from datapipeline_converters.periods import Period

Style = Literal["cron", "timeseries"]

# What the guide leaves open stands here: these four, `_in_month`, and the end of a run in `runs_on_demand`.
# The style of what has none: the oldest examples have none, and describe this one.
DEFAULT_STYLE: Style = "timeseries"
# A last interval that starts before endDateTime and ends after it: the moment when it would run decides.
RUNS_ACROSS_THE_END = {"cron": True, "timeseries": False}
# The interval that a startTimestamp falls into is SKIPPED like those before it.
RUNS_WHAT_START_TIMESTAMP_CUTS = False
# Activation is refused when the first start lies further back, as a guard against accidents.
FURTHEST_BACK = timedelta(days=1)

_MONTHS = {"month": 1, "year": 12}
_AFTER_ALL_TIME = datetime.max  # noqa: DTZ901 - every moment here is without a zone


@dataclass(frozen=True)
class PeriodicSchedule:
    """The facts of a Schedule and the style of what runs on it.

    :param start: the first interval's start; None: the moment of the first activation
    :param end: no interval starts at or after it
    :param occurrences: how many intervals there are; not together with `end`
    """

    period: Period
    style: Style
    start: datetime | None = None
    end: datetime | None = None
    occurrences: int | None = None


@dataclass(frozen=True)
class Operation:
    """What was done with a pipeline.

    :param activated: when it was first activated; None: before its schedule's start
    :param start_timestamp: given at activation: intervals that start earlier are passed over
    :param pauses: deactivated from (inclusive) and activated again at (exclusive), in order
    :param catchup: whether intervals that fell due while nothing could run are made up for, oldest first; else only
        the latest of them runs, as `catchup=False` has it in Airflow
    """

    activated: datetime | None = None
    start_timestamp: datetime | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    catchup: bool = True


@dataclass(frozen=True)
class Run:
    """One run of whatever is on a schedule.

    :param start: `@scheduledStartTime`
    :param end: `@scheduledEndTime`
    :param due: the earliest moment of execution
    :param executes: when it is executed, if nothing but the pipeline's being inactive holds it up
    """

    start: datetime
    end: datetime
    due: datetime
    executes: datetime


def runs(
    schedule: PeriodicSchedule, operation: Operation | None = None, earliest: datetime | None = None
) -> Iterator[Run]:
    """Yield the runs of a periodic schedule, oldest first; without end where the schedule has none.

    :param earliest: yield the runs from this start on
    :raises ValueError: when the schedule starts at the first activation, and there was none
    """
    operation = operation or Operation()
    start = _start(schedule, operation)
    first = 0
    if (moment := operation.start_timestamp) is not None:
        first = _first_from(start, schedule.period, moment)
        if RUNS_WHAT_START_TIMESTAMP_CUTS:
            first = max(intervals_started(start, schedule.period, moment) - 1, 0)
    if earliest is not None:
        first = max(first, _first_from(start, schedule.period, earliest))
    total = number_of_intervals(schedule, operation)
    for number in count(first):
        run = _run(start, schedule, operation, number)
        if (total is not None and number >= total) or run.end == _AFTER_ALL_TIME:
            return
        if operation.catchup or _run(start, schedule, operation, number + 1).due > run.executes:
            yield run


def runs_on_demand(activations: Iterable[datetime]) -> Iterator[Run]:
    """Yield the runs of an ondemand pipeline: one for each activation; each ends when it starts, for want of a period."""
    for activated in activations:
        yield Run(activated, activated, activated, activated)


def number_of_intervals(schedule: PeriodicSchedule, operation: Operation | None = None) -> int | None:
    """Return how many intervals a schedule has; None: no end."""
    if schedule.end is None:
        return schedule.occurrences
    start = _start(schedule, operation or Operation())
    number = _first_from(start, schedule.period, schedule.end)  # the end itself is excluded
    if not RUNS_ACROSS_THE_END[schedule.style] and (
        interval_start(start, schedule.period, number) > schedule.end
    ):
        number -= 1
    return max(number, 0)


def number_due(schedule: PeriodicSchedule, now: datetime) -> int:
    """Return how many runs of a schedule with a start are due at a moment."""
    number = intervals_started(_start(schedule, Operation()), schedule.period, now)
    if schedule.style == "timeseries":
        number = max(number - 1, 0)  # the latest has started and not ended
    total = number_of_intervals(schedule)
    return number if total is None else min(number, total)


def activation_is_refused(start: datetime, now: datetime) -> bool:
    """Tell whether Data Pipeline refuses to activate a schedule now unless it is told from when on to run."""
    return start < now - FURTHEST_BACK


def interval_start(start: datetime, period: Period, number: int) -> datetime:
    """Return when interval `number` (0, 1, ...) starts: multiplied from the first, never added to the one before."""
    months = _MONTHS.get(period.unit)
    try:
        if months is None:
            return start + number * period.length
        return _in_month(start, start.year * 12 + start.month - 1 + number * period.count * months)
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        return _AFTER_ALL_TIME


def intervals_started(start: datetime, period: Period, moment: datetime) -> int:
    """Return how many intervals have started by a moment."""
    if moment < start:
        return 0
    months = _MONTHS.get(period.unit)
    if months is None:
        return (moment - start) // period.length + 1
    between = (moment.year - start.year) * 12 + moment.month - start.month
    number = between // (period.count * months)
    return number + (interval_start(start, period, number) <= moment)


def _in_month(start: datetime, month: int) -> datetime:
    """Return a start moved to a month, counted from the year 0: a day that the month lacks is its last."""
    year, month = divmod(month, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def _first_from(start: datetime, period: Period, moment: datetime) -> int:
    """Return the number of the first interval that starts at or after a moment."""
    started = intervals_started(start, period, moment)
    return started - (started > 0 and interval_start(start, period, started - 1) == moment)


def _start(schedule: PeriodicSchedule, operation: Operation) -> datetime:
    start = schedule.start or operation.activated
    if start is None:
        raise ValueError("The schedule starts when the pipeline is first activated: say when that was.")
    return start


def _run(start: datetime, schedule: PeriodicSchedule, operation: Operation, number: int) -> Run:
    begins = interval_start(start, schedule.period, number)
    ends = interval_start(start, schedule.period, number + 1)
    due = begins if schedule.style == "cron" else ends
    executes = max(due, operation.activated or due)
    for paused, resumed in operation.pauses:
        if paused <= executes < resumed:
            executes = resumed
    return Run(begins, ends, due, executes)
