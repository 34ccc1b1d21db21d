"""Exists: waits until the data node that refers to it exists."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import LATER_WAITING
from datapipeline_converters.objects.runnable import PRECONDITION, Precondition


@dataclass(frozen=True, kw_only=True)
class Exists(Precondition):
    """Passes when there is what the data node names."""

    page = "dp-object-exists"
    awaits = "waiting for whatever a data node names"
    verdicts = verdict_table(PRECONDITION, LATER_WAITING)
