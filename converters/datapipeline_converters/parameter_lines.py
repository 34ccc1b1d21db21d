"""Makes the ledger's lines on parameters: one for every attribute of the raw file (dp-custom-templates)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Definition, Parameter
from datapipeline_converters.ledger import (
    PARAMETER,
    Line,
    Verdict,
    approximated,
    emulated,
    exact,
    not_needed,
    refused,
)
from datapipeline_converters.model import Model
from datapipeline_converters.parameters import TYPES
from datapipeline_converters.plan import Plan

_PAGE = "dp-custom-templates"
_COMMENT = re.compile(r"my[A-Z_]")
_SHOWN = emulated("shown with the description in the trigger form")
# What becomes of an attribute of a parameter that the trigger form asks for.
_IN_FORM = {
    "type": exact("the Param's type"),
    "description": exact("shown in the trigger form"),
    "watermark": _SHOWN,
    "helpText": _SHOWN,
    "helpLink": _SHOWN,
    "optional": exact("whether the Param may be left empty"),
    "isArray": exact("whether the Param is a list"),
    "allowedValues": exact("the Param's choices"),
    "default": exact("the Param's value"),
}
# What an attribute does to the value, wherever the value goes.
_OF_THE_VALUE = {
    "type": exact("the value was checked by it at conversion"),
    "isArray": exact("whether the value is a list"),
    "allowedValues": exact("the value was checked by it at conversion"),
}
_NEEDED = approximated(
    "the Param always has a value, because something is calculated with it",
    "Give it a value whenever you trigger the DAG.",
)
_LIST = approximated(
    "there are several values, though `isArray` is not given: they are taken for a list",
    'Give one value, or declare the parameter with "isArray": "true".',
)
_AGAIN = "Convert again with --set to have another value."
_HIDE_IT = "Write something else into the field, or rename the parameter, without a star, if it is no secret."
_REVEALED = "put in at conversion, so it stands in the DAG file, though it is a secret"
_ABSENT = exact(
    "without a value, a field that is nothing but the parameter counts as absent; inside a text it is empty"
)


def note_put_in(model: Model, plan: Plan) -> None:
    """Note where the trigger form asks for a parameter whose value is in a field already."""
    for name in _in_form(plan):
        reason = f"`{name}` is put in at conversion: another value in the trigger form has no effect here"
        for place in model.parameters.put_in.get(name, ()):
            model.notes.add(*place, emulated(reason, _AGAIN))


def parameter_lines(
    definition: Definition, model: Model, plan: Plan, has_effect: Callable[[str, str], bool]
) -> Iterator[Line]:
    """Yield the lines in the order of the file.

    :param has_effect: tells whether anything comes of an object's field
    """
    in_form, variables = _in_form(plan), {variable.key for variable in plan.variables}
    for parameter in definition.parameters.values():
        needed = any(
            parameter.name in dag.params and not dag.params[parameter.name].declared.optional
            for dag in plan.dags
        )
        put_in = any(has_effect(*place) for place in model.parameters.put_in.get(parameter.name, ()))
        fate = _Fate(parameter, model, variables, parameter.name in in_form, needed, put_in)
        for key in parameter.attributes:
            yield Line(parameter.id, PARAMETER, key, fate.verdict(key), _PAGE)


def _in_form(plan: Plan) -> set[str]:
    return {name for dag in plan.dags for name in dag.params}


@dataclass(frozen=True)
class _Fate:
    """What became of one parameter.

    :param variables: the keys of all Variables
    :param in_form: whether the trigger form of a DAG asks for it
    :param needed: whether one does that does not take it without a value
    :param put_in: whether its value is put into a field of which something comes
    """

    parameter: Parameter
    model: Model
    variables: Collection[str]
    in_form: bool
    needed: bool
    put_in: bool

    def verdict(self, key: str) -> Verdict:
        """Return what became of an attribute."""
        if key not in _IN_FORM:
            if _COMMENT.match(key):
                return not_needed("a comment, which has no effect")
            return refused(refusals.NO_SUCH_ATTRIBUTE, name=key)
        if key == "type" and self.parameter.kind.lower() not in TYPES:
            return approximated(
                "there is no such type, as far as we know: the values are texts",
                "Write String, Integer, Double or AWS::S3::ObjectKey.",
            )
        if key == ("default" if self.parameter.default else "type") and self._is_undeclared_list:
            return _LIST
        if key == "default":
            return self._default()
        if self.in_form and key == "optional" and self.parameter.optional and self.needed:
            return _NEEDED
        if self.in_form:
            return self._type() if key == "type" else _IN_FORM[key]
        if self.model.parameters.values(self.parameter.name) is None:
            absent = key == "optional" and self.parameter.optional and self._is_read
            return _ABSENT if absent else not_needed(self._elsewhere())
        if key == "type" and TYPES[self.parameter.kind.lower()] == "text":
            return not_needed("any text will do")
        if not self._has_effect:
            return not_needed(self._elsewhere())
        return _OF_THE_VALUE.get(key) or not_needed(self._elsewhere())

    @property
    def _is_undeclared_list(self) -> bool:
        return not self.parameter.is_array and self.model.parameters.get(self.parameter.name).is_array

    @property
    def _is_read(self) -> bool:
        return self.parameter.name in self.model.parameters.read

    def _type(self) -> Verdict:
        declared, held = TYPES[self.parameter.kind.lower()], self.model.parameters.kind(self.parameter.name)
        if declared == held:
            return _IN_FORM["type"]
        return emulated("the Param is a text, because a value would not come back the same from a number")

    def _default(self) -> Verdict:
        name, parameters = self.parameter.name, self.model.parameters
        if not self.parameter.default:
            written = any(self.parameter.attributes.get("default", ()))
            return not_needed(
                "the template has another value, which wins" if written else "it holds no value"
            )
        if parameters.is_given(name):
            same = parameters.values(name) == self.parameter.default
            return not_needed("the same value is given" if same else "another value is given, which wins")
        put_in = self.put_in
        if self.in_form:
            return (
                emulated("the Param's value; put in where it is needed before any run", _AGAIN)
                if put_in
                else (_IN_FORM["default"])
            )
        if parameters.is_secret(name) and self._revealed:
            return approximated(_REVEALED, _HIDE_IT)
        if parameters.is_secret(name) and (put_in or self._variable):
            return exact(f"the value of {self._variable or 'the connection'}")
        if put_in:
            return emulated("put in at conversion; to have another value, convert again with --set", _AGAIN)
        if name in parameters.shown:
            return emulated("part of what data is called in Airflow's inlets and outlets")
        return not_needed(self._elsewhere())

    @property
    def _has_effect(self) -> bool:
        """Whether anything comes of the value."""
        return (
            self.put_in
            or self._revealed
            or bool(self._variable)
            or self.parameter.name in self.model.parameters.shown
        )

    @property
    def _variable(self) -> str:
        """The Variables that stand for the parameter, for the user; "" where there is none."""
        name = self.parameter.name
        secret = self.model.secret_keys.get(name, ())
        keys = [key for key in (self.model.variable_key(name), *secret) if key in self.variables]
        listed = ", ".join(f"`{key}`" for key in keys)
        return listed and f"the Variable{'s' * (len(keys) > 1)} {listed}"

    @property
    def _revealed(self) -> bool:
        """Whether the value is a secret that stands in a DAG file all the same."""
        return self.parameter.name in self.model.in_dag

    def _elsewhere(self) -> str:
        """Return why the trigger form does not ask for the parameter."""
        name, parameters = self.parameter.name, self.model.parameters
        if self._revealed:
            return "the value stands in the DAG file, and the trigger form does not ask for it"
        if self._variable:
            return f"the value is in {self._variable}, and the trigger form does not ask for it"
        if self.put_in:
            where = "in a connection" if parameters.is_secret(name) else "put in at conversion"
            return f"the value is {where}, and the trigger form does not ask for it"
        if self._is_read and parameters.values(name) is None:
            return "the parameter has no value"
        return "nothing that has an effect reads the parameter"
