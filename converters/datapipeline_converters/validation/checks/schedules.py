"""Checks whether the Schedules make sense, and whether everything has one that needs one."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters.catalogue import TypeSpec
from datapipeline_converters.definition import Ref
from datapipeline_converters.inheritance import DEFAULT_ID, EffectiveObject
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.timing import ON_DEMAND, schedule_problems
from datapipeline_converters.schedule_calculator import DEFAULT_STYLE, PeriodicSchedule, number_of_intervals
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

_SCHEDULED = frozenset({"data_node", "resource"})
_WORDS_ON_DEMAND = {"period": "ondemand_period", "startAt": "ondemand_activation_time"}


def check_schedules(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with Schedules and with who has one, what planning an activity finds out aside."""
    styles: dict[str, set[str]] = {}
    for item, spec in subject.typed:
        style = subject.word(item, "scheduleType")
        for ref in item.refs("schedule"):
            styles.setdefault(ref.id, set()).add(style or DEFAULT_STYLE)
        if spec.category == "schedule":
            continue
        if _lacks(subject, item, spec, style):
            text = "is missing: only an ondemand pipeline can do without a Schedule."
            yield subject.at("unscheduled-object", item.id, "schedule", text)
        yield from _style(subject, item, spec, style)
    for item, spec in subject.typed:
        if spec.category == "schedule":
            yield from _schedule(subject, item, styles.get(item.id, set()))


def _lacks(subject: Subject, item: EffectiveObject, spec: TypeSpec, style: str) -> bool:
    """Tell whether a data node or resource has no Schedule and needs one."""
    field = spec.fields.get("schedule")
    return (
        field is not None
        and field.invocation
        and spec.category in _SCHEDULED
        and style != ON_DEMAND
        and not subject.has(item, "schedule")
    )


def _style(subject: Subject, item: EffectiveObject, spec: TypeSpec, style: str) -> Iterator[Finding]:
    if spec.category != "activity":
        return
    if style == ON_DEMAND and item.fields["scheduleType"].owner != DEFAULT_ID:
        owner = item.fields["scheduleType"].owner
        text = f"is ondemand, which belongs on {DEFAULT_ID}."
        yield subject.at("on-demand-not-on-default", owner, "scheduleType", text)
    scheduled = any(not _is_on_demand(subject, target) for target in subject.targets(item, "schedule"))
    if not subject.has(item, "scheduleType") and scheduled:
        text = f"is missing: {DEFAULT_STYLE} is assumed, which runs an interval at its end."
        yield subject.at("missing-schedule-type", subject.giver, "scheduleType", text)


def _is_on_demand(subject: Subject, schedule: EffectiveObject) -> bool:
    return any(subject.word(schedule, key) == word for key, word in _WORDS_ON_DEMAND.items())


def _schedule(subject: Subject, item: EffectiveObject, styles: set[str]) -> Iterator[Finding]:
    """Yield what is wrong with one Schedule, whether something uses it or not."""
    found = subject.components.get(Ref(item.id))
    if not isinstance(found, Schedule) or not isinstance(found.period, Period):
        return
    problems = list(schedule_problems(found, found.period))
    for problem in problems:
        yield subject.at(problem.rule, problem.object_id, problem.field, problem.text)
    if problems or found.start_date_time is None or found.end_date_time is None:
        return
    for style in sorted(styles - {ON_DEMAND}):
        if (
            style != "cron"
            and number_of_intervals(
                PeriodicSchedule(found.period, "timeseries", found.start_date_time, found.end_date_time, None)
            )
            == 0
        ):
            text = f"the schedule makes no run: its first interval ends after it ({style})."
            yield subject.at("schedule-without-runs", item.id, "endDateTime", text)
