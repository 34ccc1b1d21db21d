"""EmrConfiguration: settings of one classification of an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.plan import Argument, FieldText


@dataclass(frozen=True, kw_only=True)
class EmrConfiguration(Component):
    """A classification with its properties and those inside it."""

    classification: FieldText
    configuration: tuple[Ref, ...] = ()
    property: tuple[Ref, ...] = ()

    page = "dp-object-emrconfiguration"
    verdicts = {
        "classification": exact("`Classification` among the `Configurations` of the cluster"),
        "configuration": exact("`Configurations` inside those of the cluster"),
        "parent": exact("the parent's fields are applied"),
        "property": exact("`Properties` among the `Configurations` of the cluster"),
    }

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return a Configuration of EMR."""
        context.realise(self)
        setting: dict[str, Argument] = {"Classification": self.classification}
        properties: dict[str, Argument] = {}
        for ref in self.property:
            properties |= context.get(ref).as_setting(context)
        if properties:
            setting["Properties"] = properties
        if self.configuration:
            setting["Configurations"] = [context.get(ref).as_setting(context) for ref in self.configuration]
        return setting
