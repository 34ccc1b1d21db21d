"""One file for each Data Pipeline type; the folder is walked, no list names them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.unsupported import STAND_IN


@cache
def types() -> dict[str, type[Component]]:
    """Return the classes of all types that have a file here, by Data Pipeline's name for the type."""
    found: dict[str, type[Component]] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for value in vars(loaded).values():
            if isinstance(value, type) and issubclass(value, Component) and value.page:
                found[value.__name__] = value
    return found


def class_of(name: str) -> type[Component]:
    """Return the class of a type, or what stands for a type that has none."""
    return types().get(name) or STAND_IN
