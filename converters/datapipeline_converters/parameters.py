"""Knows which value a parameter has, whether it is a secret, and which names nothing declares (dp-custom-templates)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from datapipeline_converters.definition import Definition, Parameter
from datapipeline_converters.errors import Problem

# A parameter named like a secret is one, starred or not: many definitions forget the star.
_SECRET_NAME = re.compile(
    r"passw|passphrase|pwd|secret|token|credential|private_?key|access_?key|api_?key", re.I
)


class Parameters:
    """The parameters of one definition with the values that hold: given ones over stored ones over defaults."""

    def __init__(
        self, definition: Definition, given: Mapping[str, tuple[str, ...]], secret: Collection[str]
    ) -> None:
        """Bind values to names.

        :param given: values from files and the command line, by name without the star
        :param secret: names whose value ends in a secret field
        """
        self.declared = dict(definition.parameters)
        self._stored = {**definition.values, **given}
        self._secret = frozenset(secret)
        self.undeclared: dict[str, Parameter] = {}

    def known(self, name: str) -> bool:
        """Tell whether a parameter is declared, or at least has a value."""
        return name in self.declared or name in self._stored

    def get(self, name: str) -> Parameter:
        """Return a parameter; one that nothing declares is taken for a required text and remembered."""
        if name in self.declared:
            return self.declared[name]
        parameter = Parameter(name, is_array=len(self._stored.get(name, ())) > 1)
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
        return self.get(name).starred or name in self._secret or bool(_SECRET_NAME.search(name))

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
                    found.append(Problem("", f"parameter {name}", f"{shown} is not one of {allowed}."))
        return found
