"""Makes the ledger: one line for every field of every object of the raw file, whoever it was that used it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from datapipeline_converters.definition import Definition, PipelineObject
from datapipeline_converters.inheritance import DEFAULT_ID, EffectiveObject
from datapipeline_converters.ledger import Grade, Line, Verdict, combine, exact, not_needed, refused, worst
from datapipeline_converters.model import Model
from datapipeline_converters.objects import types
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.fields import texts
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.objects.unsupported import stand_in

_LATENESS = {"lateAfterTimeout", "onLateAction"}
_INHERITANCE_PAGE = "dp-writing-pipeline-definition"


def account(definition: Definition, model: Model) -> tuple[Line, ...]:
    """Return the ledger's lines in the order of the file."""
    return tuple(line for item in definition.objects.values() for line in _lines(item, model))


def losses(lines: Iterable[Line], model: Model) -> list[str]:
    """Return what the ledger refuses and no failing task says already, in sentences for the user."""
    found: dict[str, None] = {}
    for line in lines:
        if line.verdict.grade is not Grade.REFUSED or line.object_id in model.failed:
            continue
        takers = _takers(line.object_id, line.field, model)
        if takers and all(_is_lost(taker, model) for taker in takers):
            continue
        known = line.type is None or line.type in types()
        where = f"object `{line.object_id}`" + (f", field `{line.field}`" if known else f" ({line.type})")
        found.setdefault(f"{where}: {line.verdict.reason}")
    return list(found)


def _lines(item: PipelineObject, model: Model) -> Iterator[Line]:
    for key in item.fields:
        verdict = _verdict(item, key, model)
        yield Line(item.id, item.type, key, verdict, _page(item))


def _verdict(item: PipelineObject, key: str, model: Model) -> Verdict:
    if _is_template(item):
        return _of_template(item, key, model)
    return _of_object(item.id, item.type or "", key, model)


def _is_template(item: PipelineObject) -> bool:
    return item.id == DEFAULT_ID or item.type is None


def _page(item: PipelineObject) -> str:
    cls = types().get(item.type or "")
    return (
        cls.page
        if cls
        else _INHERITANCE_PAGE
        if _is_template(item)
        else f"dp-object-{(item.type or '').lower()}"
    )


def _of_template(item: PipelineObject, key: str, model: Model) -> Verdict:
    """Return what became of a field of Default or of a parent: the worst of what became of it where it was inherited."""
    if key == "parent":
        return exact("the parent's fields are applied")
    takers = _takers(item.id, key, model)
    # What is lost with an object as a whole is said there, unless nothing else takes the field.
    takers = [taker for taker in takers if not _is_lost(taker, model)] or takers
    found = [_of_object(taker.id, taker.type or "", key, model) for taker in takers]
    found += model.notes.of(item.id, key)
    return worst(found) or not_needed("nothing that inherits it has a use for it")


def _takers(object_id: str, key: str, model: Model) -> list[EffectiveObject]:
    """Return the objects that inherit a field from an object and have a use for it, those that become tasks first."""
    takers = [
        taker
        for taker in model.objects.values()
        if taker.id != object_id
        and taker.type
        and key in taker.fields
        and taker.fields[key].owner == object_id
        and _knows(taker.type, key)
    ]
    return sorted(takers, key=lambda taker: not issubclass(_class(taker.type or ""), Activity))


def _is_lost(item: EffectiveObject, model: Model) -> bool:
    """Tell whether a task fails in an object's place, or nothing stands for it at all."""
    return item.id in model.failed or (item.type or "") not in types()


def _class(type_name: str) -> type[Component]:
    return types().get(type_name) or stand_in(type_name)[0]


def _knows(type_name: str, key: str) -> bool:
    cls = types().get(type_name)
    return key.startswith("my") or (key in cls.verdicts if cls else _class(type_name) is not Component)


def _of_object(object_id: str, type_name: str, key: str, model: Model) -> Verdict:
    notes = model.notes.of(object_id, key)
    if object_id in model.failed:
        return refused(f"its task fails: {model.failed[object_id]}")
    cls = types().get(type_name)
    if key[:2] == "my" and key[2:3] and (key[2].isupper() or key[2] == "_"):
        return _of_custom(object_id, key, model)
    if cls is None:
        return refused(stand_in(type_name)[1])
    if key in _LATENESS and (reason := _never_late(object_id, model)):
        return not_needed(reason)
    if key not in cls.verdicts:
        return refused(f"{type_name} has no such field, as far as we know")
    if name := model.absent.get((object_id, key)):
        return not_needed(f"the optional parameter `{name}` has no value: the field counts as absent")
    if object_id not in model.used and not notes:
        return not_needed("nothing uses this object")
    if key in texts(cls) and (object_id, key) not in model.read and not notes:
        return not_needed("the object only orders the tasks: nothing reads or writes its data")
    verdict = combine(cls.verdicts[key], notes)
    assert verdict is not None  # noqa: S101 - the table has the field
    return verdict


def _never_late(object_id: str, model: Model) -> str:
    """Return why an object never counts as late, "" if it may."""
    if model.on_demand:
        return "an ondemand pipeline is never late"
    fields = model.objects[object_id].fields
    return "" if fields.keys() >= _LATENESS else "lateness needs both lateAfterTimeout and onLateAction"


def _of_custom(object_id: str, key: str, model: Model) -> Verdict:
    if key == "myComment":
        return exact("the task's documentation")
    if (object_id, key) in model.read:
        return combine(
            exact("put in where expressions name it"), model.notes.of(object_id, key)
        ) or not_needed("")
    return not_needed("a field of the user's own that no expression names")
