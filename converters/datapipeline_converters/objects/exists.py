"""Exists: waits until the data node that refers to it exists."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.objects.runnable import PRECONDITION, DataNode, Precondition
from datapipeline_converters.plan import Call


@dataclass(frozen=True, kw_only=True)
class Exists(Precondition):
    """Passes when there is what the data node names."""

    page = "dp-object-exists"
    verdicts = PRECONDITION

    def sensor(self, context: Context, guarded: Component) -> Call:
        """Return the sensor that looks for what the data node in question names."""
        if guarded.type == "DynamoDBDataNode":
            raise CannotConvertError(refusals.EXISTS_OF_DYNAMODB)
        if not isinstance(guarded, DataNode):
            raise CannotConvertError(refusals.EXISTS_OF_NO_DATA, type=guarded.type, id=guarded.id)
        return Call(
            "datapipeline_provider.sensors.exists.ExistsSensor", {"data_node": guarded.as_location(context)}
        )
