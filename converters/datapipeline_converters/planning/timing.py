"""Decides when each activity runs: which schedule in which style, as a timetable or on trigger (dp-concepts-schedules)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from datapipeline_converters import refusals
from datapipeline_converters.errors import ConversionError, Problem
from datapipeline_converters.ledger import approximated, emulated, refused
from datapipeline_converters.objects.fields import FieldError, read_field
from datapipeline_converters.objects.runnable import ScheduleType
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.options import Options
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.components import Components
from datapipeline_converters.presence import present
from datapipeline_converters.schedule_calculator import (
    DEFAULT_STYLE,
    PeriodicSchedule,
    Style,
    activation_is_refused,
    interval_start,
    number_due,
    number_of_intervals,
)
from datapipeline_converters.wording import counted

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


def on_demand_field(components: Components, object_id: str) -> str:
    """Return the field that says that an object runs on demand, "" if none does."""
    if _style(components, object_id) == ON_DEMAND:
        return "scheduleType"
    refs = components.model.objects[object_id].refs("schedule")
    found = components.get(refs[0]) if refs else None
    return "schedule" if isinstance(found, Schedule) and _is_on_demand(found) else ""


def _style(components: Components, activity_id: str) -> ScheduleType | None:
    values = present(components.model, components.model.objects[activity_id], "scheduleType")
    try:
        style: ScheduleType | None = read_field(
            components.reader(activity_id), "scheduleType", values, ScheduleType | None
        )
    except (FieldError, ConversionError) as error:
        fault = components.shown(error, activity_id, "scheduleType", ScheduleType | None)
        components.model.refuse(Problem(activity_id, "scheduleType", fault, "invalid-choice"))
        return None
    return style


def _schedule(components: Components, activity_id: str) -> Schedule | None:
    """Return the Schedule of an activity; None, with the problem, where it has none."""
    refs = components.model.objects[activity_id].refs("schedule")
    found = components.get(refs[0]) if refs else None
    if isinstance(found, Schedule):
        return found
    if found is None:
        fault = "is missing: only an ondemand pipeline can do without a Schedule."
        rule = "missing-schedule"
    elif found.type != Schedule.__name__:
        kind = f"its type is {found.type}" if found.type else "it has no type"
        fault = f"refers to {found.id!r}, which is no Schedule: {kind}. Correct that type, or the reference."
        rule = "wrong-reference-type"
    else:
        return None  # what is wrong with the Schedule is said there
    components.model.refuse(Problem(activity_id, "schedule", fault, rule))
    return None


def _is_on_demand(schedule: Schedule) -> bool:
    return schedule.start_at == "ondemand_activation_time" or schedule.period == "ondemand_period"


def _timetable(components: Components, schedule: Schedule, style: Style, options: Options) -> Timing:
    """Return the timing of a Schedule that is not on demand."""
    if _is_on_demand(schedule):
        return Timing("", ON_DEMAND)
    if not isinstance(schedule.period, Period):
        return Timing(schedule.id, style)
    components.model.refuse(*schedule_problems(schedule, schedule.period))
    anchor = _anchor(components, schedule, style, options)
    if anchor is None:
        return Timing(schedule.id, style, schedule.period)
    facts = PeriodicSchedule(schedule.period, style, anchor, schedule.end_date_time, schedule.occurrences)
    start = _first(components, schedule, facts, anchor, options)
    if start is None:
        return Timing(schedule.id, style, schedule.period)
    components.realise(schedule)
    _tell_if_nothing_runs(components, schedule, facts, options)
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


def schedule_problems(schedule: Schedule, period: Period) -> Iterator[Problem]:
    """Yield a problem for each combination of fields that Data Pipeline refuses."""
    start, end = schedule.start_date_time, schedule.end_date_time
    if not SHORTEST_PERIOD.length <= period.length <= LONGEST_PERIOD.length:
        fault = f"is {period}; it lies between {SHORTEST_PERIOD} and {LONGEST_PERIOD}."
        yield Problem(schedule.id, "period", fault, "period-out-of-range")
    if start and end and end <= start:
        fault = f"is not later than the start, {start.isoformat()}."
        yield Problem(schedule.id, "endDateTime", fault, "end-before-start")
    if end is not None and schedule.occurrences is not None:
        fault = "is given together with endDateTime; a Schedule takes one of them."
        yield Problem(schedule.id, "occurrences", fault, "conflicting-fields")
    if start is not None and schedule.start_at is not None:
        fault = "is given together with startDateTime; a Schedule takes one of them."
        yield Problem(schedule.id, "startAt", fault, "conflicting-fields")


def _anchor(components: Components, schedule: Schedule, style: Style, options: Options) -> datetime | None:
    """Return the first interval's start, None when the run has to be triggered."""
    if schedule.start_date_time is not None:
        return schedule.start_date_time
    if any((schedule.id, field) in components.model.missing for field in ("startDateTime", "startAt")):
        return None  # the ledger says which value is missing
    if schedule.start_at is None:
        problem = Problem(
            schedule.id,
            "startDateTime",
            "is missing, and so is startAt: a Schedule needs one of them.",
            "missing-one-of",
        )
        components.model.refuse(problem)
        return None
    if options.activated_at is not None:
        components.note(
            schedule.id, "startAt", emulated("the first activation, as the account or --activated-at says")
        )
        return _before_the_end(components, schedule, options.activated_at)
    if schedule.occurrences == 1:
        late = " at once, where Data Pipeline waited one period" if style == "timeseries" else ""
        one_run = emulated(f"one run from its activation: the DAG runs when it is triggered{late}")
        for field in ("startAt", "occurrences"):
            components.note(schedule.id, field, one_run)
        return None
    components.note(schedule.id, "startAt", refused(refusals.NOT_ACTIVATED))
    return None


def _before_the_end(components: Components, schedule: Schedule, activated: datetime) -> datetime | None:
    """Return the moment of the first activation; None, with the problem, where the schedule was over by then."""
    end = schedule.end_date_time
    if end is None or activated < end:
        return activated
    fault = (
        f"is {end.isoformat()}, which is not later than the start, the first activation at {activated.isoformat()} as "
        "--activated-at says. Give the moment when this pipeline was first activated, or a later endDateTime."
    )
    components.model.refuse(Problem(schedule.id, "endDateTime", fault, "end-before-start"))
    return None


def _first(
    components: Components, schedule: Schedule, facts: PeriodicSchedule, anchor: datetime, options: Options
) -> datetime | None:
    """Return the first interval to run, None while a long backfill is not confirmed."""
    field = "startDateTime" if schedule.start_date_time else "startAt"
    if not options.catchup:
        passed_over = (
            "none of the intervals runs, for the schedule is over"
            if _is_over(facts, options.now)
            else "of the intervals that fall due before the DAG is unpaused, or while it is paused, only the latest runs"
        )
        components.note(
            schedule.id, field, approximated(f"--no-catchup: {passed_over}; Data Pipeline makes up for all")
        )
    if options.start is not None:
        return max(anchor, options.start)
    if options.backfill or not options.catchup or not activation_is_refused(anchor, options.now):
        return anchor
    due = number_due(facts, options.now)
    if not due:
        return anchor  # nothing to ask about
    question = refused(refusals.RUNS_TO_MAKE_UP_FOR, runs=counted(due, "run"), anchor=anchor.isoformat())
    components.note(schedule.id, field, question)
    return None


def _tell_if_nothing_runs(
    components: Components, schedule: Schedule, facts: PeriodicSchedule, options: Options
) -> None:
    """Tell of a schedule that makes no run: nobody would miss what never shows."""
    assert facts.start is not None  # noqa: S101 - it is the anchor
    number = number_of_intervals(facts)
    if number is None:
        return
    if number == 0:
        reason = "its first interval ends after endDateTime"
    elif options.start is not None and interval_start(facts.start, facts.period, number - 1) < options.start:
        reason = "its last interval starts before the moment given as --start"
    elif not options.catchup and _is_over(facts, options.now):
        reason = "it is over, and --no-catchup passes over what is missed"
    else:
        return
    field = "endDateTime" if schedule.occurrences is None else "occurrences"
    components.note(schedule.id, field, approximated(f"the schedule makes no run: {reason}"))
    components.model.before_first_run.setdefault(f"Schedule `{schedule.id}` makes no run: {reason}")


def _is_over(facts: PeriodicSchedule, now: datetime) -> bool:
    """Tell whether even the interval behind the last would be due: without catchup, Airflow makes no run any more."""
    number = number_of_intervals(facts)
    endless = PeriodicSchedule(facts.period, facts.style, facts.start)
    return number is not None and number_due(endless, now) > number
