"""Plans one DAG: the steps that share a schedule and a style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datapipeline_converters.expressions import ExpressionError, Template
from datapipeline_converters.names import identifier
from datapipeline_converters.plan import Argument, Call, Dag, FieldText, Param, Task, WrittenText
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step
from datapipeline_converters.planning.runtime import runtime_fields
from datapipeline_converters.planning.tasks import TaskPlanner
from datapipeline_converters.planning.texts import TextWriter
from datapipeline_converters.planning.timing import ON_DEMAND, Timing

# The account's limit of active instances of one object; an ondemand pipeline has one unless it says otherwise.
_ACTIVE_PERIODIC = 5
_ACTIVE_ON_DEMAND = 1
_RUN_AT = {"timeseries": "end", "cron": "start"}
# Names a generated file uses for itself.
_TAKEN = frozenset({"DAG", "Asset", "Param", "annotations", "dag", "pendulum", "timedelta"})
_SHARED_ARGUMENTS = ("retries", "retry_delay")


@dataclass(frozen=True)
class DagPlanner:
    """Plans the DAG of one timing.

    :param members: ids of the activities it runs, in the order of the definition
    """

    components: Components
    graph: Graph
    timing: Timing
    name: str
    members: Sequence[str]

    def plan(self) -> Dag:
        """Return the DAG."""
        planner = TaskPlanner(self.components, self.graph.activities)
        writer = TextWriter(self.components.model, runtime_fields(self.timing), self._fixed)
        steps = self._steps()
        operators: dict[Step, Call] = {}
        edges: list[tuple[Step, Step]] = []
        for step in steps:
            operators.setdefault(step, self._limited(step, planner.plan(step)))
            for other in self.graph.upstream[step]:
                if other in steps:
                    edges.append((other, step))
                else:
                    gate = Step(f"wait_for_{other.object_id}", step.object_id)
                    operators[gate] = planner.waiting_elsewhere(step, other)
                    edges.append((gate, step))
        written = {
            step: self._written(step, operator, planner, writer) for step, operator in operators.items()
        }
        shared = _shared([operator for operator, _ in written.values()])
        ids = _task_ids({step: operator for step, (operator, _) in written.items()})
        return Dag(
            id=self.name,
            description=f"Converted from the AWS Data Pipeline definition {self.components.model.source}",
            schedule=self._timetable(),
            start=self.timing.start,
            max_active_runs=self._active_runs(),
            default_args=shared,
            params=self._params(writer),
            tasks=[
                Task(ids[step], _without(operator, shared), texts)
                for step, (operator, texts) in written.items()
            ],
            edges=[(ids[before], ids[after]) for before, after in edges],
        )

    def _fixed(self, text: FieldText) -> Template:
        return self.components.reader(text.object_id, *text.referrers).fixed(text.field, text.source)

    def _limited(self, step: Step, operator: Call) -> Call:
        """Return an operator with its own limit of active instances, where it is below the DAG's."""
        activity = self.graph.activities.get(step.object_id)
        own = activity.max_active_instances if activity else None
        if own is None or own >= self._active_runs():
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

    def _steps(self) -> list[Step]:
        """Return the steps of this DAG, each behind those it waits for as far as the definition's order allows."""
        own = [Step(member) for member in self.members]
        steps: dict[Step, None] = {}
        for step in own:
            for gate in self.graph.upstream[step]:
                if gate.guarded:
                    steps.setdefault(gate)
            steps.setdefault(step)
        read = {gate for waits in self.graph.upstream.values() for gate in waits}
        for gate, waits in self.graph.upstream.items():
            if gate.guarded and gate not in read and any(step in steps for step in waits):
                steps.setdefault(gate)
        return list(steps)

    def _timetable(self) -> Call | None:
        timing = self.timing
        if not timing.scheduled or timing.anchor is None:
            return None
        arguments: dict[str, Argument] = {
            "start": timing.anchor.isoformat(),
            "every": str(timing.every),
            "run_at": _RUN_AT[timing.style],
        }
        if timing.occurrences is not None:
            arguments["occurrences"] = timing.occurrences
        if timing.end is not None:
            arguments["end"] = timing.end.isoformat()
        return Call("datapipeline_provider.timetables.anchored.AnchoredTimetable", arguments)

    def _active_runs(self) -> int:
        usual = _ACTIVE_ON_DEMAND if self.timing.style == ON_DEMAND else _ACTIVE_PERIODIC
        own = (self.graph.activities[member].max_active_instances for member in self.members)
        return max((usual if count is None else count for count in own), default=usual)

    def _params(self, writer: TextWriter) -> Mapping[str, Param]:
        parameters = self.components.model.parameters
        order = {name: position for position, name in enumerate(parameters.declared)}
        names = sorted(writer.params, key=lambda name: order.get(name, len(order)))
        params = {name: Param(parameters.get(name), parameters.values(name)) for name in names}
        for name, param in params.items():
            if param.values is None and not param.declared.optional:
                advice = f"Parameter `{name}` has no value: give it whenever you trigger, or convert with --set {name}=…"
                self.components.model.before_first_run.setdefault(advice)
        return params


def _task_ids(operators: Mapping[Step, Call]) -> Mapping[Step, str]:
    """Return an id for each step, different from every other and from every imported name."""
    taken = set(_TAKEN)
    for operator in operators.values():
        taken.update(path.rpartition(".")[2] for path in _paths(operator))
    uses = Counter(step.object_id for step in operators)
    ids: dict[Step, str] = {}
    for step in operators:
        text = step.object_id if uses[step.object_id] == 1 else f"{step.object_id}_{step.guarded}"
        ids[step] = identifier(text, taken)
        taken.add(ids[step])
    return ids


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
