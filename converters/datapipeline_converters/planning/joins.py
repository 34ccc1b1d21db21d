"""Knows how a task waits for tasks of other DAGs: by a sensor for each of them, which knows the other's schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from itertools import pairwise

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict, approximated, emulated, exact, refused
from datapipeline_converters.names import task_name
from datapipeline_converters.objects.runnable import Activity, DataNode
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call, Task
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Reason, Step
from datapipeline_converters.planning.groups import Group
from datapipeline_converters.planning.intervals import longest, most_overlapping, nests, shortest
from datapipeline_converters.planning.tasks import DEFAULT_RETRIES, DEFAULT_RETRY_DELAY, not_converted
from datapipeline_converters.planning.timing import Timing

_SENSOR = "datapipeline_provider.sensors.producer.ProducerSensor"
# So many instances may roll up into one, by the service's limits.
_ROLL_UP = 32
_RUN_AT = {"timeseries": "end", "cron": "start"}
_UNPAUSE = "Tasks of one DAG wait for tasks of another: unpause all DAGs"
_FAILS = emulated("the sensor that waits for another DAG fails with the task that it waits for")
_WAITS = emulated("the sensor that waits for another DAG goes on waiting when the other's task fails")
_WIDER = approximated(
    "tasks that read the node more often than it is made do not wait for all of its longer interval, only for what "
    "overlaps their own"
)


@dataclass(frozen=True)
class Joins:
    """What waits across the DAGs of one definition.

    :param homes: the DAG of each step
    """

    components: Components
    graph: Graph
    homes: Mapping[Step, Group]

    def active_runs(self, group: Group, usual: int) -> int:
        """Return how many runs of a DAG may be active.

        In Data Pipeline only the objects that wait count as active. A run of a DAG is active as a whole: where tasks
        wait for a longer interval to end, all runs inside it have to be active, or those that others wait for would not
        start.
        """
        own = group.timing
        reached = {own}.union(*(self._reached[step] for step in group.steps))
        if own.every is None or len(reached) == 1:
            return usual
        ahead = max(self._ahead[step] for step in group.steps)
        ordered = sorted(reached, key=lambda timing: longest(timing.every) if timing.every else timedelta())
        if all(nests(inner, outer) for inner, outer in pairwise(ordered)):
            # Whatever way dependencies go, they stay inside one interval of the longest schedule.
            ahead = min(ahead, _further(own, ordered[-1]))
        return usual - (-ahead // shortest(own.every))

    @cached_property
    def _reached(self) -> Mapping[Step, frozenset[Timing]]:
        """The schedules of all that a step waits for, directly or not, and its own."""
        reached: dict[Step, frozenset[Timing]] = {}
        for step in self.graph.order:
            found = {self.homes[step].timing}
            found.update(*{reached[other] for other in self.graph.upstream[step]})
            reached[step] = frozenset(found)
        return reached

    @cached_property
    def _ahead(self) -> Mapping[Step, timedelta]:
        """How far behind the end of its own interval the last interval may end that a step waits for, at most."""
        ahead: dict[Step, timedelta] = {}
        further = cache(_further)
        for step in self.graph.order:
            own = self.homes[step].timing
            found = {(self.homes[other].timing, ahead[other]) for other in self.graph.upstream[step]}
            ahead[step] = max((so_far + further(own, it) for it, so_far in found), default=timedelta())
        return ahead

    def note(self, group: Group) -> None:
        """Note in the ledger which fields of a DAG's steps make them wait for other DAGs, and how."""
        verdicts: dict[str, Verdict] = {}
        for step in group.steps:
            fields: dict[tuple[str, str, str], Group] = {}
            for reason in self.graph.reasons[step]:
                others = {home.name: home for it in reason.steps if (home := self.homes[it]) is not group}
                fields |= {(reason.object_id, reason.field, name): home for name, home in others.items()}
                if reason.through and reason.through not in self.graph.activities:
                    self._note_node(reason, group)
            for (object_id, key, name), home in fields.items():
                if name not in verdicts:
                    verdicts[name] = self._verdict(group, home)
                self.components.note(object_id, key, verdicts[name])
                self._note_mode(object_id)

    def _verdict(self, group: Group, other: Group) -> Verdict:
        if names := unscheduled(group, other):
            return refused(refusals.UNKNOWN_RUNS, dag=other.name, unscheduled=names)
        self.components.model.before_first_run.setdefault(_UNPAUSE)
        parts = [f"a sensor waits for the runs of the DAG `{other.name}` whose intervals overlap the run's"]
        if (most := most_overlapping(other.timing, group.timing)) > _ROLL_UP:
            parts.append(f"that may be {most}, where Data Pipeline allowed {_ROLL_UP}")
        if not nests(other.timing, group.timing):
            parts.append("more runs than usual may be active while they wait")
        if nests(group.timing, other.timing) or nests(other.timing, group.timing):
            return emulated("; ".join(parts))
        return approximated("; ".join([*parts, "some of the intervals overlap only in part"]))

    def _note_mode(self, object_id: str) -> None:
        mode = "failureAndRerunMode"
        if mode in self.components.model.objects[object_id].fields:
            self.components.note(object_id, mode, _FAILS if self.cascades(object_id) else _WAITS)

    def _note_node(self, reason: Reason, group: Group) -> None:
        """Note what became of the schedule of a data node that one side of it does not have."""
        node, reader = reason.through, group.timing
        own = self.components.model.schedule_of(node)
        around = {self.homes[other].timing.schedule for other in reason.steps} | {reader.schedule}
        if not own or around == {own} or "" in around:
            return
        if any(step.guarded == node for step in reason.steps):
            self.components.note(node, "schedule", exact("when its preconditions are checked"))
            return
        others = [step for step in reason.steps if self.homes[step].timing.schedule != own]
        if (others or not reason.steps) and self._is_longer(own, reader):
            # In Data Pipeline it waits for the node, and the node for all that overlaps the node's own interval.
            self.components.note(node, "schedule", _WIDER)
            if any(step.object_id not in self.graph.producers.get(node, ()) for step in others):
                self.components.note(node, "dependsOn", _WIDER)
        if reason.steps and own not in around:
            passed_over = (
                "it is passed over: the tasks that read the node wait directly for those that write it"
            )
            self.components.note(node, "schedule", approximated(passed_over))

    def _is_longer(self, schedule_id: str, timing: Timing) -> bool:
        """Tell whether the intervals of a Schedule are longer than those of a timing."""
        found = self.components.get(Ref(schedule_id))
        if not isinstance(found, Schedule) or not isinstance(found.period, Period) or timing.every is None:
            return False
        return longest(found.period) > longest(timing.every)

    def cascades(self, object_id: str) -> bool:
        """Tell whether an object fails with what it waits for."""
        found = self.components.get(Ref(object_id))
        return isinstance(found, Activity | DataNode) and found.failure_and_rerun_mode == "cascade"


@dataclass
class Sensors:
    """The sensors of one DAG.

    :param ids: the task ids of all steps, in whatever DAG they are
    :param taken: names that a sensor cannot have
    """

    joins: Joins
    group: Group
    ids: Mapping[Step, str]
    taken: set[str]
    _made: dict[tuple[Step, bool], Task] = field(default_factory=dict)
    _modes: dict[str, bool] = field(default_factory=dict)

    def between(self, step: Step, other: Step) -> Task:
        """Return the task that stands in front of a step and waits for one of another DAG, one for all that wait alike."""
        waiting = step.guarded or step.object_id
        if waiting not in self._modes:
            self._modes[waiting] = self.joins.cascades(waiting)
        cascades = self._modes[waiting]
        if (other, cascades) not in self._made:
            task_id = task_name(f"wait_for_{self.ids[other]}", self.taken)
            self.taken.add(task_id)
            self._made[other, cascades] = Task(task_id, self._operator(other, cascades=cascades))
        return self._made[other, cascades]

    def _operator(self, other: Step, *, cascades: bool) -> Call:
        home, task_id = self.joins.homes[other], self.ids[other]
        if names := unscheduled(self.group, home):
            reason = refusals.UNKNOWN_RUNS.why(dag=home.name, unscheduled=names)
            return not_converted("dependency", reason)
        arguments: dict[str, Argument] = {
            "external_dag_id": home.name,
            "external_task_id": task_id,
            "timetable": timetable(home.timing),
            "first": home.timing.start,
        }
        if not home.timing.catchup:
            arguments["catchup"] = False
        if cascades:
            arguments["fail_with_producer"] = True
        arguments |= {"retries": DEFAULT_RETRIES, "retry_delay": DEFAULT_RETRY_DELAY.length}
        doc = f"Waits for `{task_id}` in the runs of the DAG `{home.name}` whose intervals overlap this run's"
        return Call(_SENSOR, {**arguments, "doc_md": doc})


def timetable(timing: Timing) -> Call:
    """Return the timetable of a timing that has one."""
    assert timing.anchor is not None  # noqa: S101 - asked of what is scheduled
    arguments: dict[str, Argument] = {
        "start": timing.anchor.isoformat(),
        "every": str(timing.every),
        "run_at": _RUN_AT[timing.style],
    }
    if timing.occurrences is not None:
        arguments["occurrences"] = timing.occurrences
    if timing.end is not None:
        arguments["end"] = timing.end.isoformat()
    return Call(
        "datapipeline_provider.timetables.anchored.AnchoredTimetable", arguments, name=timing.schedule
    )


def unscheduled(group: Group, other: Group) -> str:
    """Return which of two DAGs have no schedule, so that nobody can tell which runs wait for which; "" for none."""
    return " and ".join(f"`{one.name}`" for one in (group, other) if not one.timing.scheduled)


def _further(own: Timing, other: Timing) -> timedelta:
    """Return how far behind the end of its own interval one may end on another schedule that overlaps it."""
    if other.every is None or nests(other, own):
        return timedelta()
    return longest(other.every)
