"""HiveCopyActivity: copies between DynamoDB and S3 with Hive."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import exact, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.script_on_cluster import SCRIPT_ON_CLUSTER, ScriptOnCluster
from datapipeline_converters.plan import Call, FieldText

_EXPORT = ".DynamoDBExportDataFormat"


@dataclass(frozen=True, kw_only=True)
class HiveCopyActivity(ScriptOnCluster):
    """All items of one table or export that pass a filter, put into another."""

    filter_sql: FieldText | None = None

    page = "dp-object-hivecopyactivity"
    verdicts = verdict_table(
        SCRIPT_ON_CLUSTER,
        {"filterSql": exact("the operator's `filter_sql`")},
    )

    def operator(self, context: Context) -> Call:
        """Return the operator that copies."""
        sides = {"input": self.only("input"), "output": self.only("output")}
        if all(context.get(ref).in_s3 for ref in sides.values()):
            raise CannotConvertError(refusals.ALL_IN_S3)
        nodes = {side: self._node(context, side, ref) for side, ref in sides.items()}
        text = {} if self.filter_sql is None else {"filter_sql": self.filter_sql}
        return Call(
            "datapipeline_provider.operators.hive_copy_activity.HiveCopyActivityOperator",
            {**self.around(context), **nodes, **text},
        )

    def _node(self, context: Context, side: str, ref: Ref) -> Call:
        component = context.get(ref)
        node = component.as_staged(context, columns=side == "input")
        data_format = node.arguments.get("data_format")
        if isinstance(data_format, Call) and not data_format.path.endswith(_EXPORT):
            raise CannotConvertError(refusals.WHOLE_ITEMS, type=component.type, id=ref.id)
        self.note_staged(context, side, node)
        return node
