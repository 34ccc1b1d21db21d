"""Reads when Data Pipeline runs each object: from the definition's own fields, and not from what was planned of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from datapipeline_converters.errors import ConversionError
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.model import Model
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.fields import FieldError, read_field
from datapipeline_converters.objects.runnable import Activity, DataNode, ScheduleType
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.options import Options
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.components import Components
from datapipeline_converters.presence import present
from datapipeline_converters.schedule_calculator import DEFAULT_STYLE, PeriodicSchedule, Style

_ON_DEMAND: Final = "ondemand"


@dataclass(frozen=True)
class Expected:
    """When Data Pipeline runs an object; without facts, whenever the pipeline is activated.

    :param schedule: the Schedule's id, "" without one
    :param style: cron, timeseries or ondemand
    :param facts: what its intervals follow from, their start included
    :param unknown: why nobody can tell from the definition, "" otherwise
    """

    schedule: str
    style: str
    facts: PeriodicSchedule | None = None
    unknown: str = ""


class Reader:
    """Reads when Data Pipeline runs the objects of one definition."""

    def __init__(self, model: Model, options: Options) -> None:
        self._model, self._options = model, options
        self._components = Components(model)

    def of_activities(self) -> Mapping[str, Expected]:
        """Return when Data Pipeline runs each activity, by its id."""
        return {item.id: self._expected(item) for item in self._of_kind(Activity)}

    def of_nodes(self) -> Mapping[str, Expected]:
        """Return when Data Pipeline checks the preconditions of each data node that has some, by the node's id."""
        nodes = self._of_kind(DataNode)
        return {item.id: self._expected(item) for item in nodes if "precondition" in item.fields}

    def _of_kind(self, kind: type[Component]) -> list[EffectiveObject]:
        items = self._model.objects.values()
        return [item for item in items if item.type is not None and issubclass(class_of(item.type), kind)]

    def _expected(self, item: EffectiveObject) -> Expected:
        model, components = self._model, self._components
        try:
            style: ScheduleType | None = read_field(
                components.reader(item.id),
                "scheduleType",
                present(model, item, "scheduleType"),
                ScheduleType | None,
            )
        except (FieldError, ConversionError) as error:
            fault = components.shown(error, item.id, "scheduleType", ScheduleType | None)
            return Expected("", "", unknown=f"its scheduleType {fault}")
        if missing := model.missing.get((item.id, "scheduleType")):
            return Expected("", "", unknown=_no_value(missing))
        if style == _ON_DEMAND:
            return Expected("", _ON_DEMAND)
        schedules = [components.get(ref) for ref in item.refs("schedule")]
        if len(schedules) == 1 and isinstance(schedules[0], Schedule):
            return _on_schedule(model, schedules[0], style or DEFAULT_STYLE, self._options)
        return Expected(
            "", style or DEFAULT_STYLE, unknown="it has no Schedule that Data Pipeline would take"
        )


def _on_schedule(model: Model, schedule: Schedule, style: Style, options: Options) -> Expected:
    if schedule.start_at == "ondemand_activation_time" or schedule.period == "ondemand_period":
        return Expected(schedule.id, _ON_DEMAND)
    missing = [name for (owner, _), name in model.missing.items() if owner == schedule.id]
    if missing or not isinstance(schedule.period, Period):
        return Expected(schedule.id, style, unknown=_no_value(*missing))
    start = schedule.start_date_time
    if start is None:
        if options.activated_at is None:
            if schedule.occurrences == 1:
                # Its one run belongs to the activation: whoever triggers, activates.
                return Expected(schedule.id, style)
            unknown = "it starts when the pipeline is first activated, and --activated-at does not say when that was"
            return Expected(schedule.id, style, unknown=unknown)
        start = options.activated_at
    facts = PeriodicSchedule(schedule.period, style, start, schedule.end_date_time, schedule.occurrences)
    return Expected(schedule.id, style, facts)


def _no_value(*names: str) -> str:
    return " and ".join(f"parameter `{name}` has no value" for name in names)
