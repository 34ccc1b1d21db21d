"""Knows which tasks launch and end what the activities of a DAG work on, and between which others they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated
from datapipeline_converters.names import task_name
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.component import CannotConvertError
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.objects.schedule import Schedule
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import NAMES_OF_THE_FILE, Call, Task, Teardown
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.groups import Group
from datapipeline_converters.planning.intervals import longest, shortest

_NAMES = ("create_{}", "terminate_{}")
_NAMES_OF_APPLICATIONS = ("create_{}_application", "delete_{}_application")
_SAME_DATA = (
    "Each costs the time and the money of a launch; the data is the same, but for what activities of several runs hand to "
    "each other on the machine itself (HDFS, local files)"
)
# What to do instead, by whether it is a cluster.
_BY_HAND = {
    True: "To share one, keep a cluster running yourself and name it: choose `cluster_id` for `{}`, see docs/choices.md.",
    False: "To share one, keep a host running yourself and name it: choose `run_on` `ssh` for `{}`, see docs/workers.md.",
}
# A run fails with the leaves among its tasks. A task that ends a resource is one, whatever became of the work before it:
# without another leaf behind the work, a run whose work has failed would be a success.
_LEAF = "airflow.providers.standard.operators.empty.EmptyOperator"


@dataclass(frozen=True)
class Launch:
    """A resource that each run of a DAG launches for itself.

    :param resource: the object's id
    :param launcher: the id of the task that launches it
    :param ender: the id of the task that ends it
    :param users: the ids of the activities that work on it
    :param serverless: whether it is what does the resource's work on EMR Serverless
    """

    resource: str
    launcher: str
    ender: str
    users: tuple[str, ...]
    serverless: bool = False


def launches(
    components: Components, activities: Mapping[str, Activity], groups: Sequence[Group]
) -> Mapping[str, tuple[Launch, ...]]:
    """Return what each DAG launches, by the DAG's id, and make it known to the objects."""
    found: dict[str, tuple[Launch, ...]] = {}
    for group in groups:
        users: dict[tuple[str, bool], list[str]] = {}
        for member in group.members:
            activity = activities[member]
            serverless = bool(activity.serverless(components))
            if serverless and activity.runs_on is not None:
                components.serverless.setdefault(activity.runs_on.id, []).append(member)
            if (resource := _launched(components, activity)) is not None:
                users.setdefault((resource.id, serverless), []).append(member)
        taken = {*NAMES_OF_THE_FILE, *(task_name(step.object_id) for step in group.steps)}
        made: list[Launch] = []
        for (resource_id, serverless), members in users.items():
            names = _NAMES_OF_APPLICATIONS if serverless else _NAMES
            launcher, ender = (task_name(name.format(resource_id), taken) for name in names)
            taken |= {launcher, ender}
            made.append(Launch(resource_id, launcher, ender, tuple(members), serverless))
            components.launchers.update(dict.fromkeys(members, launcher))
            if not serverless:
                components.users.setdefault(resource_id, []).extend(members)
        found[group.name] = tuple(made)
    _note_sharing(components, groups, found)
    return found


def _launched(components: Components, activity: Activity) -> Ref | None:
    try:
        return activity.launched(components)
    except CannotConvertError:
        return None  # the activity's own task says so


def _note_sharing(
    components: Components, groups: Sequence[Group], found: Mapping[str, Sequence[Launch]]
) -> None:
    """Note where several runs shared a resource in Data Pipeline, and each has one of its own now."""
    homes: dict[str, list[tuple[Group, Launch]]] = {}
    for group in groups:
        for launch in found[group.name]:
            if (
                not launch.serverless
            ):  # an application is for nothing but its jobs, and costs nothing without them
                homes.setdefault(launch.resource, []).append((group, launch))
    for resource_id, homes_of_it in homes.items():
        own = components.model.schedule_of(resource_id)
        users = [group for group, _ in homes_of_it]
        parts = [*_between_runs(components, own, users), *_between_dags(users)]
        if not parts:
            continue
        told = "; ".join(parts)
        is_cluster = class_of(components.model.objects[resource_id].type or "").is_cluster
        verdict = approximated(f"{told}. {_SAME_DATA}", _BY_HAND[is_cluster].format(resource_id))
        if own:
            components.note(resource_id, "schedule", verdict)
        for user in (user for _, launch in homes_of_it for user in launch.users):
            components.note(user, "runsOn", verdict)
        components.tell(f"`{resource_id}`: {told}. {_SAME_DATA}; check what it costs")


def _between_runs(components: Components, own: str, users: Iterable[Group]) -> Iterator[str]:
    """Yield which DAGs launch a resource by another schedule than its own, and how often."""
    schedule = components.get(Ref(own)) if own else None
    for group in users:
        timing = group.timing
        if not own or timing.every is None or timing.schedule in ("", own):
            continue
        shared = f"each run of `{group.name}` launches one of its own, by `{timing.schedule}`"
        if isinstance(schedule, Schedule) and isinstance(schedule.period, Period):
            most = -(-longest(schedule.period) // shortest(timing.every))
            if most < 2:
                yield f"{shared} and not by `{own}`"
                continue
            shared += f", up to {most} in an interval of `{own}`"
        yield f"{shared}: all runs in one interval of `{own}` shared one"


def _between_dags(users: Sequence[Group]) -> Iterator[str]:
    """Yield which DAGs launch one each."""
    if len(users) > 1:
        named = ", ".join(f"`{group.name}`" for group in users)
        yield f"each of the DAGs {named} launches one of its own: their activities shared one"


def placed(
    launched: Sequence[tuple[str, str | None, Sequence[str]]], edges: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return the edges of a DAG with those of the tasks that launch and end resources.

    A resource is launched when the first task on it would be due: behind all that its first tasks wait for in common.

    :param launched: the ids of the tasks that launch and end something, and of those that work on it
    :param edges: pairs of task ids, upstream first
    """
    result = list(edges)
    for launcher, ender, users in launched:
        before = _ancestors(result)
        first = [user for user in users if not before.get(user, set()) & set(users)]
        last = [user for user in users if not any(user in before.get(other, ()) for other in users)]
        common = set.intersection(*(before.get(user, set()) for user in first))
        nearest = [task for task in _in_order(result, common) if not _leads_to_any(task, common, before)]
        direct = {(task, user) for task in nearest for user in first}
        result = [edge for edge in result if edge not in direct]
        result += [(task, launcher) for task in nearest]
        result += [(launcher, user) for user in first]
        result += [(user, ender) for user in last if ender is not None]
    return result


def _in_order(edges: Iterable[tuple[str, str]], tasks: Collection[str]) -> list[str]:
    """Return tasks in the order in which edges name them first."""
    return [task for task in dict.fromkeys(task for edge in edges for task in edge) if task in tasks]


def _leads_to_any(task: str, others: Collection[str], before: Mapping[str, Collection[str]]) -> bool:
    return any(task in before.get(other, ()) for other in others)


def _ancestors(edges: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return all that is before each task, directly or not."""
    direct: dict[str, set[str]] = {}
    for upstream, task in edges:
        direct.setdefault(task, set()).add(upstream)
    found: dict[str, set[str]] = {}
    for task in TopologicalSorter(direct).static_order():
        upstreams = direct.get(task, set())
        found[task] = upstreams.union(*(found[other] for other in upstreams))
    return found


def leaf_of_the_work(
    teardowns: Sequence[Teardown], edges: Sequence[tuple[str, str]], taken: Collection[str]
) -> tuple[Task, list[tuple[str, str]]] | None:
    """Return a task behind work that only tasks follow that end resources, with its edges; None where there is no such work."""
    enders = {teardown.task for teardown in teardowns}
    followed = {task for task, after in edges if after not in enders}
    work = [
        task
        for task in dict.fromkeys(task for task, after in edges if after in enders)
        if task not in followed
    ]
    if not work:
        return None
    task_id = task_name("work_done", taken)
    doc = "Fails with the work before it, and so does the run: what ends resources succeeds in any case"
    return Task(task_id, Call(_LEAF, {"doc_md": doc})), [(task, task_id) for task in work]
