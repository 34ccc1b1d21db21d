"""Finds what is used more than once in a file or in one of its DAGs, so that it is written once, under a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from datapipeline_converters.names import task_name
from datapipeline_converters.plan import NAMES_OF_THE_FILE, Call, Dag, calls_in


@dataclass
class Shared:
    """What is written once.

    :param calls: what makes it, by the variable that holds it
    """

    calls: dict[str, Call] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def name(self, call: Call) -> str | None:
        """Return the variable for a call, None where it is written in its place."""
        return self._names.get(_key(call)) if call.name else None

    def add(self, call: Call, taken: set[str]) -> None:
        """Give a call a variable, with a name of its own."""
        if self.name(call) is None:
            name = task_name(call.name, taken)
            taken.add(name)
            self._names[_key(call)] = name
            self.calls[name] = call


def shared_schedules(dags: Sequence[Dag]) -> Shared:
    """Return the timetables of DAGs that tasks of other DAGs know too."""
    everything = [call for dag in dags for call in _of_dag(dag)]
    uses = Counter(_key(call) for call in everything if call.name)
    shared, taken = Shared(), _taken(dags)
    for dag in dags:
        if dag.schedule is not None and dag.schedule.name and uses[_key(dag.schedule)] > 1:
            shared.add(dag.schedule, taken)
    return shared


def shared_by_tasks(dag: Dag, schedules: Shared) -> Shared:
    """Return what more than one statement of a DAG uses, but for the schedules that the whole file shares."""
    calls = list(calls_in(_statements(dag)))
    uses = Counter(_key(call) for call in calls if call.name)
    shared, taken = Shared(), _taken([dag]) | schedules.calls.keys()
    for call in calls:
        if call.name and uses[_key(call)] > 1 and schedules.name(call) is None:
            shared.add(call, taken)
    return shared


def _taken(dags: Sequence[Dag]) -> set[str]:
    """Return the names of all tasks and classes."""
    classes = {call.path.rpartition(".")[2] for dag in dags for call in _of_dag(dag)}
    return {*NAMES_OF_THE_FILE, *classes, *(task.id for dag in dags for task in dag.tasks)}


def _of_dag(dag: Dag) -> Iterator[Call]:
    yield from calls_in([dag.schedule, *_statements(dag)])


def _statements(dag: Dag) -> list[Call]:
    return [*(task.operator for task in dag.tasks), *(watch.call for watch in dag.watches)]


def _key(call: Call) -> str:
    return repr(call)
