"""Names Data Pipeline's run-time fields ("Runtime Fields" and "System Fields" on the pages of the object types)."""

from __future__ import annotations

WITH_AT = frozenset(
    {
        "@activeInstances",
        "@actualEndTime",
        "@actualStartTime",
        "@attemptCount",
        "@cascadeFailedOn",
        "@error",
        "@failureReason",
        "@finishedTime",
        "@firstActivationTime",
        "@healthStatus",
        "@healthStatusFromInstanceId",
        "@healthStatusUpdatedTime",
        "@id",
        "@lastDeactivatedTime",
        "@latestCompletedRunTime",
        "@latestRunTime",
        "@nextRunTime",
        "@pipelineId",
        "@resourceStatus",
        "@scheduledEndTime",
        "@scheduledStartTime",
        "@sphere",
        "@status",
        "@triesLeft",
        "@version",
        "@waitingOn",
    }
)
WITHOUT_AT = frozenset(
    {
        "attemptStatus",
        "cancellationReason",
        "currentRetryCount",
        "emrStepLog",
        "errorId",
        "errorMessage",
        "errorStackTrace",
        "hadoopJobLog",
        "hostname",
        "lastRetryTime",
        "reportProgressTime",
    }
)
