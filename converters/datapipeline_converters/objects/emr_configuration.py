"""EmrConfiguration: settings of one classification of an EMR cluster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, refused
from datapipeline_converters.objects import serverless
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

    def as_job_setting(
        self, context: Context, engines: Collection[str], *, also: bool
    ) -> dict[str, Argument] | None:
        """Return a configuration of jobs of EMR Serverless, None for one that they do not have."""
        name = "".join(context.constants(self, "classification")).strip()
        if name not in serverless.of_engines(engines) or self.configuration:
            lost = (
                refused(refusals.NO_SUCH_SETTINGS, name=name) if name else refused(refusals.SETTINGS_OF_A_RUN)
            )
            verdicts = dict.fromkeys(("classification", "configuration", "property"), lost)
            serverless.tell(context, self, verdicts, also=also)
            for ref in self.property:
                serverless.tell(context, context.get(ref), {"key": lost, "value": lost}, also=also)
            return None
        context.realise(self)
        where = "`configurations` of the tasks"
        verdicts = {
            "classification": exact(f"`classification` in {where}"),
            "property": exact(f"`properties` in {where}"),
        }
        serverless.tell(context, self, verdicts, also=also)
        properties: dict[str, Argument] = {}
        for ref in self.property:
            properties |= context.get(ref).as_setting(context)
            own = {"key": exact(f"a key in {where}"), "value": exact(f"a value in {where}")}
            serverless.tell(context, context.get(ref), own, also=also)
        return {"classification": name, "properties": properties}

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
