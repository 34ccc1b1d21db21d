"""The two columns of a forecast: what the reference says of a schedule, and what Airflow answers about a DAG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any, NamedTuple

from datapipeline_converters.errors import UsageError
from datapipeline_converters.forecasting.expected import Expected
from datapipeline_converters.options import Options
from datapipeline_converters.schedule_calculator import (
    Operation,
    PeriodicSchedule,
    interval_start,
    number_of_intervals,
    runs,
)
from datapipeline_converters.schedule_calculator import Run as ReferenceRun

MOST_RUNS = 10_000
ON_TRIGGER = "on trigger"
# A schedule without end is probed this far out, too.
_FAR_YEARS = 50


class Run(NamedTuple):
    """One run on either side: the interval, and the earliest moment of its execution."""

    start: datetime
    end: datetime
    execution: datetime


@dataclass(frozen=True)
class Window:
    """Which runs to show; one that no run can lie in raises UsageError.

    :param earliest: the first interval starts here or later
    :param before: the last interval starts before this
    :param count: how many at most
    """

    earliest: datetime | None = None
    before: datetime | None = None
    count: int = 10

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.earliest and self.before and self.before <= self.earliest:
            raise UsageError(
                f"--to {self.before.isoformat()} is not later than --from {self.earliest.isoformat()}: no run lies between."
            )


@dataclass(frozen=True)
class Column:
    """What one side does.

    :param note: why it makes no run by itself, "" if it has a timetable
    :param runs: those inside the window
    :param total: how many runs there are in all; None: without end, or `MOST_RUNS` and more
    :param probe: up to two runs from the last one on, or from a far moment
    :param overdue: how many runs were due when Airflow was asked; of the reference only
    """

    note: str = ""
    runs: tuple[Run, ...] = ()
    total: int | None = None
    probe: tuple[Run, ...] = ()
    overdue: int = 0

    @property
    def last(self) -> Run | None:
        """The last run, where it is known that there is one."""
        return self.probe[-1] if self.total and self.probe else None


def question(expected: Expected, window: Window) -> Mapping[str, Any]:
    """Return what to ask Airflow about the DAG of what is expected, see `in_airflow.schedules`."""
    facts = expected.facts
    total = None if facts is None else number_of_intervals(facts)
    return {
        "from": _text(window.earliest),
        "to": _text(window.before),
        "count": window.count,
        "probe": _text(None if facts is None else _probe(facts)),
        "count_up_to": MOST_RUNS if total is not None and total < MOST_RUNS else 0,
    }


def of_airflow(answer: Mapping[str, Any]) -> Column:
    """Return the column of Airflow's answer."""
    if error := answer.get("error"):
        return Column(error)
    return Column(
        ON_TRIGGER if answer["on_trigger"] else "",
        tuple(map(_run, answer["runs"])),
        answer["total"],
        tuple(map(_run, answer["probe"])),
    )


def of_data_pipeline(expected: Expected, window: Window, options: Options, now: datetime) -> Column:
    """Return the column of the reference.

    :param now: when Airflow was asked: what it passes over without catch-up depends on it
    """
    facts = expected.facts
    if facts is None:
        return Column(expected.unknown or ON_TRIGGER)
    operation = Operation(
        activated=None if options.catchup else now, start_timestamp=options.start, catchup=options.catchup
    )
    shown = runs(facts, operation, window.earliest)
    if window.before is not None:
        before = window.before
        shown = takewhile(lambda run: run.start < before, shown)
    due = takewhile(lambda run: run.due <= now, runs(facts, operation))
    return Column(
        "",
        tuple(map(_due, islice(shown, window.count))),
        _total(facts, operation),
        tuple(map(_due, islice(runs(facts, operation, _probe(facts)), 2))),
        sum(1 for _ in islice(due, MOST_RUNS)),
    )


def _total(facts: PeriodicSchedule, operation: Operation) -> int | None:
    intervals = number_of_intervals(facts)
    if intervals is None or intervals >= MOST_RUNS:
        return None
    return sum(1 for _ in runs(facts, operation))


def _probe(facts: PeriodicSchedule) -> datetime:
    """Return the start of a schedule's last interval; of one without end, a far moment."""
    assert facts.start is not None  # noqa: S101 - the expectation's facts have one
    intervals = number_of_intervals(facts)
    if intervals is None:
        return facts.start.replace(year=min(facts.start.year + _FAR_YEARS, 9990), day=1)
    return interval_start(facts.start, facts.period, max(intervals - 1, 0))


def _due(run: ReferenceRun) -> Run:
    return Run(run.start, run.end, run.due)


def _run(texts: tuple[str, str, str]) -> Run:
    return Run(*map(datetime.fromisoformat, texts))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
