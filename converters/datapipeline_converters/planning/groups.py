"""Decides which steps share a DAG: those of one schedule and style, and with `split` only what is connected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from datapipeline_converters.names import identifier, pipeline_name, unique
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.runnable import DataNode
from datapipeline_converters.options import Options
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step
from datapipeline_converters.planning.timing import Timing, plan_timing

_Key: TypeAlias = "tuple[Step, Timing]"


@dataclass(frozen=True)
class Group:
    """The steps of one DAG.

    :param name: the DAG's id
    :param steps: in the order of the definition, each behind its preconditions
    """

    name: str
    timing: Timing
    steps: tuple[Step, ...]

    @property
    def members(self) -> list[str]:
        """The ids of its activities."""
        return [step.object_id for step in self.steps if not step.guarded]


def timings_of_nodes(
    components: Components, activities: Iterable[Timing], options: Options
) -> Mapping[str, Timing]:
    """Return when data nodes with preconditions and a schedule are checked, by the nodes' ids."""
    if not any(timing.schedule for timing in activities):
        return {}  # an ondemand pipeline has no other schedule
    return {
        item.id: plan_timing(components, item.id, options)
        for item in components.model.objects.values()
        if item.type is not None
        and issubclass(class_of(item.type), DataNode)
        and "precondition" in item.fields
        and components.model.schedule_of(item.id)
    }


def grouped(
    components: Components,
    graph: Graph,
    activities: Mapping[str, Timing],
    nodes: Mapping[str, Timing],
    *,
    split: bool,
    taken: Collection[str] = (),
) -> list[Group]:
    """Return the DAGs to make, those that others wait for first as far as they do not wait for each other.

    :param activities: when each activity runs
    :param nodes: when data nodes are checked that have a schedule
    :param taken: names that other DAGs have
    """
    timings = _timings(graph, activities, nodes)
    parts = _connected(graph) if split else dict.fromkeys(graph.order, Step(""))
    own = [Step(activity) for activity in activities]
    # Activities first: the DAG of the first one has the shortest name.
    found: dict[_Key, list[Step]] = {(parts[step], timings[step]): [] for step in own}
    for step in _in_file_order(graph):
        found.setdefault((parts[step], timings[step]), []).append(step)
    names = _names(components.model.name, graph, parts, list(found), taken)
    groups = [Group(names[key], key[1], tuple(steps)) for key, steps in found.items()]
    return _producers_first(graph, groups)


def _timings(
    graph: Graph, activities: Mapping[str, Timing], nodes: Mapping[str, Timing]
) -> dict[Step, Timing]:
    """Return when each step runs: a precondition with what it stands in front of.

    A data node without a schedule is checked with what reads it, or what writes it.
    """
    timings = {Step(activity): timing for activity, timing in activities.items()}
    readers: dict[Step, list[Step]] = {}
    for step in reversed(graph.order):  # readers come before what they read
        if step.guarded in activities:
            timings[step] = activities[step.guarded]
        elif step.guarded in nodes:
            timings[step] = nodes[step.guarded]
        elif step.guarded:
            around = [timings[reader] for reader in readers.get(step, ())]
            around += [activities[writer] for writer in graph.producers.get(step.guarded, ())]
            timings[step] = around[0] if around else next(iter(activities.values()))
        for gate in graph.gates(step):
            readers.setdefault(gate, []).append(step)
    return timings


def _connected(graph: Graph) -> dict[Step, Step]:
    """Return for each step one that stands for all that are connected with it, in whatever direction and schedule."""
    leaders: dict[Step, Step] = {step: step for step in graph.order}

    def leader(step: Step) -> Step:
        while leaders[step] != step:
            leaders[step] = leaders[leaders[step]]
            step = leaders[step]
        return step

    for step, waits in graph.upstream.items():
        for other in waits:
            leaders[leader(other)] = leader(step)
    return {step: leader(step) for step in graph.order}


def _names(
    pipeline: str, graph: Graph, parts: Mapping[Step, Step], keys: Sequence[_Key], others: Collection[str]
) -> Mapping[_Key, str]:
    """Return a name for each DAG: its part's for the part's first, the schedule's behind it for the others."""
    bases = _bases(pipeline, graph, parts)
    names: dict[_Key, str] = {}
    named: set[Step] = set()
    taken = set(others)
    for part, timing in keys:
        name = bases[part]
        if part in named:
            name = f"{name}_{identifier(timing.schedule or timing.style)}"
        names[part, timing] = unique(name, taken)
        named.add(part)
        taken.add(names[part, timing])
    return names


def _bases(pipeline: str, graph: Graph, parts: Mapping[Step, Step]) -> Mapping[Step, str]:
    """Return what each part is called: as the pipeline, and its first activity where there are several parts."""
    first: dict[Step, str] = {}
    # A check is alone where a circle was cut.
    for step in (*map(Step, graph.activities), *graph.order):
        first.setdefault(parts[step], step.object_id)
    if len(first) < 2:
        return dict.fromkeys(first, pipeline)
    names: dict[Step, str] = {}
    taken: set[str] = set()
    for part, object_id in first.items():
        names[part] = unique(pipeline_name(f"{pipeline}_{identifier(object_id)}"), taken)
        taken.add(names[part])
    return names


def _in_file_order(graph: Graph) -> Iterator[Step]:
    """Yield all steps in the order of the definition, each behind its preconditions."""
    done: set[Step] = set()
    for first in (*map(Step, graph.activities), *graph.order):
        waiting = [first]
        while waiting:
            step = waiting[-1]
            gate = next((gate for gate in graph.gates(step) if gate not in done), None)
            if gate is not None and step not in done:
                waiting.append(gate)
                continue
            waiting.pop()
            if step not in done:
                done.add(step)
                yield step


def _producers_first(graph: Graph, groups: list[Group]) -> list[Group]:
    """Return the groups in an order in which each is behind those that it waits for, where there is one."""
    homes = {step: group.name for group in groups for step in group.steps}
    waits = {
        group.name: {homes[other] for step in group.steps for other in graph.upstream[step]} - {group.name}
        for group in groups
    }
    ordered: list[Group] = []
    while groups:
        names = {group.name for group in groups}
        following = next((group for group in groups if not waits[group.name] & names), groups[0])
        groups = [group for group in groups if group is not following]
        ordered.append(following)
    return ordered
