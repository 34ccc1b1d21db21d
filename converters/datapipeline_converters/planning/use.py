"""Knows which objects the activities of a definition lead to, and which of them only failing tasks would use."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.model import Model
from datapipeline_converters.objects import class_of
from datapipeline_converters.objects.resource import Resource
from datapipeline_converters.objects.runnable import Activity, Runnable

# What orders tasks and whom they tell: it holds for a task that fails too.
_AROUND = frozenset(
    {"dependsOn", "onFail", "onLateAction", "onSuccess", "parent", "precondition", "schedule"}
)


def note_use(model: Model) -> None:
    """Fill in `used` and `wanted` of a model whose tasks are planned."""
    model.used.update(used_by_activities(model))
    for failed in model.failed:
        for found in _reached(model, [failed], without=_AROUND):
            item = model.objects[found]
            is_task = _is_a(item, Runnable) and not _is_a(item, Resource)
            if found not in model.realised and not is_task:
                model.wanted.setdefault(found, failed)


def used_by_activities(model: Model) -> frozenset[str]:
    """Return the ids of the objects that the activities lead to, themselves included, over any number of references."""
    activities = [item.id for item in model.objects.values() if item.type and _is_a(item, Activity)]
    return frozenset(_reached(model, activities, without={"parent"}))


def _reached(model: Model, start: Iterable[str], *, without: Collection[str]) -> dict[str, None]:
    """Return the ids of the objects that others lead to, themselves included.

    :param without: fields whose references do not count
    """
    found: dict[str, None] = {}
    waiting = list(start)
    while waiting:
        object_id = waiting.pop()
        if object_id in found or object_id not in model.objects:
            continue
        item = model.objects[object_id]
        found[object_id] = None
        waiting += [ref.id for key in item.fields if key not in without for ref in item.refs(key)]
    return found


def _is_a(item: EffectiveObject, kind: type) -> bool:
    return issubclass(class_of(item.type or ""), kind)
