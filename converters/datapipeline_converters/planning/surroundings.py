"""Tells the user who the work ran as and where it ran from, once for all objects that say the same."""

from __future__ import annotations

from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.expressions import constant, is_constant
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.objects import types
from datapipeline_converters.objects.surroundings import Topic
from datapipeline_converters.planning.components import Components
from datapipeline_converters.presence import present
from datapipeline_converters.scope import MissingValueError

# So many objects are named; more are counted.
_NAMED = 3


def tell_surroundings(components: Components) -> None:
    """Add what the user is told to what is to be done before the first run."""
    model = components.model
    told: dict[tuple[Topic, str], list[str]] = {}
    for item in model.objects.values():
        cls = types().get(item.type or "")
        if cls is None or not _in_use(components, item):
            continue
        facts: dict[Topic, list[str]] = {}
        for key, surrounding in cls.surroundings.items():
            if key in model.instead.get(item.id, {}) or key in model.left_out.get(item.id, {}):
                continue  # it means something else now, or nothing
            if surrounding.unless not in item.fields and (values := _values(components, item, key)):
                facts.setdefault(surrounding.topic, []).append(surrounding.fact.format(_listed(values)))
        for topic, found in facts.items():
            told.setdefault((topic, ", ".join(found)), []).append(item.id)
    for (topic, text), ids in told.items():
        objects = _listed(ids) if len(ids) <= _NAMED else f"{len(ids)} objects"
        model.before_first_run.setdefault(topic.sentence.format(facts=text, objects=objects))


def _in_use(components: Components, item: EffectiveObject) -> bool:
    """Tell whether something in a DAG is made of an object, or would be if its task did not fail."""
    model = components.model
    return item.id in model.realised or item.id in model.failed or item.id in model.wanted


def _values(components: Components, item: EffectiveObject, key: str) -> list[str]:
    """Return a field's values as far as they are known now; what is not, or may be secret, as it was written."""
    model = components.model
    found: list[str] = []
    for value in present(model, item, key):
        if isinstance(value, Ref):
            found.append(value.id)
        elif model.parameters.names_secret(value):
            found.append(value)
        else:
            found += _known(components, item, key, value)
    return [model.parameters.masked(value) for value in found]


def _known(components: Components, item: EffectiveObject, key: str, text: str) -> tuple[str, ...]:
    if "#{" not in text:
        return (text,)
    try:
        template = components.reader(item.id).fixed(key, text)
    except (ConversionError, MissingValueError):
        return (text,)
    if not is_constant(template) or (item.id, key) in components.model.revealed:
        return (text,)
    known = constant(template)
    return (known,) if isinstance(known, str) else known


def _listed(texts: list[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
