"""Knows what a name means in an object: field, parameter, run-time field, or a field of an object it refers to.

The rules are section "Names" of the expression pages (dp-pipeline-expressions, dp-expressions-functions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from datapipeline_converters import expressions
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.expressions import Items, Joined, Name, Node, Number, Runtime, Template, Text
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import approximated, emulated, refused
from datapipeline_converters.model import Model, Reading, TakenPassword
from datapipeline_converters.names import identifier
from datapipeline_converters.passwords import (
    masked,
    passwords_in,
    separate_passwords,
    without_passwords,
    without_words,
)
from datapipeline_converters.runtime_names import WITH_AT, WITHOUT_AT

_NUMBERS: Mapping[expressions.ParameterKind, Callable[[str], int | float]] = {"integer": int, "number": float}

# No text of a definition holds it: it marks what is open in a text.
_OPEN = "\ue000"
_COMPARE = "Compare the text in a run with what Data Pipeline made of it."
_DECLARE_IT = "Correct the name, or declare a parameter of this name."


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
    :param hidden: whether what is bound goes to a Variable: secrets may be put in there
    :param hopped: the name that led here through another object: then a name is a field of this one and nothing else
    :param trail: the fields that are being read, the outermost first
    :param open: the same with all that their meaning depends on, to notice a circle
    """

    model: Model
    owner: EffectiveObject
    referrers: tuple[EffectiveObject, ...] = ()
    late: bool = True
    hidden: bool = False
    hopped: Name | None = None
    trail: tuple[tuple[str, str], ...] = ()
    open: tuple[Reading, ...] = ()

    def bind(self, text: str) -> Template:
        """Return a text with its names replaced by what they mean.

        :raises ExpressionError: when the text is no valid expression
        :raises MissingValueError: when a value is needed at conversion and there is none
        """
        if self.late:
            text = self._without_passwords(text)
            text = self._without_quoted_passwords(text)
        template = expressions.parse(text, self._elsewhere())
        for name in expressions.calculated_with(template, self._is_number):
            if self.late and self.model.parameters.is_secret(str(name).removeprefix("*")):
                continue  # it is a text then, which is told where the text is written
            reason = f"`{name}` is calculated with as a number: what Data Pipeline did is not documented"
            self.model.notes.add(*self._text_place(), approximated(reason, _COMPARE))
        bound = expressions.bind(template, self.resolve)
        quoted = self.late and any(isinstance(leaf, Text) for leaf in expressions.leaves(template))
        return self._without_built_passwords(bound) if quoted else bound

    def _is_number(self, name: Name) -> bool:
        """Tell whether a name is a parameter whose values are numbers."""
        parameters = self.model.parameters
        return (
            name.parts[0] not in self.owner.fields
            and parameters.knows(str(name))
            and parameters.kind(str(name)) != "text"
        )

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
            start = Runtime("@scheduledStartTime", self.owner.id)
            return Joined(Template((f"@{self.owner.id}_", start)))
        if head.startswith("@"):
            return Runtime(head, self.owner.id)
        if key := self._key(head):
            return self._field(key)
        own = {"name": masked(self.owner.name), "id": self.owner.id, "type": self.owner.type}.get(head)
        if own is not None:
            return Text(own)
        if head in WITHOUT_AT:
            return Runtime(head)
        if self.hopped:
            return self._unknown(name, f"{self.owner.id!r} has no such field{self._hint(head)}")
        return self._parameter(head)

    def _key(self, head: str) -> str:
        """Return the key of the field that a name means, "" where it means none; what is not certain is noted."""
        known = not self.hopped and self.model.parameters.knows(head.removeprefix("*"))
        if head in self.owner.fields:
            if not known:
                return head
            if (self.owner.id, head) in self.trail:
                self._note_at(
                    self.owner.id, head, f"`#{{{head}}}` in the field of this name is the parameter"
                )
                return ""
            self._note_at(
                self.owner.id, head, f"`#{{{head}}}` is this field, not the parameter of the same name"
            )
            return head
        starred = f"*{head}"
        if known or starred not in self.owner.fields:
            return ""
        self._note(f"`#{{{head}}}` is read as `#{{{starred}}}`, which is kept secret")
        return starred

    def _note(self, reason: str) -> None:
        """Note how something was understood, on the field in whose text it stands."""
        self._note_at(*self._text_place(), reason)

    def _note_at(self, owner: str, field: str, reason: str) -> None:
        self.model.notes.add(owner, field, emulated(reason))

    def _place(self) -> tuple[str, str]:
        """Return the field that is being read, as object and key."""
        return self.trail[0] if self.trail else (self.owner.id, "")

    def _text_place(self) -> tuple[str, str]:
        """Return the field whose text is being read: the last one on the way here."""
        return next((step for step in reversed(self.trail) if step[0]), self._place())

    def _of_referrer(self, name: Name, rest: tuple[str, ...]) -> Node:
        if not self.referrers:
            return self._unknown(name, "`node` means the object that refers to this one, and none does")
        referrer, *others = self.referrers
        if not rest:
            return Text(referrer.id)
        inner = replace(self, owner=referrer, referrers=tuple(others), hopped=self.hopped or name)
        return inner.resolve(Name(rest, name.origin))

    def _through(self, name: Name, head: str, rest: tuple[str, ...]) -> Node:
        targets = [ref.id for ref in self.owner.refs(head)]
        if not targets:
            if head in self.model.objects:
                fault = f"`{head}` is an object, but no field of `{self.owner.id}` that refers to one"
                return self._unknown(name, fault)
            return self._unknown(name, f"`{head}` refers to no object")
        if rest[-1].startswith("@") and rest[-1] != "@id":
            return self._unknown(name, "run-time fields cannot be reached through another object")
        self.model.note_read((self.owner.id, head), self._text_place())
        nodes = []
        for target in targets:
            if target not in self.model.objects:
                return self._unknown(name, f"there is no object {target!r}")
            inner = replace(self, owner=self.model.objects[target], referrers=(), hopped=self.hopped or name)
            nodes.append(inner.resolve(Name(rest, name.origin)))
        return nodes[0] if len(nodes) == 1 else Items(tuple(nodes))

    def _field(self, key: str) -> Node:
        step = (self.owner.id, key)
        known = self._reading(step)
        if known in self.open:
            raise expressions.ExpressionError(f"the field refers to itself: {self._path(step)}")
        self.model.note_read(step, self._text_place())
        starred = key.startswith("*") or self._is_secret(key)
        if starred and not self.late:
            self._reveal(f"field `{key}` of `{self.owner.id}`", "", step)
        # Fields that quote each other several times over would otherwise be read again for each quotation.
        if known not in self.model.nodes:
            inner = self._inside(step)
            self.model.nodes[known] = inner._starred(key) if starred and self.late else inner._values(key)
        self._reveal_all_of(step)
        return self.model.nodes[known]

    def _is_secret(self, key: str) -> bool:
        """Tell whether a field without a star is a secret of the user's own, in plain text."""
        values = self.owner.fields[key].values
        return self.model.parameters.is_secret_field(key) and all(
            isinstance(value, str) and "#{" not in value for value in values
        )

    def _reading(self, step: tuple[str, str]) -> Reading:
        """Return a field or parameter with all that its meaning depends on."""
        referrers = tuple(referrer.id for referrer in self.referrers)
        return (*step, self.owner.id, referrers, self.late, self.hidden)

    def _inside(self, step: tuple[str, str]) -> Scope:
        """Return the scope of what stands in a field or in a parameter's value."""
        return replace(self, hopped=None, trail=(*self.trail, step), open=(*self.open, self._reading(step)))

    def _reveal(self, secret: str, parameter: str, *steps: tuple[str, str]) -> None:
        """Take note that a secret is put into the fields on the way here.

        :param secret: what it is, for the user
        :param parameter: the parameter it is, "" for a field
        """
        for step in () if self.hidden else (*self.trail, *steps):
            self.model.revealed.setdefault(step, {}).setdefault(secret, parameter)

    def _reveal_all_of(self, step: tuple[str, str]) -> None:
        """Take note that the secrets which were put into a field or value are put into what quotes it, too."""
        for secret, parameter in tuple(self.model.revealed.get(step, {}).items()):
            self._reveal(secret, parameter)

    def _starred(self, key: str) -> Node:
        """Return the Variable that stands for a field that is kept encrypted, one for each of several values."""
        texts = [value for value in present(self.model, self.owner, key) if isinstance(value, str)]
        name = f"{self.owner.id}_{key.removeprefix('*')}"
        fixed = replace(self, late=False, hidden=True)
        what = f"field `{key}` of `{self.owner.id}`"
        if len(texts) < 2:
            return expressions.Variable(self._secret(name, lambda: fixed.bind("".join(texts)), what))
        nodes = [
            expressions.Variable(
                self._secret(self.model.parameters.element(name, number), partial(fixed.bind, text), what)
            )
            for number, text in enumerate(texts, start=1)
        ]
        return Items(tuple(nodes))

    def _values(self, key: str) -> Node:
        nodes = [self._value(value) for value in present(self.model, self.owner, key)]
        return nodes[0] if len(nodes) == 1 else Items(tuple(nodes))

    def _value(self, value: Value) -> Node:
        return Text(value.id) if isinstance(value, Ref) else self._meaning(value)

    def _meaning(self, text: str) -> Node:
        """Return what a value means elsewhere: one that is a name alone is what the name is, a number perhaps."""
        if not self.late:
            parts = expressions.parse(text, self._elsewhere()).parts
            if len(parts) == 1 and isinstance(name := parts[0], Name):
                return self.resolve(name)
        return Joined(self.bind(text))

    def _elsewhere(self) -> str:
        """Return what the text is that is being read, for messages, "" where it is the field's own."""
        if len(self.trail) < 2:
            return ""
        owner, key = self.trail[-1]
        return f"field {key!r} of object {owner!r}" if owner else f"the value of parameter {key!r}"

    def _hint(self, name: str) -> str:
        """Return a question about a name that nothing declares, "" where nothing is spelled nearly so."""
        known = {*self.owner.fields, *WITH_AT, *WITHOUT_AT}
        if not self.hopped:
            known |= self.model.parameters.declared.keys()
        hint = expressions.did_you_mean(name, known - {name}, cutoff=0.8)
        return hint and f"; {hint}"

    def _path(self, step: tuple[str, str]) -> str:
        """Return the way that was read, up to a step that closes a circle."""
        return " -> ".join(
            f"{owner}.{field}" if owner else f"parameter {field}" for owner, field in (*self.trail, step)
        )

    def _parameter(self, written: str) -> Node:
        """Return what a parameter means: its value, or what the DAG asks for when it runs.

        :param written: its name as the expression has it, perhaps with a star
        """
        name = written.removeprefix("*")
        parameters = self.model.parameters
        values, declared = parameters.values(name), parameters.get(name)
        parameters.read.add(name)
        if parameters.is_starred(name) and written == name:
            self._note(f"`#{{{name}}}` is read as `#{{*{name}}}`, which is kept secret")
        elif name in parameters.declared and written != name and not parameters.is_starred(name):
            self._note(
                f"`#{{*{name}}}` is the parameter `{name}`, declared without a star; it is kept secret"
            )
        if name in parameters.undeclared:
            self.model.leave(
                f"`#{{{name}}}`: nothing declares this name; it is treated as a parameter without value"
                f"{self._hint(name)}"
            )
        if not self.late:
            return self._value_of_parameter(name)
        if values is None and declared.optional:
            return Text("")
        if parameters.is_secret(name):
            return self._secret_parameter(name)
        if values is None and self.model.scheduled:
            self.model.leave(
                f"parameter `{name}` has no value: give it with --set {name}=… or in its Variable"
            )
            return expressions.Variable(self.model.variable(name))
        if values is not None and any("#{" in value for value in values):
            return self._value_of_parameter(name)
        return expressions.Parameter(name, parameters.kind(name), declared.is_array, declared.optional)

    def _secret_parameter(self, name: str) -> Node:
        """Return the Variable that holds a secret parameter's value, one for each of several values."""
        values, declared = self.model.parameters.values(name), self.model.parameters.get(name)
        keys = self.model.secret_keys.setdefault(name, {})
        holds_one = any(password for value in values or () for password in passwords_in(value)) or any(
            True for _ in separate_passwords(values or ())
        )
        # One that was taken out of a text is no parameter that the user has.
        if holds_one and name not in self.model.parameters.added:
            where = f"parameter `{name}`"
            said = f"{where}: a password stands in the text that is its value; all of it is in a Variable now"
            self.model.leave(said)
            self.model.taken.append(TakenPassword(where, said, keys.keys()))
        if values is None:
            if declared.is_array:
                reason = f"the list `{name}` has no value: its Variable is one text, whatever it holds"
                self.model.notes.add(*self._text_place(), approximated(reason))
                self.model.leave(f"the secret parameter `{name}` is a list without value: give it with --set")
            keys.setdefault(key := self.model.secret(name, None))
            return expressions.Variable(key)
        if len(values) < 2:
            keys.setdefault(key := self._secret(name, partial(self._put_in, name), f"parameter `{name}`"))
            return expressions.Variable(key)
        nodes = []
        for number in range(1, len(values) + 1):
            element = self.model.parameters.element(name, number)
            what = f"value {number} of parameter `{name}`"
            keys.setdefault(key := self._secret(element, partial(self._put_in, name, number), what))
            nodes.append(expressions.Variable(key))
        return Items(tuple(nodes))

    def _value_of_parameter(self, name: str) -> Node:
        """Return a parameter's value put in; expressions in it mean what they mean here."""
        parameters = self.model.parameters
        values, declared = parameters.values(name), parameters.get(name)
        if values is None and not declared.optional:
            raise MissingValueError(name)
        step = ("", name)
        known = self._reading(step)
        if known in self.open:
            fault = f"the value of the parameter {name} refers to itself: {self._path(step)}"
            raise expressions.ExpressionError(fault)
        if parameters.is_secret(name):
            self._reveal(f"parameter `{name}`", name, step)
        parameters.put_in.setdefault(name, {}).setdefault(self._place())
        # Values that quote each other several times over would otherwise be read again for each quotation.
        place = (self._place(), known)
        if place not in self.model.put_in:
            self.model.put_in[place] = self._read_value(name, values or (), is_array=declared.is_array)
        self._reveal_all_of(step)
        return self.model.put_in[place]

    def _read_value(self, name: str, values: Sequence[str], *, is_array: bool) -> Node:
        inner = self._inside(("", name))
        number = _NUMBERS.get(self.model.parameters.kind(name))

        def node(value: str) -> Node:
            if "#{" in value:
                return inner._meaning(value)
            return Number(number(value), text=value) if number else Text(value)

        nodes = tuple(node(value) for value in values)
        return Items(nodes) if is_array else nodes[0] if nodes else Text("")

    def _put_in(self, name: str, number: int | None = None) -> Template:
        """Return the value that a parameter has now.

        :param number: which of several, counted from 1; None for all that it has
        """
        node = replace(self, late=False, hidden=True)._value_of_parameter(name)
        if number is not None and isinstance(node, Items):
            node = node.nodes[number - 1]
        return expressions.bind(Template((Name((name,)),)), lambda _: node)

    def _secret(self, name: str, bound: Callable[[], Template], what: str) -> str:
        """Return the key of the Variable that holds a secret.

        :param bound: gives what is kept secret, with today's values put in
        :param what: what it is, for the user
        """
        try:
            template = bound()
            value = expressions.constant(template) if expressions.is_constant(template) else None
        except (expressions.ExpressionError, MissingValueError):
            value = None
        if value is None:
            self.model.leave(f"the value of the secret {what} cannot be evaluated: set its Variable")
        if isinstance(value, tuple):
            if len(value) > 1:
                reason = f"the values of the secret {what} stand in one Variable, joined with commas"
                self.model.notes.add(*self._text_place(), approximated(reason, _COMPARE))
            value = ",".join(value)
        return self.model.secret(name, value)

    def _without_passwords(self, text: str) -> str:
        """Return a text whose passwords are taken out and stand in Variables instead."""
        owner, field = self._place()

        def take(password: str) -> str:
            return _named(take_password(self.model, owner, field, self._text_place(), password))

        return without_words(without_passwords(text, take), self.model.parameters.typed_secrets, take)

    def _without_quoted_passwords(self, text: str) -> str:
        """Return a text in whose expressions what is quoted and holds a password stands in Variables instead."""
        if not any(passwords_in(text)):
            return text
        owner, field = self._place()
        for leaf in reversed([*expressions.leaves(expressions.parse(text, self._elsewhere()))]):
            if isinstance(leaf, Text) and leaf.origin and any(passwords_in(leaf.value)):
                name = take_password(self.model, owner, field, self._text_place(), leaf.value)
                start = leaf.origin.position
                text = f"{text[:start]}*{name}{text[start + len(leaf.value) + 2 :]}"
        return text

    def _without_built_passwords(self, template: Template) -> Template:
        """Return a bound text without the passwords that expressions have made of what is quoted in them."""
        # What only a run knows is an expression still, in which no password is looked for.
        text = "".join(
            part if isinstance(part, str) else f"#{{{_OPEN}{place}}}"
            for place, part in enumerate(template.parts)
        )
        owner, field = self._place()
        found: list[Node] = []

        def take(password: str) -> str:
            secret = re.sub(rf"#{{{_OPEN}\d+}}", "", password)
            found.append(
                self.resolve(
                    Name((f"*{take_password(self.model, owner, field, self._text_place(), secret)}",))
                )
            )
            return f"#{{{_OPEN}{len(template.parts) + len(found) - 1}}}"

        text = without_passwords(text, take)
        if not found:
            return template
        nodes = [*template.parts, *found]
        pieces = re.split(rf"#{{{_OPEN}(\d+)}}", text)
        parts = [nodes[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces)]
        return replace(template, parts=tuple(part for part in parts if part != ""))

    def _unknown(self, name: Name, why: str) -> Node:
        """Leave the expression as it was, and say so."""
        written = self.hopped or name
        self.model.notes.add(
            *self._place(), refused(f"`#{{{written}}}` is left as it was: {why}", _DECLARE_IT)
        )
        return Text(f"#{{{written}}}")


def take_password(model: Model, owner: str, field: str, place: tuple[str, str], password: str) -> str:
    """Take a password out of a text and return the name of the secret parameter that it becomes.

    :param owner: the object whose field is converted
    :param field: that field
    :param place: the object and the field in whose text it stands
    """
    name = model.parameters.add_secret(f"{identifier(owner)}_{identifier(field)}_password", password)
    where = f"object `{owner}`, field `{field}`"
    said = f"{where}: a password was taken out of the text; it is in a Variable now"
    model.leave(said)
    model.taken.append(TakenPassword(where, said, (model.secret_key(name),), place))
    return name


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
        result[place] = _named(take_password(model, owner.id, key, (owner.id, key), texts[place]))
    return tuple(result)


def _named(name: str) -> str:
    return f"#{{*{name}}}"


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
