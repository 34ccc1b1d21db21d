"""HiveActivity: runs a Hive script on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import later
from datapipeline_converters.objects.script_on_cluster import SCRIPT_ON_CLUSTER, ScriptOnCluster
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class HiveActivity(ScriptOnCluster):
    """One Hive script, in the definition or in S3, with its data as tables unless `stage` is off."""

    hive_script: FieldText | None = None
    script_uri: FieldText | None = None
    script_variable: tuple[FieldText, ...] = ()
    stage: bool = True
    hadoop_queue: FieldText | None = None

    page = "dp-object-hiveactivity"
    awaits = "Hive scripts on an EMR cluster"
    verdicts = verdict_table(
        SCRIPT_ON_CLUSTER,
        {
            "hadoopQueue": later("Begin the script with `SET mapreduce.job.queuename=…;`."),
            "hiveScript": later("Put the script into S3 and run it with a `hive-script` step."),
            "scriptUri": later("Run the script with a `hive-script` step."),
            "scriptVariable": later("Give it to the `hive-script` step as `-d NAME=value`."),
            "stage": later("Begin the script with a `CREATE EXTERNAL TABLE` for each input and output."),
        },
    )
