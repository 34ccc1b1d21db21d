"""HiveCopyActivity: copies between DynamoDB and S3 with Hive."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import later
from datapipeline_converters.objects.script_on_cluster import SCRIPT_ON_CLUSTER, ScriptOnCluster
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class HiveCopyActivity(ScriptOnCluster):
    """All items of one table or export that pass a filter, put into another."""

    filter_sql: FieldText | None = None

    page = "dp-object-hivecopyactivity"
    awaits = "copies between DynamoDB and S3 on an EMR cluster"
    verdicts = verdict_table(
        SCRIPT_ON_CLUSTER,
        {"filterSql": later("It is the `WHERE` of the Hive statement that copies.")},
    )
