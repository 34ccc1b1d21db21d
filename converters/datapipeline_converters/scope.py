"""Knows what a name means in an object: field, parameter, run-time field, or a field of an object it refers to.

The rules are section "Names" of the expression pages (dp-pipeline-expressions, dp-expressions-functions).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from datapipeline_converters import expressions
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.expressions import Items, Joined, Name, Node, Runtime, Template, Text
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import refused
from datapipeline_converters.model import Model

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

    :param referrer: what `node` means, None where nothing refers to the object
    :param late: whether parameters stay open until run time; else their values are put in
    :param trail: the fields that are being read, to notice a circle
    """

    model: Model
    owner: EffectiveObject
    referrer: EffectiveObject | None = None
    late: bool = True
    trail: tuple[tuple[str, str], ...] = ()

    def bind(self, text: str) -> Template:
        """Return a text with its names replaced by what they mean.

        :raises ExpressionError: when the text is no valid expression
        :raises MissingValueError: when a value is needed at conversion and there is none
        """
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
        return self._parameter(head.removeprefix("*"))

    def _of_referrer(self, name: Name, rest: tuple[str, ...]) -> Node:
        if self.referrer is None:
            return self._unknown(name, "`node` means the object that refers to this one, and none does")
        inner = replace(self, owner=self.referrer, referrer=None)
        if not rest:
            return Text(self.referrer.id)
        return inner.resolve(Name(rest, name.origin))

    def _through(self, name: Name, head: str, rest: tuple[str, ...]) -> Node:
        field = self.owner.fields.get(head)
        targets = [value.id for value in field.values if isinstance(value, Ref)] if field else []
        if not targets:
            return self._unknown(name, f"`{head}` refers to no object")
        if rest[-1].startswith("@") and rest[-1] != "@id":
            return self._unknown(name, "run-time fields cannot be reached through another object")
        nodes = []
        for target in targets:
            if target not in self.model.objects:
                return self._unknown(name, f"there is no object {target!r}")
            inner = replace(self, owner=self.model.objects[target], referrer=None)
            nodes.append(inner.resolve(Name(rest, name.origin)))
        return nodes[0] if len(nodes) == 1 else Items(tuple(nodes))

    def _field(self, key: str) -> Node:
        step = (self.owner.id, key)
        if step in self.trail:
            path = " -> ".join(f"{owner}.{field}" for owner, field in (*self.trail, step))
            raise expressions.ExpressionError(f"the field refers to itself: {path}")
        self.model.read.add(step)
        known = (*step, self.referrer.id if self.referrer else None, self.late)
        # Fields that quote each other several times over would otherwise be read again for each quotation.
        if known not in self.model.nodes:
            inner = replace(self, trail=(*self.trail, step))
            nodes = [inner._value(value) for value in present(self.model, self.owner, key)]
            self.model.nodes[known] = nodes[0] if len(nodes) == 1 else Items(tuple(nodes))
        return self.model.nodes[known]

    def _value(self, value: Value) -> Node:
        if isinstance(value, Ref):
            return Text(value.id)
        return Joined(self.bind(value))

    def _parameter(self, name: str) -> Node:
        parameters = self.model.parameters
        values = parameters.values(name)
        declared = parameters.get(name)
        if name in parameters.undeclared:
            self.model.leave(
                f"`#{{{name}}}`: nothing declares this name; it is treated as a parameter without value"
            )
        if values is not None and any("#{" in value for value in values):
            nodes = tuple(Joined(self.bind(value)) for value in values)
            return Items(nodes) if declared.is_array else nodes[0]
        if not self.late:
            if values is None and not declared.optional:
                raise MissingValueError(name)
            texts = tuple(Text(value) for value in values or ("",))
            return Items(texts) if declared.is_array else texts[0]
        if values is None and declared.optional:
            return Text("")
        if parameters.is_secret(name):
            return expressions.Variable(self.model.variable(name))
        if values is None and self.model.scheduled:
            self.model.leave(
                f"parameter `{name}` has no value: give it with --set {name}=… or in its Variable"
            )
            return expressions.Variable(self.model.variable(name))
        kind = _KINDS.get(declared.kind.lower(), "text")
        return expressions.Parameter(name, kind, declared.is_array, declared.optional)

    def _unknown(self, name: Name, why: str) -> Node:
        """Leave the expression as it was, and say so."""
        field = self.trail[-1][1] if self.trail else ""
        self.model.notes.add(self.owner.id, field, refused(f"`#{{{name}}}` is left as it was: {why}"))
        self.model.leave(f"object `{self.owner.id}`: `#{{{name}}}` means nothing: {why}")
        return Text(f"#{{{name}}}")


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
