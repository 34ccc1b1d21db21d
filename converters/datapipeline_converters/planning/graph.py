"""Knows what waits for what: dependsOn, shared data nodes and preconditions become edges between steps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import TypeVar

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import Problem
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition
from datapipeline_converters.planning.components import Components

_Item = TypeVar("_Item", bound=Hashable)


@dataclass(frozen=True)
class Step:
    """An activity, or a precondition in front of something.

    :param object_id: the activity or the precondition
    :param guarded: what the precondition stands in front of; "" for an activity
    """

    object_id: str
    guarded: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a step waits for others.

    :param object_id: the object whose field says so
    :param field: the field's key
    :param steps: what has to be finished before
    :param through: what the field refers to, "" for what it follows from otherwise
    """

    object_id: str
    field: str
    steps: tuple[Step, ...]
    through: str = ""


@dataclass
class Graph:
    """The steps of a definition and what each waits for.

    :param upstream: what each step waits for
    :param reasons: the same, by the fields that say it
    :param order: every step, behind all that it waits for
    :param finished_nodes: the steps after which each data node is finished, by the node's id
    """

    components: Components
    activities: Mapping[str, Activity]
    upstream: dict[Step, dict[Step, None]] = field(default_factory=dict)
    reasons: dict[Step, tuple[Reason, ...]] = field(default_factory=dict)
    order: list[Step] = field(default_factory=list)
    finished_nodes: dict[str, tuple[Step, ...]] = field(default_factory=dict)

    @cached_property
    def producers(self) -> Mapping[str, tuple[str, ...]]:
        """The activities that write each data node, by the node's id."""
        writers: dict[str, list[str]] = {}
        for activity in self.activities.values():
            for ref in activity.output:
                writers.setdefault(ref.id, []).append(activity.id)
        return {node: tuple(ids) for node, ids in writers.items()}

    def gates(self, step: Step) -> Iterator[Step]:
        """Yield the preconditions directly in front of a step."""
        return (gate for gate in self.upstream[step] if gate.guarded)

    def build(self) -> None:
        """Fill in all that is waited for; a cycle is a problem, and is cut."""
        for node in self._nodes_in_order():
            self.finished_nodes[node.id] = self._finish(node)
        for activity in self.activities.values():
            before = {"dependsOn": activity.depends_on, "input": activity.input}
            reasons = [
                Reason(activity.id, key, self._finished(ref.id), ref.id)
                for key, refs in before.items()
                for ref in refs
            ]
            gates = tuple(self._gates(activity.id, activity.precondition, ()))
            self._add(Step(activity.id), [Reason(activity.id, "precondition", gates), *reasons])
        self.order = _ordered(self.upstream, self._refuse_steps)

    def _nodes_in_order(self) -> list[DataNode]:
        """Return the data nodes that activities read, wait for or write, behind the nodes that they depend on.

        A precondition on an output that nobody reads still has to pass.
        """
        nodes: dict[str, DataNode] = {}
        waits: dict[str, dict[str, None]] = {}
        named = [(*it.depends_on, *it.input, *it.output) for it in self.activities.values()]
        waiting = [ref.id for ref in chain.from_iterable(named)]
        while waiting:
            node_id = waiting.pop()
            # Whatever else an activity depends on, such as a resource, is there when it is needed.
            if node_id not in nodes and isinstance(node := self.components.get(Ref(node_id)), DataNode):
                nodes[node_id] = node
                waits[node_id] = dict.fromkeys(ref.id for ref in node.depends_on)
                waiting += waits[node_id]
        return [nodes[node_id] for node_id in _ordered(waits, self._refuse_nodes) if node_id in nodes]

    def _finish(self, node: DataNode) -> tuple[Step, ...]:
        """Return the steps after which a data node is finished."""
        writers = tuple(Step(writer) for writer in self.producers.get(node.id, ()))
        reasons = [Reason(node.id, "precondition", writers)]
        reasons += [Reason(node.id, "dependsOn", self._finished(ref.id), ref.id) for ref in node.depends_on]
        gates = self._gates(node.id, node.precondition, reasons)
        return tuple(gates or dict.fromkeys(step for reason in reasons for step in reason.steps))

    def _finished(self, object_id: str) -> tuple[Step, ...]:
        """Return the steps after which an object is finished."""
        if object_id in self.activities:
            return (Step(object_id),)
        return self.finished_nodes.get(object_id, ())

    def _gates(self, guarded: str, preconditions: Iterable[Ref], reasons: Iterable[Reason]) -> list[Step]:
        """Return the steps of an object's preconditions; they wait for what its producers wait for."""
        gates = []
        for ref in preconditions:
            found = self.components.get(ref, guarded)
            if not isinstance(found, Precondition):
                kind = found.type or "nothing"
                self._refuse(
                    [guarded],
                    f"has {ref.id!r} as a precondition, which is {kind}",
                    "precondition",
                    "wrong-reference-type",
                )
            else:
                gate = Step(ref.id, guarded)
                self._add(gate, reasons)
                gates.append(gate)
        return gates

    def _add(self, step: Step, reasons: Iterable[Reason]) -> None:
        self.reasons[step] = tuple(reasons)
        self.upstream[step] = {before: None for reason in self.reasons[step] for before in reason.steps}

    def _refuse_nodes(self, circle: list[str]) -> None:
        self._refuse(circle, f"waits for itself through data nodes: {_path(circle)}")

    def _refuse_steps(self, circle: list[Step]) -> None:
        members = list(dict.fromkeys(step.object_id for step in circle))
        self._refuse(members, f"waits for itself: {_path(members)}")

    def _refuse(
        self, object_ids: Iterable[str], text: str, field: str = "", rule: str = "dependency-cycle"
    ) -> None:
        """Add one problem of all objects concerned."""
        first, *others = object_ids
        self.components.model.refuse(
            Problem(first, field, f"{text}. Remove one of these dependencies.", rule, tuple(others))
        )


def _ordered(waits: Mapping[_Item, dict[_Item, None]], refuse: Callable[[list[_Item]], None]) -> list[_Item]:
    """Return everything behind what it waits for; each cycle, in its own order, is refused and cut."""
    while True:
        try:
            return list(TopologicalSorter(waits).static_order())
        except CycleError as error:
            circle = error.args[1]
            refuse(list(dict.fromkeys(reversed(circle))))
            for item in set(circle):
                for other in circle:
                    waits[item].pop(other, None)


def _path(circle: list[str]) -> str:
    return " -> ".join([*circle, circle[0]])
