"""PigActivity: runs a Pig script on an EMR cluster."""

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
class PigActivity(Activity):
    """One Pig script, in the definition or in S3, with its data as relations where `stage` is on."""

    script: FieldText | None = None
    script_uri: FieldText | None = None
    script_variable: tuple[FieldText, ...] = ()
    stage: bool = False
    generated_scripts_path: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    page = "dp-object-pigactivity"
    awaits = "Pig scripts on an EMR cluster"
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        STAGED,
        GENERATED_SCRIPT,
        RESIZING,
        SCRIPTS_AROUND,
        {
            "script": later("Put the script into S3 and run it with a `pig-script` step."),
            "scriptUri": later("Run the script with a `pig-script` step."),
            "scriptVariable": later("Give it to the `pig-script` step as `-p name=value`."),
            "stage": later(
                "Begin the script with a `LOAD` for each input and end it with a `STORE` for each output."
            ),
        },
    )
