"""Default: the object whose fields all others inherit; what becomes of a field is said by those that take it."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.objects.component import Component


@dataclass(frozen=True, kw_only=True)
class Default(Component):
    """The object with the id Default, where a definition gives it a type."""

    page = "dp-writing-pipeline-definition"
