"""What all activities, preconditions, data nodes and resources share: when they run, how often they try, whom they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, emulated, exact, not_needed, refused, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.objects.surroundings import ACTIVITY as AROUND_ACTIVITY
from datapipeline_converters.objects.surroundings import ROLE
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Call

ScheduleType = Literal["cron", "timeseries", "ondemand"]

_LATENESS = refused("lateness is not watched", "Set a deadline alert on the DAG.")
_SHARED = {
    "parent": exact("the parent's fields are applied"),
    "attemptStatus": not_needed("the service wrote it; a definition cannot set it"),
    "attemptTimeout": exact("the task's `execution_timeout`"),
    "failureAndRerunMode": emulated(
        "a failed task makes its consumers `upstream_failed`; clearing it with its downstream tasks resumes them"
    ),
    "lateAfterTimeout": _LATENESS,
    "maximumRetries": exact("the task's `retries`"),
    "onFail": emulated(
        "`on_failure_callback` of the tasks: called after the last attempt; a task that never starts because another "
        "failed calls none"
    ),
    "onLateAction": _LATENESS,
    "onSuccess": exact("`on_success_callback` of the tasks"),
    "pipelineLogUri": approximated(
        "logs are where Airflow keeps its own",
        "To keep them in S3, set `remote_base_log_folder` in Airflow's [logging] section.",
    ),
    "reportProgressTimeout": not_needed("Airflow's own heartbeat finds workers that have gone silent"),
    "retryDelay": exact("the task's `retry_delay`"),
}

# Of inputs and outputs, where they do order tasks: the graph knows.
ORDER = exact("the order of the tasks")
ACTIVITY = verdict_table(
    _SHARED,
    {
        "dependsOn": exact("the order of the tasks"),
        "maxActiveInstances": exact(
            "the DAG's `max_active_runs`, or the task's `max_active_tis_per_dag` beside other activities"
        ),
        "precondition": exact("sensors before the task"),
        "runsOn": emulated("the work runs on the Airflow worker"),
        "schedule": exact("the DAG's timetable"),
        "scheduleType": exact("when the timetable runs an interval"),
        "workerGroup": emulated("the work runs on an Airflow worker, in the default queue"),
    },
)

_NO_WORK = "a data node does no work of its own"
DATA_NODE = verdict_table(
    _SHARED,
    {
        field: not_needed(_NO_WORK)
        for field in (
            "attemptTimeout",
            "failureAndRerunMode",
            "lateAfterTimeout",
            "maxActiveInstances",
            "maximumRetries",
            "onLateAction",
            "onSuccess",
            "pipelineLogUri",
            "retryDelay",
            "runsOn",
            "scheduleType",
            "workerGroup",
        )
    },
    {
        "dependsOn": exact("the order of the tasks around the node"),
        "onFail": emulated("a data node is no task: the alarms of the tasks around it tell of failures"),
        "onLateAction": _LATENESS,
        "onSuccess": approximated(
            "a data node is no task: nobody is told", "Set `onSuccess` on the activity that writes it."
        ),
        "precondition": exact("sensors before the tasks that read the node"),
        "schedule": not_needed("a data node follows the schedule of the tasks around it"),
    },
)

PRECONDITION = verdict_table(
    {key: verdict for key, verdict in _SHARED.items() if key != "pipelineLogUri"},
    {
        "attemptTimeout": exact("the sensor's `timeout`"),
        "maximumRetries": exact("the sensor's `retries`"),
        "preconditionTimeout": exact("the sensor's `timeout`"),
        "retryDelay": exact("the sensor's `poke_interval`"),
    },
)
# For those that the service itself checked.
SYSTEM_PRECONDITION = verdict_table(
    PRECONDITION,
    {
        "role": approximated(
            "checks run as the AWS connection `aws_default`", "Let the connection do what this role could do."
        )
    },
)


@dataclass(frozen=True, kw_only=True)
class Runnable(Component):
    """An object that becomes a task."""

    maximum_retries: int | None = None
    retry_delay: Period | None = None
    attempt_timeout: Period | None = None
    on_fail: tuple[Ref, ...] = ()
    on_success: tuple[Ref, ...] = ()

    def operator(self, context: Context) -> Call:
        """Return the operator or sensor that does this object's work.

        :raises CannotConvertError: when nothing can
        """
        raise self._lacks("a task")


@dataclass(frozen=True, kw_only=True)
class Activity(Runnable):
    """One of Data Pipeline's activities; `input` and `output` are also what orders the tasks."""

    surroundings = AROUND_ACTIVITY
    leaves_files: ClassVar[bool] = False
    """Whether its work may leave files on the machine for the next activity there."""

    depends_on: tuple[Ref, ...] = ()
    precondition: tuple[Ref, ...] = ()
    failure_and_rerun_mode: Literal["cascade", "none"] = "none"
    input: tuple[Ref, ...] = ()
    output: tuple[Ref, ...] = ()
    schedule: Ref | None = None
    runs_on: Ref | None = None
    max_active_instances: int | None = None

    def time_limit(self, context: Context) -> Period | None:
        """Return the limit of one attempt: its own, or the life of the machine it ran on.

        :raises CannotConvertError: when the work needs a machine that an Airflow worker cannot replace
        """
        lifetime = None if self.runs_on is None else context.get(self.runs_on).as_worker(context)
        if self.attempt_timeout and lifetime and lifetime.length < self.attempt_timeout.length:
            shorter = f"the machine's terminateAfter, {lifetime}, is shorter and holds"
            context.note(self.id, "attemptTimeout", approximated(shorter))
        limits = [limit for limit in (self.attempt_timeout, lifetime) if limit is not None]
        return min(limits, key=lambda limit: limit.length, default=None)

    def only(self, field: Literal["input", "output"]) -> Ref:
        """Return the one node of a field of which the activity takes exactly one."""
        refs: tuple[Ref, ...] = getattr(self, field)
        if len(refs) != 1:
            raise CannotConvertError(f"{self.type} needs exactly one {field}; it has {len(refs)}.")
        return refs[0]


@dataclass(frozen=True, kw_only=True)
class Precondition(Runnable):
    """One of Data Pipeline's preconditions: a sensor before whatever refers to it."""

    precondition_timeout: Period | None = None


@dataclass(frozen=True, kw_only=True)
class SystemPrecondition(Precondition):
    """A precondition that the service itself checked, as a role, and no machine of the user's."""

    surroundings = ROLE


@dataclass(frozen=True, kw_only=True)
class DataNode(Component):
    """One of Data Pipeline's data nodes: no task, but what connects tasks."""

    depends_on: tuple[Ref, ...] = ()
    precondition: tuple[Ref, ...] = ()
    failure_and_rerun_mode: Literal["cascade", "none"] = "none"
