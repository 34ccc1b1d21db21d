"""Default: the object whose fields all others inherit; what becomes of a field is said by those that take it."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import emulated
from datapipeline_converters.objects.component import Component

# What people put there; any field of any type may be.
_FIELDS = [
    "attemptTimeout",
    "dependsOn",
    "failureAndRerunMode",
    "lateAfterTimeout",
    "maxActiveInstances",
    "maximumRetries",
    "onFail",
    "onLateAction",
    "onSuccess",
    "pipelineLogUri",
    "postActivityTaskConfig",
    "preActivityTaskConfig",
    "precondition",
    "reportProgressTimeout",
    "resourceRole",
    "retryDelay",
    "role",
    "runsOn",
    "schedule",
    "scheduleType",
    "workerGroup",
]


@dataclass(frozen=True, kw_only=True)
class Default(Component):
    """The object with the id Default; its fields are every other object's that has none of its own."""

    page = "dp-writing-pipeline-definition"
    verdicts = dict.fromkeys(
        _FIELDS, emulated("put into each object that has none of its own: what becomes of it is said there")
    )
