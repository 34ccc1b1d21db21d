"""What each run-time field is in a task, in its alarms, and what the ledger says of it."""

from __future__ import annotations

import pytest
from datapipeline_converters.expressions import NoField
from datapipeline_converters.options import Options
from datapipeline_converters.periods import Period
from datapipeline_converters.planning.runtime import NOTES, at_end, runtime_fields
from datapipeline_converters.planning.timing import ON_DEMAND, Timing
from datapipeline_converters.runtime_names import WITH_AT, WITHOUT_AT
from datapipeline_converters.verification import verify

from tests.converters.planned import NOW, arguments, converted, grades, only_dag, plain, ref, shell

TIMED = ".strftime('%Y-%m-%dT%H:%M:%S')"
START = f"{{{{ data_interval_start{TIMED} }}}}"
END = f"{{{{ data_interval_end{TIMED} }}}}"
ENDED = f"{{{{ (ti.end_date | default(macros.datapipeline.now(), true)){TIMED} }}}}"
EXCEPTION = "{{ exception | default('', true) }}"
STACK = "{{ macros.datapipeline.stack_trace(exception | default('', true)) }}"
REASON = "{{ macros.datapipeline.cancellation_reason(exception | default('', true)) }}"
NEVER = f"{{{{ macros.datapipeline.known(none){TIMED} }}}}"
BEFORE = f"{{{{ macros.datapipeline.known(prev_data_interval_start_success){TIMED} }}}}"
STATE = "{{ macros.datapipeline.status(ti.state) }}"
LOG = "{{ ti.log_url | default('', true) }}"
LEFT = None  # left as it was, and refused

# field: in a task, in an alarm of onFail, in one of onSuccess, the ledger's grade of a message with it
FIELDS: dict[str, tuple[str | None, str | None, str | None, str]] = {
    "@scheduledStartTime": (START, START, START, "exact"),
    "@scheduledEndTime": (END, END, END, "exact"),
    "@id": (f"@Job_{START}", f"@Job_{START}", f"@Job_{START}", "exact"),
    "@actualStartTime": (
        f"{{{{ ti.start_date{TIMED} }}}}",
        f"{{{{ (ti.start_date | default(dag_run.run_after, true)){TIMED} }}}}",
        f"{{{{ (ti.start_date | default(dag_run.run_after, true)){TIMED} }}}}",
        "approximated",
    ),
    "@actualEndTime": (LEFT, ENDED, ENDED, "approximated"),
    "@finishedTime": (LEFT, ENDED, ENDED, "approximated"),
    "@attemptCount": ("{{ ti.try_number }}",) * 3 + ("approximated",),
    "@triesLeft": ("{{ ti.max_tries + 1 - ti.try_number }}",) * 3 + ("approximated",),
    "@pipelineId": ("{{ dag.dag_id }}",) * 3 + ("approximated",),
    "@sphere": ("INSTANCE", "INSTANCE", "INSTANCE", "emulated"),
    "@status": ("RUNNING", "FAILED", "FINISHED", "emulated"),
    "attemptStatus": ("RUNNING", "FAILED", "FINISHED", "emulated"),
    "@healthStatus": (LEFT, "ERROR", "HEALTHY", "approximated"),
    "@healthStatusUpdatedTime": (LEFT, ENDED, ENDED, "approximated"),
    "@healthStatusFromInstanceId": (LEFT, LEFT, LEFT, "refused"),
    "@error": ("", EXCEPTION, "", "approximated"),
    "errorMessage": ("", EXCEPTION, "", "approximated"),
    "errorStackTrace": ("", STACK, "", "approximated"),
    "@failureReason": ("", EXCEPTION, "", "approximated"),
    "errorId": ("", "", "", "approximated"),
    "cancellationReason": ("", REASON, "", "approximated"),
    "@lastDeactivatedTime": (LEFT, NEVER, NEVER, "approximated"),
    "@latestCompletedRunTime": (LEFT, BEFORE, START, "approximated"),
    "@cascadeFailedOn": ("", "", "", "approximated"),
    "@waitingOn": ("", "", "", "approximated"),
    "hostname": (
        "{{ ti.hostname }}",
        "{{ ti.hostname | default('', true) }}",
        "{{ ti.hostname | default('', true) }}",
        "approximated",
    ),
    "emrStepLog": (LOG, LOG, LOG, "approximated"),
    "hadoopJobLog": (LOG, LOG, LOG, "approximated"),
    "@latestRunTime": (START, START, START, "approximated"),
    "@nextRunTime": (END, END, END, "approximated"),
    **dict.fromkeys(
        (
            "@activeInstances",
            "@firstActivationTime",
            "@resourceStatus",
            "@version",
            "currentRetryCount",
            "lastRetryTime",
            "reportProgressTime",
        ),
        (LEFT, LEFT, LEFT, "refused"),
    ),
}
# In an alarm of onLateAction, where it is not what it is in a task.
WHEN_LATE: dict[str, str | None] = {
    **dict.fromkeys(("@actualEndTime", "@finishedTime", "@healthStatusUpdatedTime"), NEVER),
    **dict.fromkeys(("@lastDeactivatedTime", "@latestCompletedRunTime"), NEVER),
    "@actualStartTime": f"{{{{ macros.datapipeline.known(ti.start_date){TIMED} }}}}",
    "@healthStatus": "",
    "@status": STATE,
    "attemptStatus": STATE,
    "hostname": "{{ ti.hostname | default('', true) }}",
}
SCHEDULE = {
    "id": "Default",
    "scheduleType": "cron",
    "schedule": ref("Daily"),
    "workerGroup": "w",
    "onFail": ref("Failed"),
    "onSuccess": ref("Done"),
    "lateAfterTimeout": "1 hour",
    "onLateAction": ref("Late"),
}
DAILY = {"id": "Daily", "type": "Schedule", "startDateTime": "2026-11-21T00:00:00", "period": "1 day"}


def alarm(object_id: str, message: str) -> dict[str, str]:
    arn = "arn:aws:sns:us-east-1:1:t"
    return {"id": object_id, "type": "SnsAlarm", "topicArn": arn, "subject": "s", "message": message}


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_field_is(name: str) -> None:
    in_task, in_failure, in_success, grade = FIELDS[name]
    message = f"<#{{node.{name}}}>"
    command = f"<#{{{name}}}>"
    alarms = [alarm(object_id, message) for object_id in ("Failed", "Done", "Late")]
    found = converted(SCHEDULE, DAILY, shell("Job", command=command), *alarms)
    written = {**arguments(found, "Job"), "tell": plain(only_dag(found).watches[0].call)["tell"]}
    if in_task is LEFT:  # a task that fails and says so
        assert written["reason"].startswith("Airflow has nothing that corresponds to the runtime field")
        assert name in written["reason"]
        assert grades(found)["Job", "command"] == "refused"
    else:
        assert written["command"] == f"<{in_task}>"
        assert grades(found)["Job", "command"] == grade
    for callback, object_id, text in (
        ("on_failure_callback", "Failed", in_failure),
        ("on_success_callback", "Done", in_success),
        ("tell", "Late", WHEN_LATE.get(name, in_task)),
    ):
        assert written[callback][0]["message"] == (message if text is LEFT else f"<{text}>")
        assert grades(found)[object_id, "message"] == grade


def test_every_field_of_data_pipeline_has_a_meaning_or_a_reason() -> None:
    assert set(FIELDS) == WITH_AT | WITHOUT_AT
    everyday = Timing("S", "cron", Period(1, "day"), NOW, NOW)
    for timing in (everyday, Timing("", ON_DEMAND)):
        fields = runtime_fields(timing)
        assert set(fields) == (WITH_AT | WITHOUT_AT) - {"@id"}  # which is text and @scheduledStartTime
        for callback in ("on_failure_callback", "on_success_callback", "tell"):
            assert set(at_end(fields, callback)) == set(fields)


def test_what_is_not_exact_has_a_note() -> None:
    fields = at_end(runtime_fields(Timing("S", "cron", Period(1, "day"), NOW, NOW)), "on_failure_callback")
    meant = {name for name, field in fields.items() if not isinstance(field, NoField)}
    assert set(NOTES) == meant - {"@scheduledStartTime", "@scheduledEndTime"}
    assert all(f"`{name}`" in note.reason for name, note in NOTES.items())


def test_a_field_that_data_pipeline_does_not_have() -> None:
    alarms = [alarm(object_id, "x") for object_id in ("Failed", "Done", "Late")]
    found = converted(SCHEDULE, DAILY, shell("Job", command="#{@scheduledStart}"), *alarms)
    reason = (
        "there is no runtime field @scheduledStart; did you mean @scheduledStartTime or @scheduledEndTime"
    )
    assert arguments(found, "Job")["reason"].startswith(reason)
    assert not found.complete


def test_a_run_on_trigger_knows_no_next_run() -> None:
    found = converted(shell("Job", command="#{@nextRunTime}"))
    assert "runtime field @nextRunTime: the DAG has no schedule" in arguments(found, "Job")["reason"]


def test_airflow_renders_them_all() -> None:
    said = {name: f"{name}=#{{node.{name}}}" for name, row in FIELDS.items() if row[1] is not LEFT}
    mine = " ".join(f"{name}=#{{{name}}}" for name, row in FIELDS.items() if row[0] is not LEFT)
    message = " ".join(said.values())
    found = converted(
        SCHEDULE,
        DAILY,
        shell("Job", command=mine),
        alarm("Failed", message),
        alarm("Done", message),
        alarm("Late", message),
        options=Options(now=NOW, name="runtime"),
    )
    (result,) = verify([found])
    assert (result.error, list(result.differences), list(result.without_text)) == ("", [], [])
    assert result.renderings > 50
