"""What machines and clusters say alike: how they are launched, retried and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datapipeline_converters.ledger import Verdict, approximated, emulated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.runnable import Runnable
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call

_NOT_LAUNCHED = not_needed("nothing is launched for the work")
_NOT_ALLOWED = not_needed("the guide does not allow it on a resource")
_NO_ALARM = approximated(
    "nothing is launched that could fail or finish: only alarms of the tasks tell of anything",
    "Set it on the activities that ran there.",
)
LIFE_AT_WORKER = approximated(
    "the `execution_timeout` of each task that ran here: it counts for one attempt, not for the machine"
)
_EVERY_RESOURCE: Mapping[str, Verdict] = {
    **dict.fromkeys(("runsOn", "workerGroup"), _NOT_ALLOWED),
    "attemptStatus": not_needed("the service wrote it; a definition cannot set it"),
    "parent": exact("the parent's fields are applied"),
}

# For those whose work an Airflow worker does.
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
    _EVERY_RESOURCE,
)

_LATENESS = approximated(
    "`when_late` of the task that launches it: late is what is not up by then, and not what is still up",
    "Limit how long it lives by `terminateAfter`; set `lateAfterTimeout` and `onLateAction` on the activities, too.",
)
# For those that tasks of their own launch and end.
LAUNCHED: Mapping[str, Verdict] = verdict_table(
    _EVERY_RESOURCE,
    {
        "actionOnResourceFailure": exact("`action_on_resource_failure` of the task that launches it"),
        "actionOnTaskFailure": exact("`action_on_task_failure` of the task that launches it"),
        "attemptTimeout": approximated(
            "the limit of the task that launches it; its whole life is limited by `terminateAfter` alone"
        ),
        "failureAndRerunMode": not_needed("the tasks on a resource fail with it in any case"),
        "initTimeout": exact("`init_timeout` of the task that launches it"),
        "lateAfterTimeout": _LATENESS,
        "logUri": not_needed("it is where Task Runner kept logs, and none runs"),
        "maxActiveInstances": approximated(
            "each run launches one of its own: how many are up at once is limited by the DAG's `max_active_runs`"
        ),
        "maximumRetries": exact("`retries` of the task that launches it"),
        "onFail": exact("`on_failure_callback` of the tasks that launch and end it"),
        "onLateAction": _LATENESS,
        "onSuccess": exact("`on_success_callback` of the task that ends it"),
        "reportProgressTimeout": not_needed("it is for Task Runner, and none runs"),
        "retryDelay": exact("`retry_delay` of the task that launches it"),
        "schedule": exact("each run of the DAG launches one"),
        "scheduleType": not_needed("a resource is launched when the first of its activities is due"),
        "terminateAfter": exact("`terminate_after` of the task that launches it"),
        "useOnDemandOnLastAttempt": exact("`use_on_demand_on_last_attempt` of the task that launches it"),
    },
)

_RETRY_ALL = emulated(
    "`action_on_resource_failure` of the task that launches it: all tasks on it that have not finished run again from their "
    "beginning, on one new one, up to `retries` times; what has finished stays so",
    "If tasks leave on the machine itself (HDFS, local files) what later ones read, clear the whole run instead.",
)
# The first of each is what holds if nothing is said.
_ACTIONS = {
    "action_on_task_failure": ("actionOnTaskFailure", ("continue", "terminate")),
    "action_on_resource_failure": ("actionOnResourceFailure", ("retrynone", "retryall")),
}


@dataclass(frozen=True, kw_only=True)
class Resource(Runnable):
    """Something that tasks of their own launch and end where work is done on it."""

    action_on_resource_failure: str | None = None
    action_on_task_failure: str | None = None
    init_timeout: Period | None = None
    terminate_after: Period | None = None
    use_on_demand_on_last_attempt: bool = True

    def actions(self, context: Context) -> dict[str, Argument]:
        """Return what is to be done when it fails, or a task on it does, as far as it is one of the things that can be."""
        found: dict[str, Argument] = {}
        for name, (field, valid) in _ACTIONS.items():
            said = (getattr(self, name) or "").strip().lower()
            if said in valid:
                found[name] = said
                if said == "retryall":
                    context.note(self.id, field, _RETRY_ALL)
            elif said:
                nothing = f"there is no such choice, only {' and '.join(valid)}: it is {valid[0]}"
                context.note(self.id, field, approximated(nothing))
        return found

    def ending(self, context: Context, launcher: str) -> Call:
        """Return the operator that ends what `operator` launches.

        :param launcher: the id of the task that launches it
        """
        raise self._lacks("something to end")

    def application(self, context: Context) -> Call:
        """Return the operator that creates what does this resource's work on EMR Serverless."""
        raise self._lacks("work for EMR Serverless")

    def application_ending(self, context: Context, launcher: str) -> Call:
        """Return the operator that deletes what `application` creates.

        :param launcher: the id of the task that creates it
        """
        raise self._lacks("work for EMR Serverless")

    def time_limit(self, context: Context) -> Period | None:
        """Return the limit of launching it; coming up has one of its own."""
        return self.attempt_timeout


def without_nothing(request: Mapping[str, Argument]) -> dict[str, Argument]:
    """Return a request without what is not said."""
    return {key: value for key, value in request.items() if value is not None and value not in ((), [], {})}
