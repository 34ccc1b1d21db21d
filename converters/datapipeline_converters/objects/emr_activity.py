"""EmrActivity: runs steps on an EMR cluster."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import verdict_table
from datapipeline_converters.objects.later import CLUSTER_ACTIVITY, HANDLES, RESIZING, later
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import FieldText


@dataclass(frozen=True, kw_only=True)
class EmrActivity(Activity):
    """Steps of a cluster, one after another, with commands before and after them."""

    step: tuple[FieldText, ...] = ()
    pre_step_command: tuple[FieldText, ...] = ()
    post_step_command: tuple[FieldText, ...] = ()
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    page = "dp-object-emractivity"
    awaits = "steps on an EMR cluster"
    verdicts = verdict_table(
        CLUSTER_ACTIVITY,
        HANDLES,
        RESIZING,
        {
            "postStepCommand": later("Run the command as one more step, after the others."),
            "preStepCommand": later("Run the command as one more step, before the others."),
            "step": later(
                "Put it into `steps` of Amazon's `EmrAddStepsOperator`: the part before the first comma is the `Jar`, the "
                "others are its `Args`."
            ),
        },
    )
