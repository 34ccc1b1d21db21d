"""What stands for a type that Data Pipeline does not know, and for an object that is faulty."""

from __future__ import annotations

from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.runnable import Activity, DataNode, Precondition


def stand_in(name: str) -> tuple[type[Component], str]:
    """Return what stands for a type that has no class, and why nothing can be made of it.

    It is taken for work to do, so that its loss is seen.
    """
    return Activity, f"{name!r} is no type of Data Pipeline that we know."


def base_of(cls: type[Component]) -> type[Component]:
    """Return what stands for a type whose object is faulty."""
    return next(base for base in (Activity, Precondition, DataNode, Component) if issubclass(cls, base))
