"""What machines and clusters say alike: how they are launched, retried and ended. Nothing is launched, for now."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.ledger import Verdict, approximated, exact, not_needed, verdict_table

_NOT_LAUNCHED = not_needed("nothing is launched for the work")
_NOT_ALLOWED = not_needed("the guide does not allow it on a resource")
_NO_ALARM = approximated(
    "nothing is launched that could fail or finish: only alarms of the tasks tell of anything",
    "Set it on the activities that ran there.",
)

RESOURCE: Mapping[str, Verdict] = verdict_table(
    dict.fromkeys(
        [
            "actionOnResourceFailure",
            "actionOnTaskFailure",
            "attemptTimeout",
            "failureAndRerunMode",
            "initTimeout",
            "lateAfterTimeout",
            "logUri",
            "maxActiveInstances",
            "maximumRetries",
            "onLateAction",
            "pipelineLogUri",
            "reportProgressTimeout",
            "retryDelay",
            "schedule",
            "scheduleType",
            "useOnDemandOnLastAttempt",
        ],
        _NOT_LAUNCHED,
    ),
    dict.fromkeys(("onFail", "onSuccess"), _NO_ALARM),
    dict.fromkeys(("runsOn", "workerGroup"), _NOT_ALLOWED),
    {
        "attemptStatus": not_needed("the service wrote it; a definition cannot set it"),
        "parent": exact("the parent's fields are applied"),
    },
)
