"""What stands for a type that Data Pipeline does not know, and for an object that is faulty."""

from __future__ import annotations

from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition

# What stands for a type that has no class: it is taken for work to do, so that its loss is seen.
STAND_IN: type[Component] = Activity


def base_of(cls: type[Component]) -> type[Component]:
    """Return what stands for a type whose object is faulty."""
    return next(base for base in (Activity, Precondition, DataNode, Component) if issubclass(cls, base))
