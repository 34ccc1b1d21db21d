"""Knows which inputs and outputs of activities order tasks."""

from __future__ import annotations

from datapipeline_converters.definition import Ref
from datapipeline_converters.objects.runnable import DataNode
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step


def note_handles(components: Components, graph: Graph) -> None:
    """Fill in `orders` of a model whose steps are in order."""
    model = components.model
    waited = _waited_for(components, graph)
    for activity in graph.activities.values():
        if any(reason.field == "input" and reason.steps for reason in graph.reasons[Step(activity.id)]):
            model.orders.add((activity.id, "input"))
        if any(activity.id in waited.get(ref.id, ()) for ref in activity.output):
            model.orders.add((activity.id, "output"))


def _waited_for(components: Components, graph: Graph) -> dict[str, set[str]]:
    """Return the activities that something waits for because of a data node, by the node's id."""
    found: dict[str, set[str]] = {}
    for reasons in graph.reasons.values():
        for reason in reasons:
            members = {step.object_id for step in reason.steps if not step.guarded}
            for node in {reason.object_id, *_nodes_behind(components, reason.through or reason.object_id)}:
                found.setdefault(node, set()).update(members)
    return found


def _nodes_behind(components: Components, object_id: str) -> set[str]:
    """Return the data nodes that have to be finished before one is, itself included; nothing for what is none."""
    found: set[str] = set()
    waiting = [object_id]
    while waiting:
        node_id = waiting.pop()
        if node_id in found or not isinstance(node := components.get(Ref(node_id)), DataNode):
            continue
        found.add(node_id)
        waiting += [ref.id for ref in node.depends_on]
    return found
