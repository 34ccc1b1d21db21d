"""Exists: waits until the data node that refers to it exists."""

from __future__ import annotations

from dataclasses import dataclass

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
            raise CannotConvertError(
                "Exists does not work on a DynamoDBDataNode: use DynamoDBTableExists or DynamoDBDataExists."
            )
        if not isinstance(guarded, DataNode):
            raise CannotConvertError(
                f"Exists looks for the data node that it is attached to, and {guarded.id!r} is of type {guarded.type}: "
                "attach it to a data node, or use S3KeyExists or ShellCommandPrecondition."
            )
        return Call(
            "datapipeline_provider.sensors.exists.ExistsSensor", {"data_node": guarded.as_location(context)}
        )
