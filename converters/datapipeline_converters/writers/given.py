"""Puts values that a user gives into a definition, as its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from datapipeline_converters.definition import Definition


def with_values(definition: Definition, given: Mapping[str, tuple[str, ...]]) -> Definition:
    """Return a definition with values for parameters that it has; each replaces that one's earlier value.

    :param given: by name; what the reader has used already, for a template's own parameters, is not taken
    """
    own = {*definition.parameters, *(name.removeprefix("*") for name in definition.values)}
    values = dict(definition.values)
    for name, texts in given.items():
        bare = name.removeprefix("*")
        if bare not in own or name in definition.used:
            continue
        spellings = [spelling for spelling in (f"*{bare}", bare) if spelling in values]
        declared = definition.parameters.get(bare)
        key = declared.id if declared else next(iter(spellings))
        for spelling in spellings:
            if spelling != key:
                del values[spelling]
        values[key] = texts
    return replace(definition, values=values)
