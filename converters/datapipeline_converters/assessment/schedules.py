"""When a pipeline runs, and what has to be decided about that when it is converted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from datapipeline_converters.assessment.summary import Timing
from datapipeline_converters.forecasting.expected import Expected, Reader
from datapipeline_converters.model import Model
from datapipeline_converters.options import Options
from datapipeline_converters.periods import Period
from datapipeline_converters.schedule_calculator import (
    PeriodicSchedule,
    activation_is_refused,
    number_due,
    number_of_intervals,
)
from datapipeline_converters.wording import counted

_DAY = 24 * 60
# Days, on average, in what has no fixed length.
_DAYS: Mapping[str, float] = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}


def timings(model: Model, options: Options) -> tuple[tuple[Timing, ...], tuple[str, ...]]:
    """Return when the activities of a pipeline run, each schedule once, and what has to be decided about that.

    :param model: of its own: what reading finds out is noted in it
    """
    found = dict.fromkeys(Reader(model, options).of_activities().values())
    decisions = dict.fromkeys(text for expected in found for text in _decisions(expected, options))
    return tuple(_timing(expected, options.now) for expected in found), tuple(decisions)


def _decisions(expected: Expected, options: Options) -> Iterator[str]:
    where = f"Schedule `{expected.schedule}`"
    facts = expected.facts
    if facts is None:
        if "--activated-at" in expected.unknown:
            yield f"{where}: it starts when the pipeline is first activated: give that moment with --activated-at"
        return
    if options.start is not None or options.backfill or not options.catchup or facts.start is None:
        return
    if activation_is_refused(facts.start, options.now) and (due := number_due(facts, options.now)):
        yield (
            f"{where}: {counted(due, 'run')} since {facts.start.isoformat()} would be made up for: choose "
            "--backfill for all of them, --start WHEN or --no-catchup"
        )


def _timing(expected: Expected, now: datetime) -> Timing:
    facts = expected.facts
    if facts is None or facts.start is None:
        return Timing(expected.schedule, expected.style, unknown=expected.unknown)
    intervals = number_of_intervals(facts)
    over = intervals is not None and number_due(facts, now) >= intervals
    return Timing(
        expected.schedule,
        expected.style,
        str(facts.period),
        int(facts.period.length.total_seconds()) // 60,
        facts.start.isoformat(),
        hours_of(facts),
        over,
    )


def hours_of(facts: PeriodicSchedule) -> tuple[float, ...]:
    """Return how many runs start in each hour of the day in UTC, on an average day."""
    assert facts.start is not None  # noqa: S101 - asked of what has one
    hours = [0.0] * 24
    period: Period = facts.period
    if period.unit in _DAYS:
        hours[facts.start.hour] = 1 / (period.count * _DAYS[period.unit])
        return tuple(hours)
    minutes = int(period.length.total_seconds()) // 60
    # After so many minutes in days, each moment of the day has come as often as it ever will.
    for number in range(_DAY):
        moment = facts.start + timedelta(minutes=number * minutes % _DAY)
        hours[moment.hour] += 1 / minutes
    return tuple(round(value, 6) for value in hours)
