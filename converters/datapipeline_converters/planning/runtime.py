"""Knows what Data Pipeline's run-time fields are in Airflow; it depends on how the run came about.

The fields are those that the pages of the object types list under "Runtime Fields" and "System Fields".
"""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.expressions import NoField, RuntimeField, RuntimeFields
from datapipeline_converters.ledger import Verdict, approximated, emulated
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.timing import Timing

_ACTIVATION = "macros.datapipeline.activation_time(dag_run)"
_LATER = "a task knows it only when it is over: an alarm can say it"
_EXCEPTION = RuntimeField("exception | default('', true)", "text")
_REASON = RuntimeField("macros.datapipeline.cancellation_reason(exception | default('', true))", "text")
_STACK = RuntimeField("macros.datapipeline.stack_trace(exception | default('', true))", "text")
_STATUS = RuntimeField("macros.datapipeline.status(ti.state)", "text")
_LOG = RuntimeField("ti.log_url | default('', true)", "text")
# Where Airflow itself notices that a task is gone, it calls the alarms without these.
_START = RuntimeField("ti.start_date | default(dag_run.run_after, true)", "datetime", False)
_END = RuntimeField("ti.end_date | default(macros.datapipeline.now(), true)", "datetime", False)

_ALWAYS: RuntimeFields = {
    "@activeInstances": NoField("it does not tell a task which other runs are active"),
    "@actualEndTime": NoField(_LATER),
    "@actualStartTime": RuntimeField("ti.start_date", "datetime", False),
    "@attemptCount": RuntimeField("ti.try_number", "text"),
    "@cascadeFailedOn": "",
    "@error": "",
    "@failureReason": "",
    "@finishedTime": NoField(_LATER),
    "@firstActivationTime": NoField("it does not record when a DAG was first switched on; write the date"),
    "@healthStatus": NoField(_LATER),
    "@healthStatusFromInstanceId": NoField("its tasks have no health"),
    "@healthStatusUpdatedTime": NoField(_LATER),
    "@lastDeactivatedTime": NoField("it does not record when a DAG was paused"),
    "@latestCompletedRunTime": NoField("it does not tell a task which runs before it are over"),
    "@pipelineId": RuntimeField("dag.dag_id", "text"),
    "@resourceStatus": NoField("machines and clusters are none of its objects"),
    "@sphere": "INSTANCE",
    "@status": "RUNNING",
    "@triesLeft": RuntimeField("ti.max_tries + 1 - ti.try_number", "text"),
    "@version": NoField("its runs do not know a version of the definition"),
    "@waitingOn": "",
    "attemptStatus": "RUNNING",
    "cancellationReason": "",
    "currentRetryCount": NoField("it does not tell a sensor how often it looked"),
    "emrStepLog": _LOG,
    "errorId": "",
    "errorMessage": "",
    "errorStackTrace": "",
    "hadoopJobLog": _LOG,
    "hostname": RuntimeField("ti.hostname", "text"),
    "lastRetryTime": NoField("it does not tell a sensor when it looked last"),
    "reportProgressTime": NoField("its tasks report no progress"),
}

_NEVER = RuntimeField("macros.datapipeline.known(none)", "datetime", False)
_BEFORE = RuntimeField("macros.datapipeline.known(prev_data_interval_start_success)", "datetime", False)

# What a task's alarms know beyond that.
_AT_END: RuntimeFields = {
    "@lastDeactivatedTime": _NEVER,
    "@latestCompletedRunTime": _BEFORE,
    "@actualEndTime": _END,
    "@actualStartTime": _START,
    "@finishedTime": _END,
    "@healthStatusUpdatedTime": _END,
    "hostname": RuntimeField("ti.hostname | default('', true)", "text"),
}
_WORDS_AT_END: Mapping[str, RuntimeFields] = {
    "on_failure_callback": {
        "@error": _EXCEPTION,
        "@failureReason": _EXCEPTION,
        "@healthStatus": "ERROR",
        "@status": "FAILED",
        "attemptStatus": "FAILED",
        "cancellationReason": _REASON,
        "errorMessage": _EXCEPTION,
        "errorStackTrace": _STACK,
    },
    "on_success_callback": {"@healthStatus": "HEALTHY", "@status": "FINISHED", "attemptStatus": "FINISHED"},
    # An alarm of `onLateAction`: the task has not come to its end, and may not have begun.
    "tell": {
        "@actualEndTime": _NEVER,
        "@actualStartTime": RuntimeField("macros.datapipeline.known(ti.start_date)", "datetime", False),
        "@finishedTime": _NEVER,
        "@healthStatus": "",
        "@healthStatusUpdatedTime": _NEVER,
        "@latestCompletedRunTime": _NEVER,
        "@status": _STATUS,
        "attemptStatus": _STATUS,
    },
}

_IS_EXCEPTION = "is the text of the Python exception in an alarm of onFail, else empty"
_IS_END = "is when the task instance ended, in an alarm; empty in one of onLateAction"
_IS_STATUS = (
    "is RUNNING in a task, FAILED in an alarm of onFail, FINISHED in one of onSuccess; in one of onLateAction it is the word for "
    "the state that the task is in"
)
_IS_LOG = "is the address of the task's own log"

NOTES: Mapping[str, Verdict] = {
    name: verdict(f"`{name}` {meaning}")
    for verdict, meanings in (
        (emulated, {"@sphere": "is INSTANCE", "@status": _IS_STATUS, "attemptStatus": _IS_STATUS}),
        (
            approximated,
            {
                "@actualEndTime": _IS_END,
                "@actualStartTime": "is when the task instance started, its sensors aside; empty in an alarm before that",
                "@attemptCount": "is the number of Airflow's try, which goes on when a task is cleared",
                "@cascadeFailedOn": "is empty: Airflow calls no alarm of a task that never ran",
                "@error": _IS_EXCEPTION,
                "@failureReason": _IS_EXCEPTION,
                "@finishedTime": _IS_END,
                "@healthStatus": "is ERROR in an alarm of onFail, HEALTHY in one of onSuccess, empty in one of onLateAction",
                "@healthStatusUpdatedTime": _IS_END,
                "@lastDeactivatedTime": "is empty: Airflow does not record when a DAG was paused",
                "@latestCompletedRunTime": (
                    "is the start of the latest interval whose run has succeeded, the task's own in an alarm of onSuccess; "
                    "empty in one of onLateAction"
                ),
                "@latestRunTime": "is the start of the run's own interval",
                "@nextRunTime": "is the start of the interval after the run's own",
                "@pipelineId": "is the DAG's id",
                "@triesLeft": "counts Airflow's tries, without those that a cleared task got",
                "@waitingOn": "is empty: a task that runs waits for nothing",
                "cancellationReason": "is why Terminate has ended a task, in an alarm of onFail, else empty",
                "emrStepLog": _IS_LOG,
                "errorId": "is empty: Airflow knows none",
                "errorMessage": _IS_EXCEPTION,
                "errorStackTrace": "is the stack of the Python exception in an alarm of onFail, else empty",
                "hadoopJobLog": _IS_LOG,
                "hostname": "is the Airflow worker's",
            },
        ),
    )
    for name, meaning in meanings.items()
}

OF_THE_INTERVAL = frozenset({"@scheduledStartTime", "@scheduledEndTime", "@latestRunTime", "@nextRunTime"})

_UNIT_ARGUMENT = {unit: f"{unit}s" for unit in ("minute", "hour", "day", "week", "month", "year")}


def runtime_fields(timing: Timing) -> RuntimeFields:
    """Return what all run-time fields are in the templates of tasks, for one way of running."""
    if timing.scheduled:
        start = RuntimeField("data_interval_start", "datetime")
        end = RuntimeField("data_interval_end", "datetime")
        own: RuntimeFields = {"@latestRunTime": start, "@nextRunTime": end}
    else:
        start = RuntimeField("dag_run.run_after", "datetime", False, _ACTIVATION)
        end = _after(timing.every) if timing.every else start
        nothing = NoField("the DAG has no schedule")
        own = {"@latestRunTime": start, "@nextRunTime": nothing}
    return {**_ALWAYS, **own, "@scheduledStartTime": start, "@scheduledEndTime": end}


def at_end(fields: RuntimeFields, callback: str) -> RuntimeFields:
    """Return what run-time fields are in the alarms of a task.

    :param fields: what they are in the task itself
    :param callback: `on_failure_callback`, `on_success_callback`, or `tell` for those of a task that is late
    """
    known = {"@latestCompletedRunTime": fields["@latestRunTime"]} if callback == "on_success_callback" else {}
    return {**fields, **_AT_END, **known, **_WORDS_AT_END[callback]}


def _after(period: Period) -> RuntimeField:
    return RuntimeField(f"{_ACTIVATION}.add({_UNIT_ARGUMENT[period.unit]}={period.count})", "datetime")
