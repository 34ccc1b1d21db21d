"""Knows which value a parameter has, whether it is a secret, and which names nothing declares (dp-custom-templates)."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from datapipeline_converters.definition import Definition, Parameter
from datapipeline_converters.errors import Problem
from datapipeline_converters.expressions import ParameterKind, names_in
from datapipeline_converters.names import unique
from datapipeline_converters.passwords import holds_password, masked, named_like_a_secret, separate_passwords

# The types there are, in lower case, and what their values are.
TYPES: Mapping[str, ParameterKind] = {
    "string": "text",
    "aws::s3::objectkey": "text",
    "integer": "integer",
    "double": "number",
}
# What AWS takes for a value of a type, and what it is called.
_FORMS = {
    "integer": (re.compile(r"[+-]?\d+", re.ASCII), "whole number"),
    "number": (re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII), "number"),
}
# Longer whole numbers do not come back the same from a browser.
_DIGITS = 15


class Parameters:
    """The parameters of one definition with the values that hold: given ones over stored ones over defaults."""

    def __init__(
        self,
        definition: Definition,
        given: Mapping[str, tuple[str, ...]],
        secret: Collection[str],
        typed_secrets: Collection[str] = (),
    ) -> None:
        """Bind values to names.

        :param given: values from files and the command line; a star on a name makes a secret of it
        :param secret: names whose value ends in a secret field
        :param typed_secrets: passwords that stand somewhere in the definition, the longest first
        """
        self.typed_secrets = tuple(typed_secrets)
        self.declared = {name: self._masked(parameter) for name, parameter in definition.parameters.items()}
        stored = {**definition.values, **given}
        self._stored = {name.removeprefix("*"): values for name, values in stored.items()}
        self._starred = {name[1:] for name in stored if name.startswith("*")}
        self._secret = frozenset(secret)
        self.undeclared: dict[str, Parameter] = {}
        self.read: set[str] = set()
        """Names that a text names, whatever came of it."""
        self.put_in: dict[str, dict[tuple[str, str], None]] = {}
        """The fields into which the values are put that parameters have now, as object and key, by name."""
        self.added: set[str] = set()
        """Names of secrets that were found in texts: parameters that the definition does not have."""
        self.shown: set[str] = set()
        """Names whose values are part of what data is called in Airflow."""

    def knows(self, name: str) -> bool:
        """Tell whether a name is a parameter's: one that is declared, or has a value."""
        return name in self.declared or name in self._stored

    def get(self, name: str) -> Parameter:
        """Return a parameter; one that nothing declares is taken for a required text and remembered.

        Several values make a list of it, declared so or not: none of them is lost.
        """
        several = len(self._stored.get(name) or ()) > 1
        if name in self.declared:
            declared = self.declared[name]
            several = several or (name not in self._stored and len(declared.default) > 1)
            return replace(declared, is_array=True) if several and not declared.is_array else declared
        parameter = Parameter(name, is_array=several)
        if name not in self._stored:
            self.undeclared[name] = parameter
        return parameter

    def values(self, name: str) -> tuple[str, ...] | None:
        """Return the values that hold, None where there are none; a scalar parameter has one."""
        if name in self._stored:
            return self._stored[name]
        return self.get(name).default or None

    def is_given(self, name: str) -> bool:
        """Tell whether a parameter has a value beside its default."""
        return name in self._stored

    def is_starred(self, name: str) -> bool:
        """Tell whether a parameter is declared, or its value given, with a star."""
        return self.get(name).starred or name in self._starred

    def is_secret(self, name: str) -> bool:
        """Tell whether a parameter's value must not be written into any file but those for secrets."""
        return (
            self.is_starred(name)
            or name in self._secret
            or named_like_a_secret(name)
            or any(map(self.holds_password, (*(self.values(name) or ()), *self.get(name).allowed_values)))
            or any(True for _ in separate_passwords(self.values(name) or ()))
        )

    def holds_password(self, text: str) -> bool:
        """Tell whether a password stands in a text, one that stands elsewhere in the definition perhaps."""
        return holds_password(text, self.typed_secrets)

    def masked(self, text: str) -> str:
        """Return a text for people, with asterisks in the place of what `holds_password` finds."""
        return masked(text, self.typed_secrets)

    def names_secret(self, text: str) -> bool:
        """Tell whether a text names a secret parameter."""
        return any(self.is_secret(name) for name in names_in(text))

    def is_secret_field(self, key: str) -> bool:
        """Tell whether a field of the user's own is a secret by its name, or by where its value ends."""
        return key.startswith("my") and (key in self._secret or named_like_a_secret(key))

    def element(self, name: str, position: int) -> str:
        """Return a name for one value of a list, different from every parameter's.

        :param position: counted from 1
        """
        return unique(f"{name}_{position}", {*self.declared, *self._stored})

    def add_secret(self, name: str, value: str) -> str:
        """Declare a secret that was found in a text; return its name, different from every other."""
        taken = {key for key in (*self.declared, *self._stored) if self._stored.get(key) != (value,)}
        name = unique(name, taken)
        self.declared[name] = Parameter(name, starred=True)
        self._stored[name] = (value,)
        self.added.add(name)
        return name

    def is_absent(self, name: str) -> bool:
        """Tell whether a field that is nothing but this parameter counts as absent."""
        return name in self.declared and self.declared[name].optional and self.values(name) is None

    def kind(self, name: str) -> ParameterKind:
        """Return what a parameter's values are; a text where a value would not come back the same from a number."""
        parameter = self.get(name)
        kind = TYPES.get(parameter.kind.lower(), "text")
        texts = (*(self.values(name) or ()), *parameter.allowed_values)
        return kind if all(_comes_back(text, kind) for text in texts) else "text"

    def problems(self) -> list[Problem]:
        """Return a problem for each value that its parameter's declaration does not allow.

        What an expression in a value comes to is not known here. An empty text is how people leave out what is optional.
        """
        return [
            Problem("", f"parameter {name!r}", fault, "parameter-value")
            for name, parameter in self.declared.items()
            for fault in self._faults(name, parameter)
        ]

    def _masked(self, parameter: Parameter) -> Parameter:
        """Return a parameter without the passwords that stand in the texts about it."""
        return replace(
            parameter,
            description=self.masked(parameter.description),
            watermark=self.masked(parameter.watermark),
            help_text=self.masked(parameter.help_text),
            help_link=self.masked(parameter.help_link),
        )

    def _faults(self, name: str, parameter: Parameter) -> Iterator[str]:
        values = self.values(name) or ()
        if len(values) > 1 and "isArray" in parameter.attributes and not parameter.is_array:
            yield (
                f"takes one value and has {len(values)}. "
                'Give one, or declare the parameter with "isArray": "true".'
            )
        form, sort = _FORMS.get(TYPES.get(parameter.kind.lower(), ""), (None, ""))
        for value in values:
            if "#{" in value or (not value and parameter.optional):
                continue
            shown = "the value" if self.is_secret(name) else repr(value)
            if form and not form.fullmatch(value.strip()):
                yield f"{shown} is no {sort}, which the type {parameter.kind} asks for."
            if parameter.allowed_values and value not in parameter.allowed_values:
                allowed = ", ".join(repr(item) for item in parameter.allowed_values)
                yield f"{shown} is not one of {'the allowed values' if self.is_secret(name) else allowed}."


def _comes_back(text: str, kind: ParameterKind) -> bool:
    """Tell whether a value of a kind, written as text again, is this text."""
    if kind == "text":
        return True
    if re.fullmatch(r"0|-?[1-9]\d*", text, re.ASCII):
        return len(text) <= _DIGITS
    try:
        return kind == "number" and str(float(text)) == text and math.isfinite(float(text))
    except ValueError:
        return False
