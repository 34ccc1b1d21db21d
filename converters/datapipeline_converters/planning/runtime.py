"""Knows what Data Pipeline's run-time fields are in Airflow; it depends on how the run came about."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.expressions import RuntimeField
from datapipeline_converters.ledger import Verdict, approximated
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.timing import Timing

_ACTIVATION = "macros.datapipeline.activation_time(dag_run)"

_ALWAYS = {
    "@actualEndTime": RuntimeField("ti.end_date", "datetime", False),
    "@actualStartTime": RuntimeField("ti.start_date", "datetime", False),
    "@attemptCount": RuntimeField("ti.try_number", "text", False),
    "@pipelineId": RuntimeField("dag.dag_id", "text", False),
    "@status": RuntimeField("ti.state", "text", False),
    "@sphere": RuntimeField("'INSTANCE'", "text", False),
    "@error": RuntimeField("exception | default('')", "text", False),
    "cancellationReason": RuntimeField("''", "text", False),
    "errorId": RuntimeField("''", "text", False),
    "errorMessage": RuntimeField("exception | default('')", "text", False),
    "errorStackTrace": RuntimeField("exception | default('')", "text", False),
    "hostname": RuntimeField("ti.hostname", "text", False),
}

NOTES: Mapping[str, Verdict] = {
    "@actualEndTime": approximated("`@actualEndTime` is when the task instance ended"),
    "@actualStartTime": approximated(
        "`@actualStartTime` is when the task instance started, its sensors aside"
    ),
    "@pipelineId": approximated("`@pipelineId` is the DAG's id"),
    "@status": approximated("`@status` is Airflow's word for the state"),
    "@error": approximated("`@error` is the text of the Python exception"),
    "cancellationReason": approximated("`cancellationReason` is empty: Airflow knows none"),
    "errorId": approximated("`errorId` is empty: Airflow knows none"),
    "errorStackTrace": approximated(
        "`errorStackTrace` is the text of the Python exception; the stack is in the log"
    ),
    "errorMessage": approximated("`errorMessage` is the text of the Python exception"),
    "hostname": approximated("`hostname` is the Airflow worker's"),
}

_UNIT_ARGUMENT = {unit: f"{unit}s" for unit in ("minute", "hour", "day", "week", "month", "year")}


def runtime_fields(timing: Timing) -> Mapping[str, RuntimeField]:
    """Return the Jinja expressions of all run-time fields there are, for one way of running."""
    if timing.scheduled:
        return _ALWAYS | {
            "@scheduledStartTime": RuntimeField("data_interval_start", "datetime", True),
            "@scheduledEndTime": RuntimeField("data_interval_end", "datetime", True),
        }
    activated = RuntimeField("dag_run.run_after", "datetime", False, _ACTIVATION)
    return _ALWAYS | {
        "@scheduledStartTime": activated,
        "@scheduledEndTime": _after(timing.every) if timing.every else activated,
    }


def _after(period: Period) -> RuntimeField:
    return RuntimeField(f"{_ACTIVATION}.add({_UNIT_ARGUMENT[period.unit]}={period.count})", "datetime", True)
