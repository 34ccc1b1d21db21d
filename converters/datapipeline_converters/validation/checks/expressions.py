"""Checks whether each expression can be read, and names what there is."""

from __future__ import annotations

from collections.abc import Iterator

from datapipeline_converters import expressions
from datapipeline_converters.catalogue import types
from datapipeline_converters.definition import Ref
from datapipeline_converters.expressions import (
    Call,
    ExpressionError,
    Negation,
    Node,
    Operation,
    Runtime,
    Text,
    written_names,
)
from datapipeline_converters.expressions.suspicions import suspicions
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import Grade
from datapipeline_converters.scope import MissingValueError, Scope
from datapipeline_converters.validation.finding import Finding
from datapipeline_converters.validation.subject import Subject

# The kinds of objects whose `node` is whatever refers to them.
_REFERRED = frozenset({"action", "precondition"})


def check_expressions(subject: Subject) -> Iterator[Finding]:
    """Yield the expressions that cannot be read, and the names in them that mean nothing."""
    wrong: set[tuple[str, str, str]] = set()
    for object_id, key, text in subject.texts:
        # What is wrong in a parameter's value is told of the fields that name it.
        if not object_id or "#{" not in text or _is_reference(subject, object_id, key):
            continue
        try:
            template = expressions.bind(expressions.parse(text), lambda name: Runtime(str(name)))
        except ExpressionError as error:
            wrong.add((object_id, key, text))
            yield subject.at("expression", object_id, key, _told(subject, key, text, error))
            continue
        for sentence in (found for part in template.parts for found in _suspicions(part)):
            yield subject.at("suspicious-date-pattern", object_id, key, f"{sentence}.")
    yield from _names(subject, wrong)


def _is_reference(subject: Subject, object_id: str, key: str) -> bool:
    """Tell whether a field takes references, in which nothing is evaluated."""
    item = subject.definition.objects.get(object_id)
    spec = types().get(item.type or "Default") if item else None
    return spec is not None and key in spec.fields and spec.fields[key].is_reference


def _told(subject: Subject, key: str, text: str, error: ExpressionError) -> str:
    """Return what is wrong with an expression, without the text where that may hold a secret."""
    parameters = subject.model.parameters
    origin = error.origin
    secret = (
        key.startswith("*")
        or parameters.holds_password(text)
        or parameters.names_secret(text)
        # The text of another field or of a parameter's value is a secret's, or may have one in it.
        or (origin is not None and parameters.holds_password(origin.source))
        or any(
            parameters.is_secret(name)
            for name in parameters.declared
            if origin is not None and f"parameter {name!r}" in origin.place
        )
    )
    return f"cannot be read: {error.problem.partition(': ')[0]}." if secret else str(error)


def _suspicions(part: str | Node) -> Iterator[str]:
    """Yield what is odd about the date patterns in an expression."""
    if isinstance(part, Call):
        if part.function == "format" and len(part.arguments) > 1 and isinstance(part.arguments[1], Text):
            yield from suspicions(part.arguments[1].value)
        for argument in part.arguments:
            yield from _suspicions(argument)
    elif isinstance(part, Operation):
        yield from _suspicions(part.left)
        yield from _suspicions(part.right)
    elif isinstance(part, Negation):
        yield from _suspicions(part.operand)


def _names(subject: Subject, wrong: set[tuple[str, str, str]]) -> Iterator[Finding]:
    """Yield the names that mean nothing where they stand.

    :param wrong: the texts that cannot be read, which are told already
    """
    found: dict[Finding, None] = {}
    referrers = _referrers(subject)
    for item, spec in subject.typed:
        for key, field in item.fields.items():
            if key in spec.fields and spec.fields[key].is_reference:
                continue
            for text in (value for value in field.values if isinstance(value, str) and "#{" in value):
                if (field.owner, key, text) in wrong:
                    continue
                nodes: list[tuple[EffectiveObject, ...]] = [()]
                if spec.category in _REFERRED and "node" in text:
                    # Where nothing refers to it, nobody reads the text.
                    nodes = [(referrer,) for referrer in referrers.get(item.id, ())]
                for node in nodes:
                    found |= dict.fromkeys(_unresolved(subject, item, node, key, text))
    yield from found


def _unresolved(
    subject: Subject, item: EffectiveObject, node: tuple[EffectiveObject, ...], key: str, text: str
) -> Iterator[Finding]:
    """Yield the names in one text that mean nothing, as one object refers to its own."""
    model, owner = subject.model, item.fields[key].owner
    notes = model.notes.of(item.id, key)
    try:
        Scope(model, item, node, trail=((item.id, key),)).bind(text)
    except MissingValueError:
        pass
    except ExpressionError as error:
        # What is wrong in another field is told there; a circle is told of each that is in it.
        place = error.origin.place if error.origin else ""
        if not place.startswith("field") or "refers to itself" in error.problem:
            yield subject.at("expression", owner, key, _told(subject, key, text, error))
    # Those that lead through no other object.
    names = [path.parts[0].removeprefix("*") for path in written_names(text) if len(path.parts) == 1]
    for name in names if model.parameters.undeclared else ():
        read_as_parameter = name in model.parameters.undeclared and name in model.parameters.read
        if read_as_parameter and not {name, f"*{name}"} & item.fields.keys():
            told = f"names `{name}`, which is neither a field of the object nor a declared parameter."
            yield subject.at("undeclared-parameter", owner, key, told)
    for verdict in model.notes.of(item.id, key):
        if verdict.grade is Grade.REFUSED and verdict not in notes:
            yield subject.at("unresolved-name", owner, key, f"{verdict.reason}.")


def _referrers(subject: Subject) -> dict[str, list[EffectiveObject]]:
    """Return the objects that refer to each object, each once."""
    found: dict[str, dict[str, EffectiveObject]] = {}
    for item, _ in subject.typed:
        for field in item.fields.values():
            for value in field.values:
                if isinstance(value, Ref):
                    found.setdefault(value.id, {})[item.id] = item
    return {object_id: list(items.values()) for object_id, items in found.items()}
