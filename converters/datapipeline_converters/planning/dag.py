"""Plans one DAG: the tasks of its steps, and what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datapipeline_converters.expressions import ExpressionError, Runtime, Template, leaves
from datapipeline_converters.ledger import approximated
from datapipeline_converters.names import identifier
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.runnable import DataNode
from datapipeline_converters.plan import (
    NAMES_OF_THE_FILE,
    Argument,
    Call,
    Dag,
    FieldText,
    Param,
    Task,
    WrittenText,
)
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step
from datapipeline_converters.planning.groups import Group, schedule_of
from datapipeline_converters.planning.joins import Joins, Sensors, timetable
from datapipeline_converters.planning.runtime import runtime_fields
from datapipeline_converters.planning.tasks import TaskPlanner
from datapipeline_converters.planning.texts import TextWriter
from datapipeline_converters.planning.timing import ON_DEMAND

# The account's limit of active instances of one object; an ondemand pipeline has one unless it says otherwise.
_ACTIVE_PERIODIC = 5
_ACTIVE_ON_DEMAND = 1
_INTERVAL = frozenset({"@scheduledStartTime", "@scheduledEndTime"})
_SHARED_ARGUMENTS = ("retries", "retry_delay")


@dataclass(frozen=True)
class Draft:
    """A DAG's own tasks, before those that wait for other DAGs.

    :param operators: the operator of each step, and the texts in it
    :param ids: the task id of each step
    :param taken: all names that are in use in the DAG's file
    """

    operators: Mapping[Step, tuple[Call, Sequence[WrittenText]]]
    ids: Mapping[Step, str]
    taken: frozenset[str]
    params: Mapping[str, Param]


@dataclass(frozen=True)
class _Active:
    """How many instances of one object may be active, and how many runs of the DAG."""

    objects: int
    runs: int


@dataclass(frozen=True)
class DagPlanner:
    """Plans the DAG of one group of steps."""

    components: Components
    graph: Graph
    group: Group
    joins: Joins

    def draft(self) -> Draft:
        """Return the DAG's own tasks."""
        planner = TaskPlanner(self.components, self.graph.activities)
        timing = self.group.timing
        schedule = timing.schedule if timing.scheduled else ""
        writer = TextWriter(self.components.model, runtime_fields(timing), self._fixed, schedule)
        operators: dict[Step, tuple[Call, Sequence[WrittenText]]] = {}
        active = self._active()
        for step in self.group.steps:
            operator = self._limited(step, planner.plan(step), active)
            operators[step] = self._written(step, operator, planner, writer)
            self._note_intervals(operators[step][1])
        ids, taken = _task_ids({step: operator for step, (operator, _) in operators.items()})
        return Draft(operators, ids, taken, self._params(writer))

    def plan(self, draft: Draft, ids: Mapping[Step, str]) -> Dag:
        """Return the DAG.

        :param ids: the task ids of all steps, in whatever DAG they are
        """
        timing = self.group.timing
        shared = _shared([operator for operator, _ in draft.operators.values()])
        sensors = Sensors(self.joins, self.group, ids, set(draft.taken))
        tasks: dict[str, Task] = {}
        edges: list[tuple[str, str]] = []
        for step, (operator, texts) in draft.operators.items():
            for other in self.graph.upstream[step]:
                before = ids[other]
                if other not in draft.ids:
                    sensor = sensors.between(step, other)
                    before = sensor.id
                    if before not in tasks:
                        tasks[before] = replace(sensor, operator=_without(sensor.operator, shared))
                edges.append((before, ids[step]))
            tasks[ids[step]] = Task(ids[step], _without(operator, shared), texts)
        return Dag(
            id=self.group.name,
            description=f"Converted from the AWS Data Pipeline definition {self.components.model.source}",
            schedule=timetable(timing) if timing.scheduled else None,
            start=timing.start,
            max_active_runs=self._active().runs,
            default_args=shared,
            params=draft.params,
            tasks=list(tasks.values()),
            edges=edges,
            members=self.group.members,
            catchup=timing.catchup,
            every=timing.every,
            tags=["data-pipeline", *filter(None, [self.components.model.environment])],
        )

    def _fixed(self, text: FieldText) -> Template:
        return self.components.reader(text.object_id, *text.referrers).fixed(text.field, text.source)

    def _limited(self, step: Step, operator: Call, active: _Active) -> Call:
        """Return an operator with its own limit of active instances, where it is below the DAG's."""
        activity = self.graph.activities.get(step.object_id)
        own = activity.max_active_instances if activity else None
        if activity and own is None and active.runs > active.objects:
            own = (
                self._usual
            )  # more runs are active than instances of one object only while some wait for other DAGs
        if own is None or own >= active.runs:
            return operator
        return Call(operator.path, {**operator.arguments, "max_active_tis_per_dag": own})

    def _written(
        self, step: Step, operator: Call, planner: TaskPlanner, writer: TextWriter
    ) -> tuple[Call, Sequence[WrittenText]]:
        """Return an operator with its texts written; one that fails when a text cannot be said."""
        try:
            return writer.write_operator(operator)
        except ExpressionError as error:
            return writer.write_operator(planner.unsayable(step, error))

    def _note_intervals(self, texts: Sequence[WrittenText]) -> None:
        """Note which texts of data nodes mean another interval than the nodes' own schedule gives them."""
        used = self.group.timing.schedule
        for source in (text.source for text in texts):
            if not issubclass(class_of(self.components.model.objects[source.object_id].type or ""), DataNode):
                continue
            own = schedule_of(self.components, source.object_id)
            dated = any(
                isinstance(leaf, Runtime) and leaf.name in _INTERVAL for leaf in leaves(source.template)
            )
            if dated and own and used and own != used:
                interval = (
                    f"its dates are those of the task that uses it, which runs on `{used}`, not on `{own}`"
                )
                self.components.note(source.object_id, source.field, approximated(interval))

    @property
    def _usual(self) -> int:
        return _ACTIVE_ON_DEMAND if self.group.timing.style == ON_DEMAND else _ACTIVE_PERIODIC

    def _active(self) -> _Active:
        own = (self.graph.activities[member].max_active_instances for member in self.group.members)
        objects = max((self._usual if count is None else count for count in own), default=self._usual)
        return _Active(objects, self.joins.active_runs(self.group, objects))

    def _params(self, writer: TextWriter) -> Mapping[str, Param]:
        parameters = self.components.model.parameters
        order = {name: position for position, name in enumerate(parameters.declared)}
        names = sorted(writer.params, key=lambda name: order.get(name, len(order)))
        params = {
            name: Param(parameters.get(name), parameters.values(name), parameters.kind(name))
            for name in names
        }
        for name, param in params.items():
            if param.values is None and not param.declared.optional:
                advice = f"Parameter `{name}` has no value: give it whenever you trigger, or convert with --set {name}=…"
                self.components.model.before_first_run.setdefault(advice)
        return params


def _task_ids(operators: Mapping[Step, Call]) -> tuple[Mapping[Step, str], frozenset[str]]:
    """Return an id for each step, different from every other and from every imported name, and all these names."""
    taken = set(NAMES_OF_THE_FILE)
    for operator in operators.values():
        taken.update(path.rpartition(".")[2] for path in _paths(operator))
    uses = Counter(step.object_id for step in operators)
    ids: dict[Step, str] = {}
    for step in operators:
        text = step.object_id if uses[step.object_id] == 1 else f"{step.object_id}_{step.guarded}"
        ids[step] = identifier(text, taken)
        taken.add(ids[step])
    return ids, frozenset(taken)


def _paths(argument: Any) -> Iterator[str]:
    if isinstance(argument, Call):
        yield argument.path
        yield from _paths(list(argument.arguments.values()))
    elif isinstance(argument, Mapping):
        yield from _paths(list(argument.values()))
    elif isinstance(argument, Sequence) and not isinstance(argument, str):
        for item in argument:
            yield from _paths(item)


def _shared(operators: Sequence[Call]) -> dict[str, Argument]:
    """Return the arguments whose most frequent value is worth saying once for the whole DAG."""
    shared: dict[str, Argument] = {}
    for key in _SHARED_ARGUMENTS:
        counts = Counter(operator.arguments[key] for operator in operators if key in operator.arguments)
        if counts:
            shared[key] = counts.most_common(1)[0][0]
    return shared


def _without(operator: Call, shared: Mapping[str, Argument]) -> Call:
    arguments = {
        key: value for key, value in operator.arguments.items() if key not in shared or shared[key] != value
    }
    return Call(operator.path, arguments, operator.positional)
