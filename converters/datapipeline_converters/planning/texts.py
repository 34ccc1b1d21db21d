"""Turns the templates of a plan into the texts of one DAG, and notes what is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from datapipeline_converters import expressions
from datapipeline_converters.expressions import Joined, Parameter, Runtime, RuntimeField, Template, Variable
from datapipeline_converters.ledger import approximated, exact, refused
from datapipeline_converters.model import Model
from datapipeline_converters.plan import ArrayParam, Call, FieldText, WrittenText
from datapipeline_converters.planning.runtime import NOTES

_CALLBACKS = frozenset({"on_failure_callback", "on_success_callback"})


@dataclass
class TextWriter:
    """Writes the texts of one DAG.

    :param runtime: what run-time fields are in this DAG
    :param fix: binds a text anew with the values put in that parameters have now
    :param params: names of the parameters its texts use, in the order of their use
    """

    model: Model
    runtime: Mapping[str, RuntimeField]
    fix: Callable[[FieldText], Template]
    params: dict[str, None] = field(default_factory=dict)
    _texts: list[WrittenText] = field(default_factory=list)

    def write_operator(self, operator: Call) -> tuple[Call, Sequence[WrittenText]]:
        """Return an operator with every template in it written as text, and these texts.

        :raises ExpressionError: when Airflow cannot say what a text says; a message of a callback is then left as it was
        """
        self._texts = []
        arguments = {
            key: self._messages(value) if key in _CALLBACKS else self._write(value)
            for key, value in operator.arguments.items()
        }
        return Call(operator.path, arguments), self._texts

    def _write(self, argument: Any) -> Any:
        if isinstance(argument, FieldText):
            return self._one(argument)
        if isinstance(argument, Call):
            return Call(argument.path, self._write(argument.arguments), self._write(argument.positional))
        if isinstance(argument, Mapping):
            return {key: self._write(value) for key, value in argument.items()}
        if isinstance(argument, Sequence) and not isinstance(argument, str):
            return [item for element in argument for item in self._elements(element)]
        return argument

    def _messages(self, alarms: Any) -> list[Call]:
        """Return the calls of a callback: a message that cannot be said must not cost the task."""
        return [
            Call(alarm.path, {key: self._message(value) for key, value in alarm.arguments.items()})
            for alarm in alarms
        ]

    def _message(self, text: Any) -> Any:
        if not isinstance(text, FieldText):
            return text
        try:
            return self._one(text)
        except expressions.ExpressionError as error:
            self.model.notes.add(text.object_id, text.field, refused(f"left as it was: {error.sentence}"))
            return self._one(replace(text, template=Template((text.source,))))

    def _elements(self, element: Any) -> list[Any]:
        if not isinstance(element, FieldText):
            return [self._write(element)]
        written, element = self._written(element, many=True)
        if written.items is None:
            return [self._record(element, written.text or "")]
        items = tuple(
            ArrayParam(item.name) if isinstance(item, Parameter) else item for item in written.items
        )
        self._texts.append(WrittenText(element, items))
        return list(items)

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
        self.model.read.add((text.object_id, text.field))
        written, text = self._write_with_values(text, many=many)
        verdict = exact if written.exact else approximated
        for note in written.notes:
            self.model.notes.add(text.object_id, text.field, verdict(note))
        for leaf in expressions.leaves(text.template):
            if isinstance(leaf, Parameter):
                self.params.setdefault(leaf.name)
            elif isinstance(leaf, Runtime) and leaf.name in NOTES:
                self.model.notes.add(text.object_id, text.field, NOTES[leaf.name])
        return written, text

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
        self.model.notes.add(text.object_id, text.field, approximated(note))
        return written, text
