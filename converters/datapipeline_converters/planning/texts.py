"""Turns the templates of a plan into the texts of one DAG, and notes what is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from datapipeline_converters import expressions, refusals
from datapipeline_converters.expressions import Joined, Parameter, Runtime, RuntimeFields, Template, Variable
from datapipeline_converters.ledger import approximated, exact, refused
from datapipeline_converters.model import Model
from datapipeline_converters.plan import ArrayParam, Call, FieldText, WrittenText
from datapipeline_converters.planning.runtime import NOTES, OF_THE_INTERVAL, at_end

_CALLBACKS = frozenset({"on_failure_callback", "on_success_callback", "tell"})
# What makes the intervals of a Schedule what they are.
_INTERVALS = ("period", "startDateTime", "startAt")


@dataclass
class TextWriter:
    """Writes the texts of one DAG.

    :param runtime: what run-time fields are in this DAG
    :param fix: binds a text anew with the values put in that parameters have now
    :param schedule: the Schedule of the DAG, "" where it runs on trigger
    :param params: names of the parameters its texts use, in the order of their use
    :param needed: those of them that have to have a value, though they are optional: something is calculated with them
    """

    model: Model
    runtime: RuntimeFields
    fix: Callable[[FieldText], Template]
    schedule: str = ""
    params: dict[str, None] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    _texts: list[WrittenText] = field(default_factory=list)

    def write_operator(self, operator: Call) -> tuple[Call, Sequence[WrittenText]]:
        """Return an operator with every template in it written as text, and these texts.

        :raises ExpressionError: when Airflow cannot say what a text says; a message of a callback is then left as it was
        """
        self._texts = []
        arguments = {
            key: self._messages(key, value) if key in _CALLBACKS else self._write(value)
            for key, value in operator.arguments.items()
        }
        return Call(operator.path, arguments), self._texts

    def _write(self, argument: Any) -> Any:
        if isinstance(argument, FieldText):
            return self._one(argument)
        if isinstance(argument, Call):
            written = {"arguments": argument.arguments, "positional": argument.positional}
            return replace(argument, **{key: self._write(value) for key, value in written.items()})
        if isinstance(argument, Mapping):
            return {key: self._write(value) for key, value in argument.items()}
        if isinstance(argument, Sequence) and not isinstance(argument, str):
            return [item for element in argument for item in self._elements(element)]
        return argument

    def _messages(self, callback: str, alarms: Any) -> list[Call]:
        """Return the calls of a callback: a message that cannot be said must not cost the task."""
        writer = replace(self, runtime=at_end(self.runtime, callback))
        return [
            replace(alarm, arguments={key: writer._message(value) for key, value in alarm.arguments.items()})
            for alarm in alarms
        ]

    def _message(self, text: Any) -> Any:
        if not isinstance(text, FieldText):
            return text
        try:
            return self._one(text)
        except expressions.ExpressionError as error:
            self.model.notes.add(
                text.object_id, text.field, refused(refusals.UNSAYABLE_MESSAGE, fault=error.sentence)
            )
            return self._one(replace(text, template=Template((self.model.parameters.masked(text.source),))))

    def _elements(self, element: Any) -> list[Any]:
        if not isinstance(element, FieldText):
            return [self._write(element)]
        written, element = self._written(element, many=True)
        if written.items is None:
            self._note_empty(element)
            return [self._record(element, written.text or "")]
        items = tuple(
            ArrayParam(item.name) if isinstance(item, Parameter) else item for item in written.items
        )
        self._texts.append(WrittenText(element, items))
        return list(items)

    def _note_empty(self, text: FieldText) -> None:
        """Note a value that is nothing but an optional parameter: Data Pipeline leaves it out when that is empty."""
        parts = text.template.parts
        if len(parts) == 1 and isinstance(parts[0], Parameter) and parts[0].optional:
            reason = (
                f"left empty in the trigger form, `{parts[0].name}` is an empty value here; "
                "without a value Data Pipeline has none"
            )
            self.model.notes.add(text.object_id, text.field, approximated(reason))

    def _one(self, text: FieldText) -> str:
        """Return one text; the elements of a list are joined as they are inside a longer text."""
        written, text = self._written(text)
        if written.text is None:
            joined = replace(text, template=Template((Joined(text.template),)))
            written, text = self._written(joined)
        return self._record(text, written.text or "")

    def _record(self, text: FieldText, written: str) -> str:
        self._texts.append(WrittenText(text, written))
        return written

    def _written(self, text: FieldText, *, many: bool = False) -> tuple[expressions.Written, FieldText]:
        """Write a text and return it with what it was written from in the end."""
        self.model.note_read((text.object_id, text.field))
        try:
            written, text = self._write_with_values(text, many=many)
        except expressions.ExpressionError as error:
            raise error.of(text.object_id, text.field) from None
        verdict = exact if written.exact else approximated
        for note in written.notes:
            self.model.notes.add(text.object_id, text.field, verdict(note))
        self.needed.update(written.needed)
        for leaf in expressions.leaves(text.template):
            if isinstance(leaf, Parameter):
                self.params.setdefault(leaf.name)
            elif isinstance(leaf, Runtime):
                if leaf.name in NOTES:
                    self.model.notes.add(text.object_id, text.field, NOTES[leaf.name])
                self._note_interval(leaf, text)
        return written, text

    def _note_interval(self, leaf: Runtime, text: FieldText) -> None:
        """Note where a field of an object on another schedule means the run's interval, instead of its own."""
        own = self.model.schedule_of(leaf.owner)
        if (
            leaf.name not in OF_THE_INTERVAL
            or not self.schedule
            or not own
            or self._alike(own, self.schedule)
        ):
            return
        reason = (
            f"`{leaf.name}` of `{leaf.owner}` is that of the run, by the Schedule `{self.schedule}`: "
            f"its own, `{own}`, has other intervals"
        )
        self.model.notes.add(text.object_id, text.field, approximated(reason))

    def _alike(self, *schedules: str) -> bool:
        """Tell whether Schedules have the same intervals."""
        objects = [self.model.objects[schedule] for schedule in schedules if schedule in self.model.objects]
        intervals = {
            tuple(item.fields[key].values if key in item.fields else () for key in _INTERVALS)
            for item in objects
        }
        return len(intervals) < 2

    def _write_with_values(self, text: FieldText, *, many: bool) -> tuple[expressions.Written, FieldText]:
        """Write a text; with today's values put in where no template can say it with open parameters."""
        try:
            return expressions.write_jinja(text.template, self.runtime, many=many), text
        except expressions.UnsupportedExpressionError:
            leaves = list(expressions.leaves(text.template))
            # Values put in would take secrets along: such a text is refused instead.
            if any(isinstance(leaf, Variable) for leaf in leaves) or not any(
                isinstance(leaf, Parameter) for leaf in leaves
            ):
                raise
            text = replace(text, template=self.fix(text))
            written = expressions.write_jinja(text.template, self.runtime, many=many)
        note = "the values that parameters have now are put in: other values in the trigger form have no effect here"
        advice = "Convert again with --set to have another value."
        self.model.notes.add(text.object_id, text.field, approximated(note, advice))
        return written, text
