"""Knows what waits for what: dependsOn, shared data nodes and preconditions become edges between steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import Problem
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition
from datapipeline_converters.planning.components import Components


@dataclass(frozen=True)
class Step:
    """An activity, or a precondition in front of something.

    :param object_id: the activity or the precondition
    :param guarded: what the precondition stands in front of; "" for an activity
    """

    object_id: str
    guarded: str = ""


@dataclass
class Graph:
    """The steps of a definition and what each waits for."""

    components: Components
    activities: Mapping[str, Activity]
    upstream: dict[Step, dict[Step, None]] = field(default_factory=dict)
    _nodes: dict[str, tuple[Step, ...] | None] = field(default_factory=dict)

    @cached_property
    def producers(self) -> Mapping[str, tuple[str, ...]]:
        """The activities that write each data node, by the node's id."""
        writers: dict[str, list[str]] = {}
        for activity in self.activities.values():
            for ref in activity.output:
                writers.setdefault(ref.id, []).append(activity.id)
        return {node: tuple(ids) for node, ids in writers.items()}

    def build(self) -> None:
        """Fill `upstream`; a cycle is a problem."""
        for activity in self.activities.values():
            step = Step(activity.id)
            waits = self.upstream.setdefault(step, {})
            for gate in self._gates(activity.id, activity.precondition, ()):
                waits[gate] = None
            for ref in (*activity.depends_on, *activity.input):
                waits.update(dict.fromkeys(self._finished(ref.id)))
        for node in self.producers:
            self._finished(node)  # a precondition on an output nobody reads still has to pass
        self._report_cycle()

    def _finished(self, object_id: str) -> tuple[Step, ...]:
        """Return the steps after which an object is finished."""
        if object_id in self.activities:
            return (Step(object_id),)
        node = self.components.get(Ref(object_id))
        if not isinstance(node, DataNode):
            return ()  # resources are there when they are needed
        if object_id not in self._nodes:
            self._nodes[object_id] = None
            self._nodes[object_id] = self._finished_node(node)
        steps = self._nodes[object_id]
        if steps is None:
            self._refuse([object_id], f"waits for itself through data nodes: {object_id}")
        return steps or ()

    def _finished_node(self, node: DataNode) -> tuple[Step, ...]:
        before = {Step(writer): None for writer in self.producers.get(node.id, ())}
        for ref in node.depends_on:
            before.update(dict.fromkeys(self._finished(ref.id)))
        return tuple(self._gates(node.id, node.precondition, before)) or tuple(before)

    def _gates(self, guarded: str, preconditions: tuple[Ref, ...], before: Iterable[Step]) -> list[Step]:
        """Return the steps of an object's preconditions; they wait for what its producers wait for."""
        gates = []
        for ref in preconditions:
            found = self.components.get(ref, guarded)
            if not isinstance(found, Precondition):
                kind = found.type or "nothing"
                self._refuse([guarded], f"has {ref.id!r} as a precondition, which is {kind}", "precondition")
            else:
                gate = Step(ref.id, guarded)
                self.upstream.setdefault(gate, {}).update(dict.fromkeys(before))
                gates.append(gate)
        return gates

    def _report_cycle(self) -> None:
        try:
            TopologicalSorter({step: list(waits) for step, waits in self.upstream.items()}).prepare()
        except CycleError as error:
            members = list(dict.fromkeys(step.object_id for step in reversed(error.args[1])))
            self._refuse(members, f"waits for itself: {' -> '.join([*members, members[0]])}")
            for step, waits in self.upstream.items():
                if step in error.args[1]:
                    for other in error.args[1]:
                        waits.pop(other, None)

    def _refuse(self, object_ids: Iterable[str], text: str, field: str = "") -> None:
        """Add a problem for each object concerned."""
        for object_id in object_ids:
            self.components.model.refuse(
                Problem(object_id, field, f"{text}. Remove one of these dependencies.")
            )
