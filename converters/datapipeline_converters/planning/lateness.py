"""Plans what happens when an object has not finished in time: its alarms are sent, it is ended, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, emulated, refused
from datapipeline_converters.objects.component import CannotConvertError
from datapipeline_converters.objects.runnable import DATA_NODE, WATCHED, DataNode, Runnable
from datapipeline_converters.plan import Argument, Call
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.graph import Graph, Step
from datapipeline_converters.planning.timing import ON_DEMAND, Timing

_WHEN_LATE = "datapipeline_provider.lateness.when_late"

# The guide does not say from which end of its interval a timeseries object counts; `when_late` counts from when the run is
# due, which is the end for timeseries and the start for cron.
_COUNTED = {
    "cron": emulated("counted from the start of the interval, when the run is due"),
    "timeseries": emulated(
        "counted from the end of the interval, when the run is due: the guide leaves open whether it was the start",
        "To count from its start, take the period off the time that the DAG file gives to `when_late`.",
    ),
}
_ENDED = emulated(
    "`when_late(..., terminate=True)`: the task fails and is not tried again, where the object was CANCELED; what waits for it is "
    "`upstream_failed`, and alarms of its onFail are sent. One that waits for others when it is late fails when its turn comes"
)
_NOTHING_TO_END = approximated(
    "a data node without preconditions does no work that could be ended",
    "Set `onLateAction` on the activity that writes it.",
)
_ELSEWHERE = refused(refusals.LATE_ELSEWHERE)

_UNTOLD = approximated(
    "a data node is no task, and not one task alone finishes it: nobody is told",
    "Set `onSuccess` on an activity.",
)

Watched: TypeAlias = "Runnable | DataNode"


def finishing(components: Components, graph: Graph) -> Mapping[Step, Sequence[DataNode]]:
    """Return the data nodes with alarms that are finished with one step alone, by the step."""
    found: dict[Step, list[DataNode]] = {}
    for node_id, ends in graph.finished_nodes.items():
        node = components.get(Ref(node_id))
        if not isinstance(node, DataNode) or not node.on_success:
            continue
        if len(ends) == 1:
            components.note(node_id, "onSuccess", DATA_NODE["onSuccess"])
            found.setdefault(ends[0], []).append(node)
        else:
            components.note(node_id, "onSuccess", _UNTOLD)
    return found


@dataclass(frozen=True)
class Lateness:
    """What happens when the tasks of some steps are late.

    :param steps: late as long as one of them has not finished
    """

    steps: tuple[Step, ...]
    call: Call


@dataclass(frozen=True)
class LatenessPlanner:
    """Plans for the objects of one DAG."""

    components: Components
    graph: Graph
    timing: Timing

    def plan(self, steps: Sequence[Step]) -> Iterator[Lateness]:
        """Yield what happens when the objects of steps are late, and the data nodes that are finished with them."""
        if self.timing.style == ON_DEMAND:
            return  # it is never late
        for step in steps:
            found = self.components.get(Ref(step.object_id), *filter(None, [step.guarded]))
            if isinstance(found, Runnable) and (call := self.of(found, step.guarded)):
                yield Lateness((step,), call)
        yield from self._of_nodes(steps)

    def of(self, item: Watched, *referrers: str, ends: bool = True) -> Call | None:
        """Return the call for an object, but for its tasks; None where it is never late.

        :param referrers: what refers to it, where it is a precondition
        :param ends: whether it has work that can be ended
        """
        if (
            item.late_after_timeout is None
            or not item.on_late_action
            or item.id in self.components.model.faults
        ):
            return None
        alarms: list[Call] = []
        terminate = False
        for ref in item.on_late_action:
            action = self.components.get(ref, item.id, *filter(None, referrers))
            try:
                if not action.ends_late_work:
                    alarms.append(action.as_alarm(self.components))
                    continue
            except CannotConvertError as error:
                self.components.note(item.id, "onLateAction", refused(refusals.NO_ALARM, fault=error.reason))
                continue
            self.components.realise(action)
            self.components.note(item.id, "onLateAction", _ENDED if ends else _NOTHING_TO_END)
            terminate = ends
        if not alarms and not terminate:
            return None
        self.components.note(item.id, "lateAfterTimeout", _COUNTED[self.timing.style])
        arguments: dict[str, Argument] = {"after": item.late_after_timeout.length}
        if alarms:
            self.components.note(item.id, "onLateAction", WATCHED)
            arguments["tell"] = alarms
        if terminate:
            arguments["terminate"] = True
        if alarms and getattr(item, "failure_and_rerun_mode", "none") == "cascade":
            arguments["fails_with_upstream"] = True
        return Call(_WHEN_LATE, arguments)

    def _of_nodes(self, steps: Sequence[Step]) -> Iterator[Lateness]:
        """Yield what happens when data nodes are late: what finishes each is in one DAG, or it is not watched."""
        here = set(steps)
        for node_id, ends in self.graph.finished_nodes.items():
            node = self.components.get(Ref(node_id))
            if not isinstance(node, DataNode) or not here.intersection(ends):
                continue
            if not here.issuperset(ends):
                if node.late_after_timeout is not None and node.on_late_action:
                    self.components.note(node_id, "onLateAction", _ELSEWHERE)
            elif call := self.of(node, ends=all(step.guarded == node_id for step in ends)):
                yield Lateness(ends, call)
