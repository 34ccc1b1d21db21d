"""Knows which value a parameter has, whether it is a secret, and which names nothing declares (dp-custom-templates)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from datapipeline_converters.definition import Definition, Parameter
from datapipeline_converters.errors import Problem
from datapipeline_converters.names import unique

# A parameter named like a secret is one, starred or not: many definitions forget the star.
_SECRET_NAME = re.compile(
    r"(?i:passw|passphrase|pwd|secret|token|credential|private_?key|access_?key|api_?key)"
    r"|(?:[a-z\d]Pass|(?:^|_)pass)(?![a-z])"
)
# Passwords typed into URLs, behind what introduces them; an expression in their place is none.
PASSWORDS_IN_URLS = (
    re.compile(r"((?i:[?;&](?:password|passwd|pwd)=))([^\s&;#'\"]+)"),
    re.compile(r"(\b\w+://[^\s:/@#'\"]+:)([^\s/@#'\"]+)(?=@)"),
)


class Parameters:
    """The parameters of one definition with the values that hold: given ones over stored ones over defaults."""

    def __init__(
        self, definition: Definition, given: Mapping[str, tuple[str, ...]], secret: Collection[str]
    ) -> None:
        """Bind values to names.

        :param given: values from files and the command line; a star on a name makes a secret of it
        :param secret: names whose value ends in a secret field
        """
        self.declared = dict(definition.parameters)
        stored = {**definition.values, **given}
        self._stored = {name.removeprefix("*"): values for name, values in stored.items()}
        self._secret = {*secret, *(name[1:] for name in stored if name.startswith("*"))}
        self.undeclared: dict[str, Parameter] = {}

    def get(self, name: str) -> Parameter:
        """Return a parameter; one that nothing declares is taken for a required text and remembered.

        Several values make a list of it, declared so or not: none of them is lost.
        """
        several = len(self._stored.get(name) or ()) > 1
        if name in self.declared:
            declared = self.declared[name]
            several = several or (name not in self._stored and len(declared.default) > 1)
            return replace(declared, is_array=declared.is_array or several)
        parameter = Parameter(name, is_array=several)
        if name not in self._stored:
            self.undeclared[name] = parameter
        return parameter

    def values(self, name: str) -> tuple[str, ...] | None:
        """Return the values that hold, None where there are none; a scalar parameter has one."""
        if name in self._stored:
            return self._stored[name]
        return self.get(name).default or None

    def is_secret(self, name: str) -> bool:
        """Tell whether a parameter's value must not be written into any file but those for secrets."""
        return (
            self.get(name).starred
            or name in self._secret
            or bool(_SECRET_NAME.search(name))
            or any(
                pattern.search(value) for value in self.values(name) or () for pattern in PASSWORDS_IN_URLS
            )
        )

    def add_secret(self, name: str, value: str) -> str:
        """Declare a secret that was found in a text; return its name, different from every other."""
        taken = {key for key in (*self.declared, *self._stored) if self._stored.get(key) != (value,)}
        name = unique(name, taken)
        self.declared[name] = Parameter(name, starred=True)
        self._stored[name] = (value,)
        return name

    def is_absent(self, name: str) -> bool:
        """Tell whether a field that is nothing but this parameter counts as absent."""
        return name in self.declared and self.declared[name].optional and self.values(name) is None

    def problems(self) -> list[Problem]:
        """Return a problem for each value outside `allowedValues`."""
        found = []
        for name, parameter in self.declared.items():
            for value in self.values(name) or ():
                if parameter.allowed_values and value not in parameter.allowed_values:
                    shown = "the value" if self.is_secret(name) else repr(value)
                    allowed = ", ".join(repr(item) for item in parameter.allowed_values)
                    choices = "the allowed values" if self.is_secret(name) else allowed
                    found.append(Problem("", f"parameter {name}", f"{shown} is not one of {choices}."))
        return found
