"""What the ledger says of fields whose work is not converted yet, and what the user can do in its place."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.ledger import Verdict, refused, verdict_table
from datapipeline_converters.objects.runnable import ACTIVITY, ORDER

_LATER = "not converted yet: the task that needs it fails and says so"


def later(advice: str) -> Verdict:
    """Return the verdict on a field that has no effect because the work it is for is not converted yet.

    :param advice: what the user can do, a sentence
    """
    return refused(_LATER, advice)


def for_cluster(key: str) -> Verdict:
    """Return the verdict on a setting of an EMR cluster.

    :param key: where the setting stands in a RunJobFlow request of EMR
    """
    return later(f"Put it into `{key}` of the `job_flow_overrides` of Amazon's `EmrCreateJobFlowOperator`.")


# What all activities on an EMR cluster say.
CLUSTER_ACTIVITY: Mapping[str, Verdict] = verdict_table(
    ACTIVITY,
    {
        "runsOn": later(
            "Start the cluster with Amazon's `EmrCreateJobFlowOperator`, end it with `EmrTerminateJobFlowOperator`."
        ),
        "workerGroup": later("Run the step that you write on a cluster, or on a worker that can reach one."),
    },
)
# For inputs and outputs that order the tasks, and that expressions name, but are not read or written.
HANDLES: Mapping[str, Verdict] = {
    "input": ORDER,
    "output": ORDER,
}
# For those that are read and written.
STAGED: Mapping[str, Verdict] = {
    "input": later("The tasks are in order; name the data in the step that you write."),
    "output": later("The tasks are in order; name the data in the step that you write."),
}
RESIZING: Mapping[str, Verdict] = {
    "resizeClusterBeforeRunning": later(
        "Choose the instances of the cluster so that they match the capacity of the DynamoDB tables."
    ),
    "resizeClusterMaxInstances": later("Keep the cluster that you start at or below so many instances."),
}
SCRIPTS_AROUND: Mapping[str, Verdict] = {
    "postActivityTaskConfig": later("Run the script as one more step, after the others."),
    "preActivityTaskConfig": later("Run the script as one more step, before the others."),
}
# How long, and how often, preconditions look.
LATER_WAITING: Mapping[str, Verdict] = dict.fromkeys(
    ("attemptTimeout", "preconditionTimeout", "retryDelay"),
    later("Set it on the sensor that you write in its place."),
)
