"""EmrConfiguration: settings of one classification of an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class EmrConfiguration(Component):
    """A classification with its properties and those inside it."""

    classification: FieldText
    configuration: tuple[Ref, ...] = ()
    property: tuple[Ref, ...] = ()

    page = "dp-object-emrconfiguration"
    awaits = "settings of EMR clusters"
    verdicts = {
        "classification": for_cluster("Configurations[].Classification"),
        "configuration": for_cluster("Configurations[].Configurations"),
        "parent": exact("the parent's fields are applied"),
        "property": for_cluster("Configurations[].Properties"),
    }
