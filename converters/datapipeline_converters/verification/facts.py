"""What is known in one run, told to Airflow and to the reference evaluator alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from datapipeline_converters.expressions import Facts
from datapipeline_converters.plan import Dag, Task
from datapipeline_converters.verification import values
from datapipeline_converters.verification.moments import Moment, moments

FIELDS = ""  # the task's own fields; the others are its callbacks
_LATE = "tell"  # the alarms of a task that is late
_STATUS = {
    FIELDS: "RUNNING",
    "on_failure_callback": "FAILED",
    "on_success_callback": "FINISHED",
    _LATE: "RUNNING",
}
_HEALTH = {"on_failure_callback": "ERROR", "on_success_callback": "HEALTHY", _LATE: ""}
PLACES = tuple(_STATUS)

# The task instance: what Airflow says of it in every run.
_BEGAN, _ENDED = "2026-11-21T01:02:03.456789+00:00", "2026-11-21T23:45:06.700000+00:00"
_TRY = 2
_RUN_ID = "verification"
_HOST = "worker-7.example.com"
_BASE_URL = "https://airflow.example.com/"
ENVIRONMENT = {"AIRFLOW__API__BASE_URL": _BASE_URL}
_ERROR = 'it\'s "broken": {{ x }} #{y}\nsecond line'


@dataclass(frozen=True)
class Run:
    """One run of a DAG.

    :param moment: when it is
    :param triggered: whether somebody triggers it, instead of a schedule
    :param given: the parameters whose values are given when it is triggered
    :param variables: the values of all Airflow Variables, made up
    """

    dag: Dag
    moment: Moment
    triggered: bool
    given: Mapping[str, Any]
    variables: Mapping[str, str]

    def question(self) -> dict[str, Any]:
        """Return the run as `in_airflow.rendering.templates` takes it."""
        start, end = (
            moment.replace(tzinfo=UTC).isoformat() for moment in (self.moment.start, self.moment.end)
        )
        return {
            "start": None if self.triggered else start,
            "end": None if self.triggered else end,
            "run_after": start if self.triggered else end,
            "conf": dict(self.given) or None,
            "variables": dict(self.variables),
            "run_id": _RUN_ID,
            "task_start": _BEGAN,
            "task_end": _ENDED,
            "try_number": _TRY,
            "hostname": _HOST,
            "error": _ERROR,
        }

    def facts(self, task: Task, place: str) -> Facts:
        """Return the run as the reference evaluator takes it; a task has not ended before its callbacks are called."""
        error = _ERROR if place == "on_failure_callback" else ""
        retries: Any = task.operator.arguments.get("retries", self.dag.default_args.get("retries", 0))
        log = f"{_BASE_URL}dags/{self.dag.id}/runs/{_RUN_ID}/tasks/{task.id}?try_number={_TRY}"
        runtime: dict[str, datetime | str] = {
            "@scheduledStartTime": self.moment.start,
            "@scheduledEndTime": self.moment.end,
            "@actualStartTime": datetime.fromisoformat(_BEGAN),
            "@attemptCount": str(_TRY),
            "@triesLeft": str(retries + 1 - _TRY),
            "@pipelineId": self.dag.id,
            "@status": _STATUS[place],
            "attemptStatus": _STATUS[place],
            "@latestRunTime": self.moment.start,
            "@nextRunTime": self.moment.end,
            "@cascadeFailedOn": "",
            "@waitingOn": "",
            "@sphere": "INSTANCE",
            "@error": error,
            "@failureReason": error,
            "errorMessage": error,
            "errorStackTrace": f"RuntimeError: {error}" if error else "",
            "errorId": "",
            "cancellationReason": "",
            "emrStepLog": log,
            "hadoopJobLog": log,
            "hostname": _HOST,
        }
        if place != FIELDS:
            ended = datetime.fromisoformat(_ENDED)
            runtime |= dict.fromkeys(("@actualEndTime", "@finishedTime", "@healthStatusUpdatedTime"), ended)
            runtime |= {
                "@healthStatus": _HEALTH[place],
                "@lastDeactivatedTime": "",
                "@latestCompletedRunTime": "",
            }
            if place == "on_success_callback":
                runtime["@latestCompletedRunTime"] = self.moment.start
        if place == _LATE:
            runtime |= dict.fromkeys(("@actualEndTime", "@finishedTime", "@healthStatusUpdatedTime"), "")
        held = {name: values.held(param) for name, param in self.dag.params.items()}
        return Facts(runtime, {**held, **self.given}, self.variables)


def runs(dag: Dag, variables: list[str]) -> list[Run]:
    """Return the runs in which to try a DAG.

    :param variables: the keys of all Variables its templates may read
    """
    return [
        Run(
            dag,
            moment,
            dag.schedule is None,
            values.given(dag.params, number),
            # Airflow reads them from the environment, where case does not count.
            {key: values.text(key.lower(), number) for key in variables},
        )
        for number, moment in enumerate(moments(dag))
    ]
