"""HiveCopyActivity: copies between DynamoDB and S3 with Hive."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import (
    CLUSTER_ACTIVITY,
    GENERATED_SCRIPT,
    RESIZING,
    SCRIPTS_AROUND,
    STAGED,
    later,
)
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class HiveCopyActivity(Activity):
    """All items of one table or export that pass a filter, put into another."""

    filter_sql: FieldText | None = None
    generated_scripts_path: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    page = "dp-object-hivecopyactivity"
    awaits = "copies between DynamoDB and S3 on an EMR cluster"
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        STAGED,
        GENERATED_SCRIPT,
        RESIZING,
        SCRIPTS_AROUND,
        {"filterSql": later("It is the `WHERE` of the Hive statement that copies.")},
    )
