"""Knows how much of a text is fixed before any run."""

from __future__ import annotations

from datapipeline_converters.expressions import Parameter, Template, Text
from datapipeline_converters.parameters import Parameters


def fixed_beginning(template: Template, parameters: Parameters) -> tuple[str, bool]:
    """Return what a template starts with before anything that only a run knows, and whether that is all of it."""
    prefix = ""
    for part in template.parts:
        if isinstance(part, str):
            prefix += part
        elif isinstance(part, Text):
            prefix += part.value
        elif isinstance(part, Parameter) and len(values := parameters.values(part.name) or ()) == 1:
            prefix += values[0]
            parameters.shown.add(part.name)
        else:
            return prefix, False
    return prefix, True
