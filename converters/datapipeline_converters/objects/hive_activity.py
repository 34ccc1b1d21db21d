"""HiveActivity: runs a Hive script on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.script_on_cluster import OWN_SCRIPT, OwnScript
from datapipeline_converters.plan import Call, FieldText


@dataclass(frozen=True, kw_only=True)
class HiveActivity(OwnScript):
    """One Hive script, in the definition or in S3, with its data as tables unless `stage` is off."""

    hive_script: FieldText | None = None
    stage: bool = True
    hadoop_queue: FieldText | None = None

    page = "dp-object-hiveactivity"
    verdicts = verdict_table(
        OWN_SCRIPT,
        {
            "hadoopQueue": exact("the operator's `hadoop_queue`"),
            "hiveScript": exact("the operator's `hive_script`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the Hive operator."""
        arguments = {
            **self.around(context),
            **self.scripted(context, "hive_script", self.hive_script, stage=self.stage),
        }
        if self.hadoop_queue is not None:
            arguments["hadoop_queue"] = self.hadoop_queue
        return Call("datapipeline_provider.operators.hive_activity.HiveActivityOperator", arguments)

    def node_for(self, context: Context, side: str, ref: Ref) -> Call:
        """Return the data node for an input or output, one of which Hive can make a table."""
        component = context.get(ref)
        if component.without_format and getattr(component, "data_format", None) is None:
            raise CannotConvertError(
                f"{component.type} {ref.id!r} has no data format, so it is no table in Hive: {component.without_format}."
            )
        return super().node_for(context, side, ref)
