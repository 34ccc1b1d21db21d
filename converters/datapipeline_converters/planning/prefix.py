"""Knows how much of a text is fixed before any run."""

from __future__ import annotations

from datapipeline_converters.expressions import Parameter, Template, Text
from datapipeline_converters.parameters import Parameters


def static_prefix(template: Template, parameters: Parameters) -> str:
    """Return what a template starts with before anything that is known only at run time."""
    prefix = ""
    for part in template.parts:
        if isinstance(part, Parameter):
            values = parameters.values(part.name)
            if not values or len(values) > 1:
                return prefix
            prefix += values[0]
        elif isinstance(part, Text):
            prefix += part.value
        elif isinstance(part, str):
            prefix += part
        else:
            return prefix
    return prefix
