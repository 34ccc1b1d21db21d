"""What the activities have in common that run a script of Hive or Pig on an EMR cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict, not_needed, verdict_table
from datapipeline_converters.objects.later import CLUSTER_ACTIVITY, RESIZING, SCRIPTS_AROUND, STAGED
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import FieldText

SCRIPT_ON_CLUSTER: Mapping[str, Verdict] = verdict_table(
    CLUSTER_ACTIVITY,
    STAGED,
    RESIZING,
    SCRIPTS_AROUND,
    {"generatedScriptsPath": not_needed("it only kept a copy of the script that was run")},
)


@dataclass(frozen=True, kw_only=True)
class ScriptOnCluster(Activity):
    """A script, with what runs around it and how the cluster is resized for it."""

    generated_scripts_path: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None
