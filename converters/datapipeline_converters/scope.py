"""Knows what a name means in an object: field, parameter, run-time field, or a field of an object it refers to.

The rules are section "Names" of the expression pages (dp-pipeline-expressions, dp-expressions-functions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from datapipeline_converters import expressions, refusals
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.expressions import Items, Joined, Name, Node, Number, Runtime, Template, Text
from datapipeline_converters.inheritance import EffectiveObject
from datapipeline_converters.ledger import approximated, emulated, refused
from datapipeline_converters.model import Model, Reading, TakenPassword
from datapipeline_converters.passwords import holds_password, separate_passwords
from datapipeline_converters.presence import present
from datapipeline_converters.runtime_names import WITH_AT, WITHOUT_AT
from datapipeline_converters.text_passwords import without_built_passwords, without_written_passwords

_NUMBERS: Mapping[expressions.ParameterKind, Callable[[str], int | float]] = {"integer": int, "number": float}

_COMPARE = "Compare the text in a run with what Data Pipeline made of it."


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
            text = without_written_passwords(text, self._elsewhere(), self.model.parameters, self._take)
        template = expressions.parse(text, self._elsewhere())
        for name in expressions.calculated_with(template, self._is_number):
            if self.late and self.model.parameters.is_secret(str(name).removeprefix("*")):
                continue  # it is a text then, which is told where the text is written
            reason = f"`{name}` is calculated with as a number: what Data Pipeline did is not documented"
            self.model.notes.add(*self._text_place(), approximated(reason, _COMPARE))
        bound = expressions.bind(template, self.resolve)
        quoted = self.late and any(isinstance(leaf, Text) for leaf in expressions.leaves(template))
        if not quoted:
            return bound
        return without_built_passwords(bound, lambda password: self.resolve(Name((self._take(password),))))

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
        own = {
            "name": self.model.parameters.masked(self.owner.name),
            "id": self.owner.id,
            "type": self.owner.type,
        }.get(head)
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
        self._refuse_circle(step, "the field")
        self.model.note_read(step, self._text_place())
        starred = key.startswith("*") or self._is_secret(key)
        if starred and not self.late:
            self._reveal(f"field `{key}` of `{self.owner.id}`", "", step)
        inner = self._inside(step)
        return self._once(step, partial(inner._starred if starred and self.late else inner._values, key))

    def _refuse_circle(self, step: tuple[str, str], what: str) -> None:
        """Refuse a field or parameter that is read while its own meaning is looked for.

        :param what: which it is, for the user
        """
        if self._reading(step) in self.open:
            raise expressions.ExpressionError(f"{what} refers to itself: {self._path(step)}")

    def _once(
        self, step: tuple[str, str], read: Callable[[], Node], place: tuple[str, str] | None = None
    ) -> Node:
        """Return what a field or parameter means, read once.

        Those that quote each other several times over would otherwise be read again for each quotation.

        :param place: the field for which it is read, where reading it notes something there
        """
        known = (place, self._reading(step))
        if known not in self.model.nodes:
            self.model.nodes[known] = read()
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
        holds_one = any(map(holds_password, values or ())) or any(
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
        self._refuse_circle(step, f"the value of the parameter {name}")
        if parameters.is_secret(name):
            self._reveal(f"parameter `{name}`", name, step)
        parameters.put_in.setdefault(name, {}).setdefault(self._place())
        read = partial(self._read_value, name, values or (), is_array=declared.is_array)
        return self._once(step, read, self._place())

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

    def _take(self, password: str) -> str:
        """Take a password out of the text that is being read and return the name that stands for it."""
        owner, field = self._place()
        return f"*{self.model.take_password(owner, field, self._text_place(), password)}"

    def _unknown(self, name: Name, why: str) -> Node:
        """Leave the expression as it was, and say so."""
        written = self.hopped or name
        self.model.notes.add(*self._place(), refused(refusals.UNKNOWN_NAME, name=written, fault=why))
        return Text(f"#{{{written}}}")
