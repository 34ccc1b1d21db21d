"""Terminate: cancels the object that refers to it."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact, not_needed
from datapipeline_converters.objects.component import Component


@dataclass(frozen=True, kw_only=True)
class Terminate(Component):
    """Ends work that is late, by way of `onLateAction`."""

    page = "dp-object-terminate"
    ends_late_work = True
    idle = not_needed("nothing that it could end is ever late")
    verdicts = {"parent": exact("the parent's fields are applied")}
