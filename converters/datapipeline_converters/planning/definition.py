"""Plans a whole definition: its DAGs, connections and variables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import Problem
from datapipeline_converters.inheritance import DEFAULT_ID
from datapipeline_converters.ledger import approximated
from datapipeline_converters.model import Model
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Plan
from datapipeline_converters.planning.components import Components
from datapipeline_converters.planning.dag import DagPlanner
from datapipeline_converters.planning.graph import Graph
from datapipeline_converters.planning.groups import grouped, timings_of_nodes
from datapipeline_converters.planning.handles import note_handles
from datapipeline_converters.planning.joins import Joins
from datapipeline_converters.planning.resources import launches
from datapipeline_converters.planning.surroundings import tell_surroundings
from datapipeline_converters.planning.timing import ON_DEMAND, Timing, on_demand_field, plan_timing
from datapipeline_converters.planning.use import note_use
from datapipeline_converters.presence import present


def make_plan(model: Model, options: Options) -> Plan:
    """Return the plan of a definition; what Data Pipeline would refuse is added to the model's problems."""
    components = Components(model)
    ids = [item.id for item in model.objects.values() if item.type is not None and _is_activity(item.type)]
    timings = {object_id: plan_timing(components, object_id, options) for object_id in ids}
    nodes = timings_of_nodes(components, timings.values(), options)
    _refuse_two_kinds(components, {**timings, **nodes})
    model.scheduled = any(timing.scheduled for timing in (*timings.values(), *nodes.values()))
    model.on_demand = all(timing.style == ON_DEMAND for timing in timings.values())
    activities = {object_id: _activity(components, object_id) for object_id in ids}
    graph = Graph(components, activities)
    graph.build()
    note_handles(components, graph)
    _report_lost(model)
    _report_shared_machines(components, activities.values())
    if not activities:
        model.leave("the definition has no activity: there is nothing for a DAG to do")
    groups = grouped(components, graph, timings, nodes, split=options.split, taken=options.taken)
    joins = Joins(components, graph, {step: group for group in groups for step in group.steps})
    launched = launches(components, activities, groups)
    planners = [DagPlanner(components, graph, group, joins, launched[group.name]) for group in groups]
    drafts = [planner.draft() for planner in planners]
    task_ids = {step: task_id for draft in drafts for step, task_id in draft.ids.items()}
    dags = [planner.plan(draft, task_ids) for planner, draft in zip(planners, drafts, strict=True)]
    for group in groups:
        joins.note(group)
    _read_what_waits(components)
    note_use(model)
    tell_surroundings(components)
    return Plan(
        name=model.name,
        dags=dags,
        connections=list(model.connections.values()),
        variables=list(model.variables.values()),
        left=list(model.left),
        before_first_run=list(model.before_first_run),
        chosen=_chosen(components),
        pools=list(model.pools.values()),
    )


def _refuse_two_kinds(components: Components, timings: Mapping[str, Timing]) -> None:
    """Refuse what is on demand while something else in the pipeline is not."""
    if all(timing.style == ON_DEMAND for timing in timings.values()):
        return
    text = (
        "is ondemand, while other objects run on schedules. A pipeline on demand has scheduleType ondemand on Default, "
        "and no other style."
    )
    objects = components.model.objects
    for object_id, timing in timings.items():
        if timing.style == ON_DEMAND and (field := on_demand_field(components, object_id)):
            components.model.refuse(
                Problem(objects[object_id].fields[field].owner, field, text, "mixed-on-demand")
            )


def _report_lost(model: Model) -> None:
    """Leave to the user what has no type though nothing inherits from it: it looks like work and does none."""
    parents = {
        value.id
        for item in model.objects.values()
        if (field := item.fields.get("parent"))
        for value in field.values
        if isinstance(value, Ref)
    }
    for item in model.objects.values():
        if item.type is None and item.id != DEFAULT_ID and item.id not in parents:
            model.leave(f"object `{item.id}` has no type, and nothing inherits from it: it does nothing")


def _report_shared_machines(components: Components, activities: Iterable[Activity]) -> None:
    """Tell of activities that could find each other's files on a machine that they shared."""
    sharing: dict[str, list[str]] = {}
    for activity in activities:
        place = activity.place(components)
        stays = place is not None and place.kind in {
            "ec2",
            "ssh",
            "cluster",
        }  # they share a machine as they did
        if activity.leaves_files and activity.runs_on is not None and not stays:
            sharing.setdefault(activity.runs_on.id, []).append(activity.id)
    for machine, members in sharing.items():
        if len(members) < 2:
            continue
        reason = "each task may run on another worker, and does not find what others left on the machine"
        for member in members:
            components.note(member, "runsOn", approximated(reason))
        names = ", ".join(f"`{member}`" for member in members)
        components.model.before_first_run.setdefault(
            f"{names} shared the machine `{machine}`: {reason}; check that none needs files or programs of another"
        )


def _read_what_waits(components: Components) -> None:
    """Take note of the optional parameters without value in objects that nothing is made of yet."""
    for item in components.model.objects.values():
        if class_of(item.type or "").awaits:
            for key in item.fields:
                present(components.model, item, key)


def _is_activity(name: str) -> bool:
    return issubclass(class_of(name), Activity)


def _activity(components: Components, object_id: str) -> Activity:
    found = components.get(Ref(object_id))
    assert isinstance(found, Activity)  # noqa: S101 - chosen by its type
    return found


def _chosen(components: Components) -> list[str]:
    """Return what the user chose, and what of it was in vain, for the report."""
    said = [f"`{object_id}`: {_listed(found)}" for object_id, found in components.model.chosen.items()]
    for object_id, lost in components.chosen_in_vain().items():
        said.append(f"`{object_id}`: {_listed(lost)} has no effect: no task uses what it is about")
    # Of a file for many pipelines, or mistyped.
    elsewhere = components.model.choices.objects.keys() - components.model.objects
    for object_id in sorted(elsewhere):
        unused = _listed(components.model.choices.objects[object_id])
        said.append(f"`{object_id}`: {unused} has no effect here: this pipeline has no such object")
    return said


def _listed(found: Mapping[str, bool | int | str]) -> str:
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in found.items())
