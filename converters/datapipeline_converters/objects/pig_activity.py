"""PigActivity: runs a Pig script on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import later
from datapipeline_converters.objects.script_on_cluster import SCRIPT_ON_CLUSTER, ScriptOnCluster
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class PigActivity(ScriptOnCluster):
    """One Pig script, in the definition or in S3, with its data as relations where `stage` is on."""

    script: FieldText | None = None
    script_uri: FieldText | None = None
    script_variable: tuple[FieldText, ...] = ()
    stage: bool = False

    page = "dp-object-pigactivity"
    awaits = "Pig scripts on an EMR cluster"
    verdicts = verdict_table(
        SCRIPT_ON_CLUSTER,
        {
            "script": later("Put the script into S3 and run it with a `pig-script` step."),
            "scriptUri": later("Run the script with a `pig-script` step."),
            "scriptVariable": later("Give it to the `pig-script` step as `-p name=value`."),
            "stage": later(
                "Begin the script with a `LOAD` for each input and end it with a `STORE` for each output."
            ),
        },
    )
