"""Property: one setting inside an EmrConfiguration."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class Property(Component):
    """A key and its value."""

    key: FieldText
    value: FieldText

    page = "dp-object-property"
    awaits = "settings of EMR clusters"
    verdicts = {
        "key": for_cluster("Configurations[].Properties"),
        "parent": exact("the parent's fields are applied"),
        "value": for_cluster("Configurations[].Properties"),
    }
