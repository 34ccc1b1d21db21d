"""Gives each hole a parameter of the pipeline, and writes texts with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from datapipeline_converters.carriers.cloudformation.resolver import Resolver
from datapipeline_converters.carriers.cloudformation.texts import Hole, Text
from datapipeline_converters.carriers.open_expressions import within_at_end
from datapipeline_converters.names import unique

_RESERVED = frozenset({"id", "name", "node", "parent", "type"})


class Parameters:
    """The parameters that stand for the holes of one pipeline."""

    def __init__(self, resolver: Resolver, taken: Collection[str]) -> None:
        """Keep away from other names.

        :param taken: the names of the pipeline's own parameters and of its fields, which an expression would mean instead
        """
        self._resolver = resolver
        self._taken = {*taken, *_RESERVED}
        self._names: dict[str, str] = {}
        self._adopted: set[str] = set()
        self.holes: dict[str, Hole] = {}
        """The holes that texts name, by parameter."""

    def adopt(self, name: str, hole: Hole) -> None:
        """Let a parameter of the pipeline's own, which has no other value, stand for a hole."""
        self._names[hole.origin] = name
        self._adopted.add(name)
        self._resolver.note(
            name,
            f"its value is that of {hole.origin}, which is not known: a default of its own does not hold",
        )

    def write(self, text: Text, place: str) -> str:
        """Return a text whose holes are expressions of Data Pipeline.

        :raises UnreadableError: when a hole stands within an expression, where no other can stand
        """
        written: list[str] = []
        within = ""
        for part in text.parts:
            if isinstance(part, str):
                within = within_at_end(part, within)
                written.append(part)
                continue
            if within:
                self._resolver.ask(Text((part,)), f"{place}, within an expression #{{...}}")
            written.append(f"#{{{'*' if part.secret else ''}{self._name(part)}}}")
        return "".join(written)

    def declared(self) -> list[dict[str, Any]]:
        """Return the parameters as the API form declares them."""
        return [
            {
                "id": f"*{name}" if hole.secret else name,
                "attributes": [
                    {"key": "type", "stringValue": "String"},
                    {"key": "description", "stringValue": _sentence(hole.origin)},
                    *([{"key": "isArray", "stringValue": "true"}] if hole.is_list else []),
                    *({"key": "allowedValues", "stringValue": choice} for choice in hole.choices),
                ],
            }
            for name, hole in self.holes.items()
        ]

    def values(self) -> list[dict[str, Any]]:
        """Return the values of those that have one, as the API form has them: they are secrets."""
        return [
            {"id": f"*{name}", "stringValue": hole.value}
            for name, hole in self.holes.items()
            if hole.value is not None
        ]

    def _name(self, hole: Hole) -> str:
        if hole.origin not in self._names:
            name = hole.name if hole.name not in self._taken else f"{hole.name}_of_template"
            name = unique(name, self._taken)
            self._taken.add(name)
            self._names[hole.origin] = name
            if hole.value is None:
                self._resolver.note(name, f"stands for {hole.origin}, which the template alone does not say")
        name = self._names[hole.origin]
        if name not in self._adopted:
            self.holes[name] = hole
        return name


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
