"""HiveActivity: runs a Hive script on an EMR cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, not_needed, verdict_table
from datapipeline_converters.objects import serverless
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.script_on_cluster import OWN_SCRIPT, OwnScript
from datapipeline_converters.plan import Call, FieldText

_NO_QUEUE = not_needed("jobs of EMR Serverless have no queues of Hadoop's")


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

    def engines(self, context: Context) -> Sequence[str]:
        """Return Hive, where all that the activity needs is Hive."""
        if self.pre_activity_task_config or self.post_activity_task_config:
            raise serverless.NeedsClusterError("there is no machine that the scripts around it could run on")
        tables = [
            ref.id for ref in (*self.input, *self.output) if context.get(ref).type.startswith("DynamoDB")
        ]
        if tables:
            raise serverless.NeedsClusterError(
                f"`{tables[0]}` is a table of DynamoDB, which EMR's own Hive reads"
            )
        return [serverless.HIVE]

    def operator(self, context: Context) -> Call:
        """Return the Hive operator."""
        engines = self.serverless(context)
        arguments = {
            **(self.on_serverless(context, engines) if engines else self.around(context)),
            **self.scripted(context, "hive_script", self.hive_script, stage=self.stage),
        }
        if engines:
            context.note_instead(self, {**serverless.RESIZING, "hadoopQueue": _NO_QUEUE})
            if self.generated_scripts_path is not None:
                arguments["generated_scripts_path"] = self.generated_scripts_path
            return Call(
                "datapipeline_provider.operators.hive_activity_on_serverless.HiveActivityOnServerlessOperator",
                arguments,
            )
        if self.hadoop_queue is not None:
            arguments["hadoop_queue"] = self.hadoop_queue
        return Call("datapipeline_provider.operators.hive_activity.HiveActivityOperator", arguments)

    def node_for(self, context: Context, side: str, ref: Ref) -> Call:
        """Return the data node for an input or output, one of which Hive can make a table."""
        component = context.get(ref)
        if component.without_format and getattr(component, "data_format", None) is None:
            raise CannotConvertError(
                refusals.NO_TABLE_IN_HIVE, type=component.type, id=ref.id, cure=component.without_format
            )
        return super().node_for(context, side, ref)
