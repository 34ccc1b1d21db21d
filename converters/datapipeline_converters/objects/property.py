"""Property: one setting inside an EmrConfiguration."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.plan import Argument, FieldText


@dataclass(frozen=True, kw_only=True)
class Property(Component):
    """A key and its value."""

    key: str
    value: FieldText

    page = "dp-object-property"
    verdicts = {
        "key": exact("a key of `Properties` among the `Configurations` of the cluster"),
        "parent": exact("the parent's fields are applied"),
        "value": exact("a value of `Properties` among the `Configurations` of the cluster"),
    }

    def as_setting(self, context: Context) -> dict[str, Argument]:
        """Return one of the Properties of a Configuration of EMR."""
        context.realise(self)
        return {self.key: self.value}
