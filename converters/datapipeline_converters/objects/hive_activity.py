"""HiveActivity: runs a Hive script on an EMR cluster."""

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
class HiveActivity(Activity):
    """One Hive script, in the definition or in S3, with its data as tables unless `stage` is off."""

    hive_script: FieldText | None = None
    script_uri: FieldText | None = None
    script_variable: tuple[FieldText, ...] = ()
    stage: bool = True
    hadoop_queue: FieldText | None = None
    generated_scripts_path: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    page = "dp-object-hiveactivity"
    awaits = "Hive scripts on an EMR cluster"
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        STAGED,
        GENERATED_SCRIPT,
        RESIZING,
        SCRIPTS_AROUND,
        {
            "hadoopQueue": later("Begin the script with `SET mapreduce.job.queuename=…;`."),
            "hiveScript": later("Put the script into S3 and run it with a `hive-script` step."),
            "scriptUri": later("Run the script with a `hive-script` step."),
            "scriptVariable": later("Give it to the `hive-script` step as `-d NAME=value`."),
            "stage": later("Begin the script with a `CREATE EXTERNAL TABLE` for each input and output."),
        },
    )
