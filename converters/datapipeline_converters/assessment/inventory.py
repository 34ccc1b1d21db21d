"""Which objects a pipeline has, and which pipelines are copies of one another."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from datapipeline_converters.definition import Definition
from datapipeline_converters.inheritance import DEFAULT_ID

UNTYPED = "(no type)"


def objects_by_type(definition: Definition) -> Mapping[str, int]:
    """Return how many objects there are of each type; `Default` is one of its own, templates have none."""
    kinds = (
        DEFAULT_ID if item.id == DEFAULT_ID else item.type or UNTYPED for item in definition.objects.values()
    )
    return dict(sorted(Counter(kinds).items()))


def shape(definition: Definition) -> str:
    """Return a mark that pipelines share which have objects of the same types with the same fields.

    People make new pipelines by copying one: what is solved for one of them is solved for all.
    """
    lines = sorted(f"{item.type} {' '.join(sorted(item.fields))}" for item in definition.objects.values())
    return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()[:12]
