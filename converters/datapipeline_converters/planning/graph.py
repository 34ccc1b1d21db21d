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
                waits.update(dict.fromkeys(self._finished(ref.id, ())))
        for node in self.producers:
            self._finished(node, ())  # a precondition on an output nobody reads still has to pass
        self._report_cycle()

    def _finished(self, object_id: str, trail: tuple[str, ...]) -> Iterable[Step]:
        """Return the steps after which an object is finished."""
        if object_id in self.activities:
            return [Step(object_id)]
        node = self.components.get(Ref(object_id))
        if not isinstance(node, DataNode) or object_id in trail:
            return []  # resources are there when they are needed
        before: dict[Step, None] = {Step(writer): None for writer in self.producers.get(object_id, ())}
        for ref in node.depends_on:
            before.update(dict.fromkeys(self._finished(ref.id, (*trail, object_id))))
        return self._gates(object_id, node.precondition, before) or list(before)

    def _gates(self, guarded: str, preconditions: tuple[Ref, ...], before: Iterable[Step]) -> list[Step]:
        """Return the steps of an object's preconditions; they wait for what its producers wait for."""
        gates = []
        for ref in preconditions:
            if isinstance(self.components.get(ref, guarded), Precondition):
                gate = Step(ref.id, guarded)
                self.upstream.setdefault(gate, {}).update(dict.fromkeys(before))
                gates.append(gate)
        return gates

    def _report_cycle(self) -> None:
        try:
            TopologicalSorter({step: list(waits) for step, waits in self.upstream.items()}).prepare()
        except CycleError as error:
            path = " -> ".join(dict.fromkeys(step.object_id for step in reversed(error.args[1])))
            first = error.args[1][0].object_id
            self.components.model.problems.append(
                Problem(first, "", f"waits for itself: {path} -> {first}. Remove one of these dependencies.")
            )
            for step, waits in self.upstream.items():
                if step in error.args[1]:
                    for other in error.args[1]:
                        waits.pop(other, None)
