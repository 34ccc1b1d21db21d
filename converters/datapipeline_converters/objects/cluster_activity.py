"""What the activities have in common whose work is steps of an EMR cluster."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict, approximated, exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import ACTIVITY, ON_CLUSTER, ORDER
from datapipeline_converters.plan import Argument

# What all of them say.
CLUSTER_ACTIVITY: Mapping[str, Verdict] = verdict_table(ACTIVITY, ON_CLUSTER)
# For inputs and outputs that order the tasks, and that expressions name, but are not read or written.
HANDLES: Mapping[str, Verdict] = {"input": ORDER, "output": ORDER}
_SIZE = "the cluster keeps the size that it was launched with: only how long the work takes differs"
RESIZING: Mapping[str, Verdict] = {
    "resizeClusterBeforeRunning": approximated(
        _SIZE, "Choose the instances of the cluster so that they match the capacity of the DynamoDB tables."
    ),
    "resizeClusterMaxInstances": approximated(_SIZE),
}
SCRIPTS_AROUND: Mapping[str, Verdict] = {
    "postActivityTaskConfig": exact("the operator's `post_script`"),
    "preActivityTaskConfig": exact("the operator's `pre_script`"),
}


def scripts_around(context: Context, before: Ref | None, after: Ref | None) -> dict[str, Argument]:
    """Return the operator's arguments for what runs before and after its own work."""
    scripts = {"pre_script": before, "post_script": after}
    return {name: context.get(ref).as_script(context) for name, ref in scripts.items() if ref is not None}
