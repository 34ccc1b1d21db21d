"""Knows what a name means in an object: field, parameter, run-time field, or a field of an object it refers to.

The rules are section "Names" of the expression pages (dp-pipeline-expressions, dp-expressions-functions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from datapipeline_converters import expressions
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.expressions import Items, Joined, Name, Node, Runtime, Template, Text
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import refused
from datapipeline_converters.model import Model
from datapipeline_converters.names import identifier
from datapipeline_converters.parameters import PASSWORDS_IN_URLS

# Run-time fields that Data Pipeline spells without an @.
_RUNTIME = frozenset(
    [
        "errorId",
        "errorMessage",
        "errorStackTrace",
        "hostname",
        "cancellationReason",
        "reportProgressTime",
        "attemptStatus",
        "emrStepLog",
        "hadoopJobLog",
    ]
)
_KINDS: dict[str, expressions.ParameterKind] = {"integer": "integer", "double": "number"}


class MissingValueError(Exception):
    """A parameter has no value where one is needed at conversion."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Scope:
    """The names of one object.

    :param referrers: what `node` means, and what it means there, and so on; empty where nothing refers to the object
    :param late: whether parameters stay open until run time; else their values are put in
    :param hopped: the name that led here through another object: then a name is a field of this one and nothing else
    :param trail: the fields that are being read, to notice a circle
    """

    model: Model
    owner: EffectiveObject
    referrers: tuple[EffectiveObject, ...] = ()
    late: bool = True
    hopped: Name | None = None
    trail: tuple[tuple[str, str], ...] = ()

    def bind(self, text: str) -> Template:
        """Return a text with its names replaced by what they mean.

        :raises ExpressionError: when the text is no valid expression
        :raises MissingValueError: when a value is needed at conversion and there is none
        """
        if self.late:
            text = self._without_passwords(text)
        return expressions.bind(expressions.parse(text), self.resolve)

    def resolve(self, name: Name) -> Node:
        """Return what a name means."""
        head, *rest = name.parts
        if head == "node":
            return self._of_referrer(name, tuple(rest))
        if name.parts == ("parent", "@id"):
            return Text(self.owner.id)
        if rest:
            return self._through(name, head, tuple(rest))
        if head == "@id":
            return Joined(Template((f"@{self.owner.id}_", Runtime("@scheduledStartTime"))))
        if head.startswith("@"):
            return Runtime(head)
        if head in self.owner.fields:
            return self._field(head)
        if head in {"name", "id"}:
            return Text(self.owner.name if head == "name" else self.owner.id)
        if head in _RUNTIME:
            return Runtime(head)
        if self.hopped:
            return self._unknown(name, f"{self.owner.id!r} has no such field")
        return self._parameter(head.removeprefix("*"))

    def _of_referrer(self, name: Name, rest: tuple[str, ...]) -> Node:
        if not self.referrers:
            return self._unknown(name, "`node` means the object that refers to this one, and none does")
        referrer, *others = self.referrers
        if not rest:
            return Text(referrer.id)
        inner = replace(self, owner=referrer, referrers=tuple(others), hopped=self.hopped or name)
        return inner.resolve(Name(rest, name.origin))

    def _through(self, name: Name, head: str, rest: tuple[str, ...]) -> Node:
        field = self.owner.fields.get(head)
        targets = [value.id for value in field.values if isinstance(value, Ref)] if field else []
        if not targets:
            return self._unknown(name, f"`{head}` refers to no object")
        if rest[-1].startswith("@") and rest[-1] != "@id":
            return self._unknown(name, "run-time fields cannot be reached through another object")
        self.model.read.add((self.owner.id, head))
        nodes = []
        for target in targets:
            if target not in self.model.objects:
                return self._unknown(name, f"there is no object {target!r}")
            inner = replace(self, owner=self.model.objects[target], referrers=(), hopped=self.hopped or name)
            nodes.append(inner.resolve(Name(rest, name.origin)))
        return nodes[0] if len(nodes) == 1 else Items(tuple(nodes))

    def _field(self, key: str) -> Node:
        step = (self.owner.id, key)
        if step in self.trail:
            path = " -> ".join(f"{owner}.{field}" for owner, field in (*self.trail, step))
            raise expressions.ExpressionError(f"the field refers to itself: {path}")
        self.model.read.add(step)
        known = (*step, tuple(referrer.id for referrer in self.referrers), self.late)
        # Fields that quote each other several times over would otherwise be read again for each quotation.
        if known not in self.model.nodes:
            inner = replace(self, hopped=None, trail=(*self.trail, step))
            self.model.nodes[known] = (
                inner._starred(key) if key.startswith("*") and self.late else inner._values(key)
            )
        return self.model.nodes[known]

    def _starred(self, key: str) -> Node:
        """Return the Variable that stands for a field that is kept encrypted."""
        texts = [value for value in present(self.model, self.owner, key) if isinstance(value, str)]
        name = f"{self.owner.id}_{key.removeprefix('*')}"
        return expressions.Variable(self._secret(name, "".join(texts), f"field `{key}` of `{self.owner.id}`"))

    def _values(self, key: str) -> Node:
        nodes = [self._value(value) for value in present(self.model, self.owner, key)]
        return nodes[0] if len(nodes) == 1 else Items(tuple(nodes))

    def _value(self, value: Value) -> Node:
        if isinstance(value, Ref):
            return Text(value.id)
        return Joined(self.bind(value))

    def _parameter(self, name: str) -> Node:
        """Return what a parameter means: its value, or what the DAG asks for when it runs."""
        parameters = self.model.parameters
        values, declared = parameters.values(name), parameters.get(name)
        if name in parameters.undeclared:
            self.model.leave(
                f"`#{{{name}}}`: nothing declares this name; it is treated as a parameter without value"
            )
        if not self.late:
            return self._value_of_parameter(name)
        if values is None and declared.optional:
            return Text("")
        if parameters.is_secret(name):
            if values is None:
                return expressions.Variable(self.model.secret(name, None))
            return expressions.Variable(self._secret(name, f"#{{{name}}}", f"parameter `{name}`"))
        if values is None and self.model.scheduled:
            self.model.leave(
                f"parameter `{name}` has no value: give it with --set {name}=… or in its Variable"
            )
            return expressions.Variable(self.model.variable(name))
        if values is not None and any("#{" in value for value in values):
            return self._value_of_parameter(name)
        kind = _KINDS.get(declared.kind.lower(), "text")
        return expressions.Parameter(name, kind, declared.is_array, declared.optional)

    def _value_of_parameter(self, name: str) -> Node:
        """Return a parameter's value put in; expressions in it mean what they mean here."""
        values, declared = self.model.parameters.values(name), self.model.parameters.get(name)
        if values is None and not declared.optional:
            raise MissingValueError(name)
        step = ("parameter", name)
        if step in self.trail:
            raise expressions.ExpressionError(f"the value of parameter {name} refers to itself")
        inner = replace(self, trail=(*self.trail, step))
        nodes = tuple(
            Joined(inner.bind(value)) if "#{" in value else Text(value) for value in values or ("",)
        )
        return Items(nodes) if declared.is_array else nodes[0]

    def _secret(self, name: str, text: str, what: str) -> str:
        """Return the key of the Variable that holds a secret.

        :param text: the text whose value is the secret
        :param what: what the text is, for the user
        """
        try:
            template = replace(self, late=False).bind(text)
            value = expressions.constant(template) if expressions.is_constant(template) else None
        except (expressions.ExpressionError, MissingValueError):
            value = None
        if value is None:
            self.model.leave(f"the value of the secret {what} cannot be evaluated: set its Variable")
        return self.model.secret(name, value if isinstance(value, str | None) else ",".join(value))

    def _without_passwords(self, text: str) -> str:
        """Return a text whose passwords in URLs are taken out and stand in Variables instead."""
        owner, field = self.trail[0] if self.trail else (self.owner.id, "")

        def take(match: re.Match[str]) -> str:
            name = self.model.parameters.add_secret(f"{identifier(owner)}_{field}_password", match[2])
            place = f"object `{owner}`, field `{field}`"
            self.model.leave(f"{place}: a password was taken out of the text; it is in a Variable now")
            return f"{match[1]}#{{*{name}}}"

        for pattern in PASSWORDS_IN_URLS:
            text = pattern.sub(take, text)
        return text

    def _unknown(self, name: Name, why: str) -> Node:
        """Leave the expression as it was, and say so."""
        owner, field = self.trail[0] if self.trail else (self.owner.id, "")
        written = self.hopped or name
        self.model.notes.add(owner, field, refused(f"`#{{{written}}}` is left as it was: {why}"))
        return Text(f"#{{{written}}}")


def present(model: Model, owner: EffectiveObject, key: str) -> tuple[Value, ...]:
    """Return a field's values without those that are nothing but an optional parameter that has no value."""
    field = owner.fields.get(key)
    if field is None:
        return ()
    result = []
    for value in field.values:
        name = _only_name(value)
        if name and name not in owner.fields and model.parameters.is_absent(name):
            model.absent[owner.id, key] = name
        else:
            result.append(value)
    return tuple(result)


def names_in(text: str) -> set[str]:
    """Return the last parts of all names in a text, without stars; none where it is no valid expression."""
    try:
        return {name.parts[-1].removeprefix("*") for name in expressions.names(expressions.parse(text))}
    except expressions.ExpressionError:
        return set()


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
