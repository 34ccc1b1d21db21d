"""Makes the ledger: one line for every field of every object of the raw file, whoever it was that used it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from datapipeline_converters import refusals
from datapipeline_converters.definition import Definition, PipelineObject
from datapipeline_converters.inheritance import DEFAULT_ID, EffectiveObject, heirs, overridden
from datapipeline_converters.ledger import (
    PARAMETER,
    Grade,
    Line,
    Verdict,
    approximated,
    combine,
    emulated,
    exact,
    not_needed,
    refused,
    worst,
)
from datapipeline_converters.model import Model
from datapipeline_converters.objects import class_of, types
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.fields import texts
from datapipeline_converters.objects.resource import Resource
from datapipeline_converters.objects.runnable import ORDER, Activity, DataNode, Precondition, Runnable
from datapipeline_converters.runtime_names import WITH_AT, WITHOUT_AT

_Heirs: TypeAlias = Mapping[tuple[str, str], Sequence[EffectiveObject]]

_CUSTOM = re.compile(r"my[A-Z_]")
_WHEN = {"schedule", "scheduleType"}
_LATENESS = {"lateAfterTimeout", "onLateAction"}
# What holds for a task whatever it does, also for one that only fails ...
_OF_EVERY_TASK = frozenset(
    {
        "dependsOn",
        "maxActiveInstances",
        "onFail",
        "onSuccess",
        "parent",
        "precondition",
        "schedule",
        "scheduleType",
    }
)
# ... where nothing is wrong with the object itself ...
_OF_SOUND_TASKS = frozenset(
    {
        *_OF_EVERY_TASK,
        "attemptStatus",
        "failureAndRerunMode",
        "lateAfterTimeout",
        "maximumRetries",
        "onLateAction",
        "pipelineLogUri",
        "reportProgressTimeout",
    }
)
# ... and it is no sensor.
_OF_SOUND_ACTIVITIES = _OF_SOUND_TASKS | {"attemptTimeout", "retryDelay"}
# What orders tasks, whatever else is made of the object.
_OF_EVERY_OBJECT = frozenset({"dependsOn", "parent", "precondition"})
_INHERITANCE_PAGE = "dp-writing-pipeline-definition"
_PUT_IN = exact("put in where expressions name it")


def account(definition: Definition, model: Model) -> tuple[Line, ...]:
    """Return the ledger's lines on objects, in the order of the file."""
    inherited, nearer = heirs(model.objects.values()), overridden(model.objects, definition)
    return tuple(
        Line(
            item.id,
            item.type,
            key,
            _verdict(item, key, model, inherited),
            _page(item),
            inherited_by=_ids(inherited.get((item.id, key), ())),
            overridden_for=_ids(nearer.get((item.id, key), ())),
        )
        for item in definition.objects.values()
        for key in item.fields
    )


def has_effect(object_id: str, key: str, model: Model) -> bool:
    """Tell whether anything comes of a field of an object, inherited or not."""
    if object_id not in model.objects:
        return True
    verdict = _of_object(object_id, model.objects[object_id].type or "", key, model)
    return verdict.grade not in {Grade.REFUSED, Grade.NOT_NEEDED}


def losses(lines: Iterable[Line], model: Model) -> list[str]:
    """Return what the ledger refuses and no failing task says already, in sentences for the user."""
    inherited = heirs(model.objects.values())
    found: dict[str, None] = {}
    for line in lines:
        if line.verdict.grade is not Grade.REFUSED or (
            line.type != PARAMETER and (line.object_id in model.failed or line.object_id in model.wanted)
        ):
            continue
        takers = _takers(line.object_id, line.field, inherited, model) if line.type != PARAMETER else []
        if takers and all(_is_lost(taker, model) for taker in _users(takers, line.field, model) or takers):
            continue
        found.setdefault(f"{_where(line)}: {line.verdict.reason}")
    return list(found)


def _where(line: Line) -> str:
    if line.type == PARAMETER:
        return f"parameter `{line.object_id}`, attribute `{line.field}`"
    known = line.type is None or line.type in types()
    return f"object `{line.object_id}`" + (f", field `{line.field}`" if known else f" ({line.type})")


def _ids(objects: Iterable[EffectiveObject]) -> tuple[str, ...]:
    return tuple(item.id for item in objects)


def _page(item: PipelineObject) -> str:
    cls = types().get(item.type or "")
    if cls:
        return cls.page
    return f"dp-object-{item.type.lower()}" if item.type and item.id != DEFAULT_ID else _INHERITANCE_PAGE


def _verdict(item: PipelineObject, key: str, model: Model, inherited: _Heirs) -> Verdict:
    """Return what became of a field: of the object that has it, or else of those that inherit it."""
    if key == "parent":
        return exact("the parent's fields are applied")
    if item.id == DEFAULT_ID or item.type is None:
        return _of_takers(item, key, model, inherited) or _of_nobody(item.id, key)
    own = _of_object(item.id, item.type, key, model)
    if own.grade is not Grade.NOT_NEEDED:
        return own
    return _of_takers(item, key, model, inherited) or own


def _of_takers(item: PipelineObject, key: str, model: Model, inherited: _Heirs) -> Verdict | None:
    """Return the worst of what became of a field where it was inherited; None where nobody has a use for it."""
    takers = _takers(item.id, key, inherited, model)
    # What is lost with an object as a whole is said there, unless nothing else takes the field.
    kept = {
        taker.id
        for taker in takers
        if not _is_lost(taker, model) or (taker.id in model.failed and key in _OF_EVERY_TASK)
    }
    verdicts = [(taker, _of_object(taker.id, taker.type or "", key, model)) for taker in takers]
    found = [verdict for taker, verdict in verdicts if not kept or taker.id in kept]
    with_use = [(taker, verdict) for taker, verdict in verdicts if verdict.grade is not Grade.NOT_NEEDED]
    needed = [(taker, verdict) for taker, verdict in with_use if taker.id in kept] or with_use
    # A machine or a data node, which is no task, does not say what became of what the tasks have.
    in_tasks = [verdict for taker, verdict in needed if _is_a_task(class_of(taker.type or ""))]
    heaviest = worst([*(in_tasks or [verdict for _, verdict in needed]), *model.notes.of(item.id, key)])
    return heaviest or worst(found)


def _users(takers: Iterable[EffectiveObject], key: str, model: Model) -> list[EffectiveObject]:
    """Return the objects that inherit a field of which something comes, or should have come."""
    return [
        taker
        for taker in takers
        if _of_object(taker.id, taker.type or "", key, model).grade is not Grade.NOT_NEEDED
    ]


def _of_nobody(object_id: str, key: str) -> Verdict:
    """Return the verdict on an inherited field that nobody has a use for."""
    if _CUSTOM.match(key) or any(key in cls.verdicts for cls in types().values()):
        return not_needed("nothing that inherits it has a use for it")
    return _of_unknown(object_id, key)


def _takers(object_id: str, key: str, inherited: _Heirs, model: Model) -> list[EffectiveObject]:
    """Return the objects that inherit a field from an object and have a use for it, those that become tasks first."""
    takers = [
        taker
        for taker in inherited.get((object_id, key), ())
        if _knows(taker.type or "", key) or (taker.id, key) in model.read
    ]
    return sorted(takers, key=lambda taker: not issubclass(class_of(taker.type or ""), Activity))


def _is_lost(item: EffectiveObject, model: Model) -> bool:
    """Tell whether a task fails in an object's place, or in place of what would use it, or nothing stands for it."""
    return item.id in model.failed or item.id in model.wanted or (item.type or "") not in types()


def _knows(type_name: str, key: str) -> bool:
    cls = types().get(type_name)
    return bool(_CUSTOM.match(key)) or cls is None or key in cls.verdicts


def _of_object(object_id: str, type_name: str, key: str, model: Model) -> Verdict:
    """Return what became of a field of one object, inherited or not."""
    notes = model.notes.of(object_id, key)
    table = _in_table(object_id, type_name, key, model)
    if table.grade is Grade.NOT_NEEDED and notes:
        return combine(None, notes) or table
    return combine(table, notes) or table


def _in_table(object_id: str, type_name: str, key: str, model: Model) -> Verdict:
    """Return what the type says of a field, as far as this object has come to be used."""
    cls = types().get(type_name)
    put_in = _is_put_in((object_id, key), model)
    if cls is None or key not in cls.verdicts or _CUSTOM.match(key):
        return _PUT_IN if put_in else _of_no_field(type_name, key)
    special = _in_this_definition(object_id, cls, key, model)
    return special or _as_used(object_id, cls, key, model, put_in=put_in)


def _of_no_field(type_name: str, key: str) -> Verdict:
    """Return the verdict on a field that the type has not."""
    if _CUSTOM.match(key):
        return not_needed("a field of the user's own that no expression names")
    if type_name not in types():
        return refused(refusals.NO_SUCH_TYPE, name=type_name)
    return _of_unknown(type_name, key)


def _in_this_definition(object_id: str, cls: type[Component], key: str, model: Model) -> Verdict | None:
    """Return what holds for a field in this definition, whatever the type says; None where the type's word counts."""
    if object_id in model.failed and not cls.awaits:
        return _of_failed(object_id, cls, key, model)
    if key in _LATENESS and (reason := _never_late(object_id, model)):
        return not_needed(reason)
    if key == "scheduleType" and model.on_demand:
        return exact("the DAG runs when it is triggered")
    if key == "schedule" and model.on_demand:
        return not_needed("an ondemand pipeline runs when it is triggered")
    if name := model.absent.get((object_id, key)):
        return not_needed(f"the optional parameter `{name}` has no value: the field counts as absent")
    if key == "workerGroup" and "runsOn" in model.objects[object_id].fields:
        return not_needed("`runsOn` wins where both are given")
    if key in model.instead.get(object_id, {}):
        return model.instead[object_id][key]
    return model.left_out.get(object_id, {}).get(key) if object_id in model.realised else None


def _as_used(object_id: str, cls: type[Component], key: str, model: Model, *, put_in: bool) -> Verdict:
    """Return what the type says of a field of an object that something is made of, and else what came of it.

    :param put_in: whether the field's value comes to stand in a DAG
    """
    verdict = cls.verdicts[key]
    if object_id not in model.used:
        return _PUT_IN if put_in else not_needed("no activity leads to this object")
    if issubclass(cls, DataNode) and key in _WHEN and "precondition" in model.objects[object_id].fields:
        return exact("when its preconditions are checked")
    if verdict is ORDER:
        return _of_handle((object_id, key), put_in, model)
    if _is_a_task(cls) or key in _OF_EVERY_OBJECT:
        return verdict
    if object_id in model.realised and (put_in or key in cls.surroundings or key not in texts(cls)):
        return _PUT_IN if put_in and verdict.grade is Grade.NOT_NEEDED else verdict
    return _PUT_IN if put_in else _as_not_made(object_id, cls, key, model)


def _as_not_made(object_id: str, cls: type[Component], key: str, model: Model) -> Verdict:
    """Return what came of a field that nothing was made of."""
    verdict = cls.verdicts[key]
    if object_id in model.wanted and (cls.awaits or verdict.grade is Grade.NOT_NEEDED):
        return verdict
    if object_id in model.wanted:
        return refused(refusals.FOR_A_FAILURE, id=model.wanted[object_id])
    if whole := model.shown.get((object_id, key)):
        return emulated("it names the data in Airflow's inlets and outlets")
    if whole is not None:
        return approximated(
            "only what is fixed of it names the data in Airflow's inlets and outlets",
            "Nothing, as no task reads or writes what it says.",
        )
    if cls.idle is not None:
        return cls.idle
    return not_needed(
        "no task reads or writes what this object says: it only orders tasks, or nothing uses it"
    )


def _of_handle(step: tuple[str, str], put_in: bool, model: Model) -> Verdict:
    """Return what came of an activity's input or output, which orders tasks if it does anything; notes say the rest."""
    if step in model.orders:
        return ORDER
    if put_in:
        return _PUT_IN
    if step in model.told and not model.notes.of(*step):
        return emulated("it names the data in Airflow's inlets and outlets")
    return not_needed("it orders no tasks, no text names it, and no task reads or writes its data")


def _is_a_task(cls: type[Component]) -> bool:
    """Tell whether objects of a type are tasks; a resource has tasks only where work is done on it."""
    return issubclass(cls, Runnable) and not issubclass(cls, Resource)


def _is_task(object_id: str, model: Model) -> bool:
    return object_id in model.realised or object_id in model.failed


def _is_put_in(step: tuple[str, str], model: Model, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Tell whether a field's value comes to stand in a DAG, by way of the fields that name it.

    :param seen: the fields on the way here
    """
    for reader in model.read.get(step, ()):
        if reader is None:
            return True
        object_id, key = reader
        if object_id in model.failed and key not in _OF_EVERY_TASK:
            continue
        if _is_task(object_id, model) or (reader not in seen and _is_put_in(reader, model, seen | {step})):
            return True
    return False


def _of_unknown(owner: str, key: str) -> Verdict:
    """Return the verdict on a field that there is not.

    :param owner: the type that should have it, or the object that others inherit it from
    """
    if key in WITH_AT | WITHOUT_AT:
        return not_needed("the service wrote it when the pipeline ran; a definition cannot set it")
    return refused(refusals.NO_SUCH_FIELD, owner=owner)


def _of_failed(object_id: str, cls: type[Component], key: str, model: Model) -> Verdict:
    """Return the verdict on a field of an object in whose place a task fails."""
    sound = _OF_SOUND_TASKS if issubclass(cls, Precondition) else _OF_SOUND_ACTIVITIES
    if key in (_OF_EVERY_TASK if object_id in model.faults else sound):
        return cls.verdicts[key]
    return refused(refusals.OF_A_FAILURE, fault=model.failed[object_id])


def _never_late(object_id: str, model: Model) -> str:
    """Return why an object never counts as late, "" if it may."""
    if model.on_demand:
        return "an ondemand pipeline is never late"
    fields = model.objects[object_id].fields
    return "" if fields.keys() >= _LATENESS else "lateness needs both lateAfterTimeout and onLateAction"
