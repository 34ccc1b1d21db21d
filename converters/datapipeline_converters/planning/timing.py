"""Decides when each activity runs: which schedule in which style, as a timetable or on trigger (dp-concepts-schedules)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import ConversionError, Problem
from datapipeline_converters.ledger import approximated, emulated, refused
from datapipeline_converters.objects.fields import FieldError, read_field
from datapipeline_converters.objects.runnable import ScheduleType
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.options import Options
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.components import Components
from datapipeline_converters.schedule_calculator import (
    DEFAULT_STYLE,
    PeriodicSchedule,
    Style,
    activation_is_refused,
    number_due,
)
from datapipeline_converters.scope import present

ON_DEMAND: Final = "ondemand"
SHORTEST_PERIOD, LONGEST_PERIOD = Period(15, "minute"), Period(3, "year")


@dataclass(frozen=True)
class Timing:
    """When a group of activities runs.

    :param schedule: the Schedule's id, "" with none
    :param style: cron, timeseries or ondemand
    :param every: the period; None for a run on trigger without one
    :param anchor: the first interval's start; None for a run on trigger
    :param start: the first interval to run, None for a run on trigger
    :param catchup: whether intervals that were missed are made up for
    """

    schedule: str
    style: str
    every: Period | None = None
    anchor: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    occurrences: int | None = None
    catchup: bool = True

    @property
    def scheduled(self) -> bool:
        """Tell whether a timetable runs it."""
        return self.start is not None


def plan_timing(components: Components, activity_id: str, options: Options) -> Timing:
    """Return when an activity runs; what keeps it from its schedule is left to the user."""
    style = _style(components, activity_id)
    if style == ON_DEMAND:
        return Timing("", ON_DEMAND)
    schedule = _schedule(components, activity_id)
    if schedule is None:
        return Timing("", ON_DEMAND)
    if style is None:
        style = DEFAULT_STYLE
        components.note(
            activity_id,
            "schedule",
            approximated(f"no scheduleType is given: {DEFAULT_STYLE}, as in older pipelines"),
        )
    return _timetable(components, schedule, style, options)


def _style(components: Components, activity_id: str) -> ScheduleType | None:
    values = present(components.model, components.model.objects[activity_id], "scheduleType")
    try:
        style: ScheduleType | None = read_field(
            components.reader(activity_id), "scheduleType", values, ScheduleType | None
        )
    except (FieldError, ConversionError) as error:
        components.model.refuse(Problem(activity_id, "scheduleType", str(error)))
        return None
    return style


def _schedule(components: Components, activity_id: str) -> Schedule | None:
    """Return the Schedule of an activity; None, with the problem, where it has none."""
    field = components.model.objects[activity_id].fields.get("schedule")
    refs = [value for value in field.values if isinstance(value, Ref)] if field else []
    found = components.get(refs[0]) if refs else None
    if isinstance(found, Schedule):
        return found
    if found is None:
        fault = "is missing: only an ondemand pipeline can do without a Schedule."
    elif found.type != Schedule.__name__:
        fault = f"refers to {found.id!r}, which is no Schedule."
    else:
        return None  # what is wrong with the Schedule is said there
    components.model.refuse(Problem(activity_id, "schedule", fault))
    return None


def _timetable(components: Components, schedule: Schedule, style: Style, options: Options) -> Timing:
    """Return the timing of a Schedule that is not on demand."""
    if schedule.start_at == "ondemand_activation_time" or schedule.period == "ondemand_period":
        return Timing("", ON_DEMAND)
    if not isinstance(schedule.period, Period):
        return Timing(schedule.id, style)
    _check(components, schedule, schedule.period)
    anchor = _anchor(components, schedule, style, options)
    start = None if anchor is None else _first(components, schedule, style, anchor, options)
    if start is None:
        return Timing(schedule.id, style, schedule.period)
    components.realise(schedule)
    return Timing(
        schedule.id,
        style,
        schedule.period,
        anchor,
        start,
        schedule.end_date_time,
        schedule.occurrences,
        options.catchup,
    )


def _check(components: Components, schedule: Schedule, period: Period) -> None:
    """Add a problem for each combination of fields that Data Pipeline refuses."""
    start, end = schedule.start_date_time, schedule.end_date_time
    faults = {
        "period": (
            f"is {period}; it lies between {SHORTEST_PERIOD} and {LONGEST_PERIOD}."
            if not SHORTEST_PERIOD.length <= period.length <= LONGEST_PERIOD.length
            else ""
        ),
        "endDateTime": (
            f"is not later than the start, {start.isoformat()}." if start and end and end <= start else ""
        ),
        "occurrences": (
            "is given together with endDateTime; a Schedule takes one of them."
            if end is not None and schedule.occurrences is not None
            else ""
        ),
        "startAt": (
            "is given together with startDateTime; a Schedule takes one of them."
            if start is not None and schedule.start_at is not None
            else ""
        ),
    }
    for field, fault in faults.items():
        if fault:
            components.model.refuse(Problem(schedule.id, field, fault))


def _anchor(components: Components, schedule: Schedule, style: Style, options: Options) -> datetime | None:
    """Return the first interval's start, None when the run has to be triggered."""
    if schedule.start_date_time is not None:
        return schedule.start_date_time
    if any((schedule.id, field) in components.model.missing for field in ("startDateTime", "startAt")):
        return None  # the ledger says which value is missing
    if schedule.start_at is None:
        problem = Problem(
            schedule.id, "startDateTime", "is missing, and so is startAt: a Schedule needs one of them."
        )
        components.model.refuse(problem)
        return None
    if schedule.occurrences == 1:
        late = " at once, where Data Pipeline waited one period" if style == "timeseries" else ""
        one_run = emulated(f"one run from its activation: the DAG runs when it is triggered{late}")
        for field in ("startAt", "occurrences"):
            components.note(schedule.id, field, one_run)
        return None
    if options.activated_at is not None:
        components.note(schedule.id, "startAt", emulated("the moment given as --activated-at"))
        return options.activated_at
    advice = "give the moment of the first activation with --activated-at; until then the DAG has no schedule"
    components.note(schedule.id, "startAt", refused(advice))
    return None


def _first(
    components: Components, schedule: Schedule, style: Style, anchor: datetime, options: Options
) -> datetime | None:
    """Return the first interval to run, None while a long backfill is not confirmed."""
    assert isinstance(schedule.period, Period)  # noqa: S101 - checked by the caller
    field = "startDateTime" if schedule.start_date_time else "startAt"
    if not options.catchup:
        passed_over = (
            "--no-catchup: of the intervals that fall due before the DAG is unpaused, or while it is paused, only the "
            "latest runs; Data Pipeline makes up for all"
        )
        components.note(schedule.id, field, approximated(passed_over))
    if options.start is not None:
        return max(anchor, options.start)
    if options.backfill or not options.catchup or not activation_is_refused(anchor, options.now):
        return anchor
    facts = PeriodicSchedule(schedule.period, style, anchor, schedule.end_date_time, schedule.occurrences)
    runs = number_due(facts, options.now)
    question = (
        f"{runs} {'run' if runs == 1 else 'runs'} since {anchor.isoformat()} would be made up for. Give --backfill to have them, "
        "--start WHEN for the first interval to run, or --no-catchup to run the latest alone; until then the DAG has no schedule"
    )
    components.note(schedule.id, field, refused(question))
    return None
