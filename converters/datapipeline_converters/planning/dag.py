"""Plans one DAG: the tasks of its steps, and what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from datapipeline_converters.expressions import ExpressionError, Runtime, Template, leaves
from datapipeline_converters.ledger import Verdict, approximated, emulated
from datapipeline_converters.model import Model
from datapipeline_converters.names import task_name
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
    Teardown,
    Watch,
    WrittenText,
    calls_in,
)
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step
from datapipeline_converters.planning.groups import Group
from datapipeline_converters.planning.joins import Joins, Sensors, timetable
from datapipeline_converters.planning.lateness import LatenessPlanner, finishing
from datapipeline_converters.planning.resources import Launch, leaf_of_the_work, placed
from datapipeline_converters.planning.runtime import runtime_fields
from datapipeline_converters.planning.tasks import TaskPlanner, is_converted
from datapipeline_converters.planning.texts import TextWriter
from datapipeline_converters.planning.timing import ON_DEMAND

# The account's limit of active instances of one object; an ondemand pipeline has one unless it says otherwise.
_ACTIVE_PERIODIC = 5
_ACTIVE_ON_DEMAND = 1
# In Data Pipeline an object that waits uses up its own instances alone. A DAG run is active as a whole, all the while
# that anything in it waits: so many may pile up behind one slow object before the others of their schedule stand still.
# It covers what runs hourly and waits for something that is made once a day.
_ACTIVE_RUNS = 25
_LONGEST_TAG = 100  # characters that Airflow takes
_INTERVAL = frozenset({"@scheduledStartTime", "@scheduledEndTime"})
_LIMIT = "max_active_tis_per_dag"
_SHARED_ARGUMENTS = ("retries", "retry_delay", _LIMIT)
_OWN_LIMIT = emulated(f"the task's `{_LIMIT}`")
_IN_ORDER = approximated(
    "the DAG's `max_active_runs`: one run of the whole DAG at a time, so that objects of successive runs do not overlap as "
    "they could"
)


@dataclass(frozen=True)
class Launched:
    """A resource that the DAG launches, and the tasks for it.

    :param users: the ids of the tasks that work on it
    :param ender: the task that ends it, None where launching it cannot be said
    """

    launch: Launch
    users: Sequence[str]
    launcher: Task
    ender: Task | None


@dataclass(frozen=True)
class Draft:
    """A DAG's own tasks, before those that wait for other DAGs.

    :param operators: the operator of each step, and the texts in it
    :param ids: the task id of each step
    :param taken: all names that are in use in the DAG's file
    :param launched: what the DAG launches and ends
    :param watches: what happens when tasks are late
    """

    operators: Mapping[Step, tuple[Call, Sequence[WrittenText]]]
    ids: Mapping[Step, str]
    taken: frozenset[str]
    params: Mapping[str, Param]
    launched: Sequence[Launched]
    watches: Sequence[Watch]


@dataclass(frozen=True)
class _Active:
    """How many runs of the DAG may be active, and how many instances of one object.

    :param limits: of activities that need a limit beside the DAG's, by their ids
    :param verdicts: on the field that says how many, by the ids of the activities that have it
    """

    runs: int
    limits: Mapping[str, int]
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True)
class DagPlanner:
    """Plans the DAG of one group of steps."""

    components: Components
    graph: Graph
    group: Group
    joins: Joins
    launches: Sequence[Launch] = ()

    def draft(self) -> Draft:
        """Return the DAG's own tasks."""
        planner = TaskPlanner(self.components, self.graph.activities, finishing(self.components, self.graph))
        timing = self.group.timing
        schedule = timing.schedule if timing.scheduled else ""
        writer = TextWriter(self.components.model, runtime_fields(timing), self._fixed, schedule)
        operators: dict[Step, tuple[Call, Sequence[WrittenText]]] = {}
        active = self._active
        for activity, verdict in active.verdicts.items():
            self.components.note(activity, "maxActiveInstances", verdict)
        for step in self.group.steps:
            operator = planner.plan(step)
            if limit := None if step.guarded else active.limits.get(step.object_id):
                operator = Call(operator.path, {**operator.arguments, _LIMIT: limit})
            operators[step] = self._written(step, operator, planner, writer)
            self._note_intervals(operators[step][1])
        resources = dict.fromkeys(Step(launch.resource) for launch in self.launches)
        lateness = LatenessPlanner(self.components, self.graph, timing).plan([*self.group.steps, *resources])
        late = [(it.steps, *writer.write_operator(it.call)) for it in lateness]
        reserved = {name for launch in self.launches for name in (launch.launcher, launch.ender)}
        reserved |= {call.path.rpartition(".")[2] for _, watch, _ in late for call in calls_in(watch)}
        ids, taken = _task_ids({step: operator for step, (operator, _) in operators.items()}, reserved)
        launched = self._launched(ids, planner, writer)
        tasks = {step: [task_id] for step, task_id in ids.items()}
        for it in launched:
            tasks.setdefault(Step(it.launch.resource), []).append(it.launcher.id)
        watches = [
            Watch([task_id for step in steps for task_id in tasks[step]], call, texts)
            for steps, call, texts in late
            if tasks.keys() >= set(steps)  # nothing is launched for tasks that fail in any case
        ]
        return Draft(operators, ids, taken, self._params(writer), launched, watches)

    def _launched(
        self, ids: Mapping[Step, str], planner: TaskPlanner, writer: TextWriter
    ) -> Sequence[Launched]:
        """Return what is launched for tasks that do not fail in any case."""
        failed, found = self.components.model.failed, list[Launched]()
        for launch in self.launches:
            users = [ids[Step(user)] for user in launch.users if user not in failed]
            if not users:
                continue
            step = Step(launch.resource)
            launching = planner.plan(step, serverless=launch.serverless)
            launcher = Task(launch.launcher, *self._written(step, launching, planner, writer))
            ender = None
            if is_converted(launcher.operator):
                ending = planner.plan_ending(step, launch.launcher, serverless=launch.serverless)
                ender = Task(launch.ender, *self._written(step, ending, planner, writer))
            found.append(Launched(launch, users, launcher, ender))
        return found

    def plan(self, draft: Draft, ids: Mapping[Step, str]) -> Dag:
        """Return the DAG.

        :param ids: the task ids of all steps, in whatever DAG they are
        """
        timing = self.group.timing
        around = [task for it in draft.launched for task in (it.launcher, it.ender) if task is not None]
        shared = _shared(
            [*(operator for operator, _ in draft.operators.values()), *(task.operator for task in around)]
        )
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
            for it in draft.launched:
                if ids[step] in it.users:
                    tasks.setdefault(it.launcher.id, it.launcher)
            tasks[ids[step]] = Task(ids[step], _without(operator, shared), texts)
        for task in around:
            tasks[task.id] = replace(task, operator=_without(task.operator, shared))
        launched = [
            (it.launcher.id, None if it.ender is None else it.ender.id, it.users) for it in draft.launched
        ]
        edges = placed(launched, edges)
        teardowns = [Teardown(it.ender.id, it.launcher.id) for it in draft.launched if it.ender is not None]
        if leaf := leaf_of_the_work(teardowns, edges, {*draft.taken, *tasks}):
            tasks[leaf[0].id] = leaf[0]
            edges += leaf[1]
        return Dag(
            id=self.group.name,
            description=_description(self.components.model),
            schedule=timetable(timing) if timing.scheduled else None,
            start=timing.start,
            max_active_runs=self._active.runs,
            default_args=shared,
            params=draft.params,
            tasks=list(tasks.values()),
            edges=edges,
            members=self.group.members,
            catchup=timing.catchup,
            every=timing.every,
            tags=_tags(self.components.model),
            teardowns=teardowns,
            watches=draft.watches,
        )

    def _fixed(self, text: FieldText) -> Template:
        return self.components.reader(text.object_id, *text.referrers).fixed(text.field, text.source)

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
            own = self.components.model.schedule_of(source.object_id)
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

    @cached_property
    def _active(self) -> _Active:
        own = {member: self.graph.activities[member].max_active_instances for member in self.group.members}
        said = [member for member, count in own.items() if count is not None]
        limits = {member: self._usual if count is None else count for member, count in own.items()}
        largest = max(limits.values(), default=self._usual)
        runs = self.joins.active_runs(self.group, largest)
        if not self.group.timing.scheduled or len(self.group.steps) == len(own) == 1:
            # A run is one instance of the activity, or of the pipeline: more runs than that are active only where some
            # wait for other DAGs.
            needed = said if runs == largest else own
            limits = {member: limits[member] for member in needed if limits[member] < runs}
        elif limits and runs == 1:
            # Every object runs in strict order. Where runs have to pass each other (`Joins.active_runs`) it cannot be had.
            return _Active(runs, {}, dict.fromkeys(said if len(own) > 1 else [], _IN_ORDER))
        else:
            runs = max(runs, _ACTIVE_RUNS)
        return _Active(runs, limits, {member: _OWN_LIMIT for member in said if member in limits})

    def _params(self, writer: TextWriter) -> Mapping[str, Param]:
        parameters = self.components.model.parameters
        order = {name: position for position, name in enumerate(parameters.declared)}
        names = sorted(writer.params, key=lambda name: order.get(name, len(order)))
        declared = {name: parameters.get(name) for name in names}
        for name in writer.needed:  # no value is no number
            declared[name] = replace(declared[name], optional=False)
        params = {
            name: Param(declared[name], parameters.values(name), parameters.kind(name)) for name in names
        }
        for name, param in params.items():
            if param.values is None and not param.declared.optional:
                advice = f"Parameter `{name}` has no value: give it whenever you trigger, or convert with --set {name}=…"
                self.components.model.before_first_run.setdefault(advice)
        return params


def _task_ids(
    operators: Mapping[Step, Call], reserved: Collection[str]
) -> tuple[Mapping[Step, str], frozenset[str]]:
    """Return an id for each step, different from every other and from every imported name, and all these names.

    :param reserved: ids of other tasks
    """
    taken = {*NAMES_OF_THE_FILE, *reserved}
    for operator in operators.values():
        taken.update(call.path.rpartition(".")[2] for call in calls_in(operator))
    uses = Counter(step.object_id for step in operators)
    ids: dict[Step, str] = {}
    for step in operators:
        text = step.object_id if uses[step.object_id] == 1 else f"{step.object_id}_{step.guarded}"
        ids[step] = task_name(text, taken)
        taken.add(ids[step])
    return ids, frozenset(taken)


def _shared(operators: Sequence[Call]) -> dict[str, Argument]:
    """Return the arguments whose most frequent value is worth saying once for the whole DAG.

    A sensor has no limit of its own and takes over a shared one, which does not count it while it waits.
    """
    shared: dict[str, Argument] = {}
    for key in _SHARED_ARGUMENTS:
        counts = Counter(operator.arguments[key] for operator in operators if key in operator.arguments)
        value, uses = counts.most_common(1)[0] if counts else (None, 0)
        if uses and (key != _LIMIT or 1 < uses > len(operators) / 2):
            shared[key] = value
    return shared


def _description(model: Model) -> str:
    said = f"{model.description.rstrip('.')}. " if model.description else ""
    return f"{said}Converted from the AWS Data Pipeline definition {model.source}"


def _tags(model: Model) -> list[str]:
    """Return what the DAG is found by in Airflow's list, each no longer than Airflow takes."""
    tags = ["data-pipeline", *filter(None, [model.environment]), *model.tags.values()]
    return list(dict.fromkeys(tag[:_LONGEST_TAG] for tag in tags))


def _without(operator: Call, shared: Mapping[str, Argument]) -> Call:
    arguments = {
        key: value for key, value in operator.arguments.items() if key not in shared or shared[key] != value
    }
    return Call(operator.path, arguments, operator.positional)
