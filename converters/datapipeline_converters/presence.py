"""Knows which values a field has: one that is nothing but an optional parameter without a value counts as absent."""

from __future__ import annotations

from collections.abc import Sequence

from datapipeline_converters import expressions
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.expressions import Name
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.model import Model
from datapipeline_converters.passwords import separate_passwords


def present(model: Model, owner: EffectiveObject, key: str) -> tuple[Value, ...]:
    """Return a field's values without those that are nothing but an optional parameter that has no value."""
    field = owner.fields.get(key)
    if field is None:
        return ()
    result = []
    for value in field.values:
        if name := _absent(model, owner, value, (key,)):
            model.absent[owner.id, key] = name
            model.parameters.read.add(name)
        else:
            result.append(value)
    texts = [value if isinstance(value, str) else "" for value in result]
    for place in separate_passwords(texts):
        name = model.take_password(owner.id, key, (owner.id, key), texts[place])
        result[place] = f"#{{*{name}}}"
    return tuple(result)


def _absent(model: Model, owner: EffectiveObject, value: Value, trail: tuple[str, ...]) -> str:
    """Return the optional parameter without value that a value is in the end, "" where it is anything else.

    :param trail: the names that are being looked through, the field's own first
    """
    name = _only_name(value)
    if not name or trail.count(name) > 1:
        return ""
    # In the field of its own name, a name is the parameter.
    if name in owner.fields and name not in trail:
        values: Sequence[Value] = owner.fields[name].values
    elif model.parameters.is_absent(name):
        return name
    else:
        values = model.parameters.values(name) or ()
    found = [_absent(model, owner, inner, (*trail, name)) for inner in values]
    return found[0] if found and all(found) else ""


def _only_name(value: Value) -> str | None:
    """Return the name when a value is one name and nothing else."""
    if isinstance(value, Ref) or not value.strip().startswith("#{"):
        return None
    try:
        template = expressions.parse(value.strip())
    except expressions.ExpressionError:
        return None
    if len(template.parts) == 1 and isinstance(node := template.parts[0], Name) and len(node.parts) == 1:
        return node.parts[0].removeprefix("*")
    return None
