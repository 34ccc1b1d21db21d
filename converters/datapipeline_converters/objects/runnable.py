"""What all activities, preconditions, data nodes and resources share: when they run, how often they try, whom they tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, emulated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import CannotConvertError, Component, Context
from datapipeline_converters.objects.place import Place
from datapipeline_converters.objects.placing import of_worker_group
from datapipeline_converters.objects.serverless import PLACE as ON_SERVERLESS
from datapipeline_converters.objects.serverless import WORD, NeedsClusterError, stays
from datapipeline_converters.objects.surroundings import ACTIVITY as AROUND_ACTIVITY
from datapipeline_converters.objects.surroundings import ROLE
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call

ScheduleType = Literal["cron", "timeseries", "ondemand"]

WATCHED = emulated(
    "`when_late`: a deadline alert of the DAG watches, or a task of its own in Airflow before 3.2; each run is told of once"
)
_SHARED = {
    "parent": exact("the parent's fields are applied"),
    "attemptStatus": not_needed("the service wrote it; a definition cannot set it"),
    "attemptTimeout": exact("the task's `execution_timeout`"),
    "failureAndRerunMode": emulated(
        "a failed task makes its consumers `upstream_failed`; clearing it with its downstream tasks resumes them"
    ),
    "lateAfterTimeout": emulated("the `after` of `when_late`"),
    "maximumRetries": exact("the task's `retries`"),
    "onFail": emulated(
        "`on_failure_callback` of the tasks: called after the last attempt; a task that never starts because another "
        "failed calls none"
    ),
    "onLateAction": WATCHED,
    "onSuccess": exact("`on_success_callback` of the tasks"),
    "pipelineLogUri": approximated(
        "logs are where Airflow keeps its own",
        "To keep them in S3, set `remote_base_log_folder` in Airflow's [logging] section.",
    ),
    "reportProgressTimeout": emulated(
        "Airflow's own heartbeat finds workers that have gone silent, after `task_instance_heartbeat_timeout` in its "
        "[scheduler] section, five minutes by default; the task is then tried again"
    ),
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

# Of activities that are done by the cluster they run on.
ON_CLUSTER = {
    "runsOn": exact("the tasks around it launch and end the cluster; the task works on it"),
    "workerGroup": emulated("the task works on the running cluster that was chosen, whatever the group"),
}

_NEVER_LATE = not_needed("nothing has to be waited for until the node is finished")
_NO_WORK = "a data node does no work of its own"
DATA_NODE = verdict_table(
    _SHARED,
    {
        field: not_needed(_NO_WORK)
        for field in (
            "attemptTimeout",
            "failureAndRerunMode",
            "maxActiveInstances",
            "maximumRetries",
            "onSuccess",
            "pipelineLogUri",
            "reportProgressTimeout",
            "retryDelay",
            "runsOn",
            "scheduleType",
            "workerGroup",
        )
    },
    {
        "dependsOn": exact("the order of the tasks around the node"),
        "onFail": emulated("a data node is no task: the alarms of the tasks around it tell of failures"),
        "lateAfterTimeout": _NEVER_LATE,
        "onLateAction": _NEVER_LATE,
        "onSuccess": emulated("`on_success_callback` of the task with which the node is finished"),
        "precondition": exact("sensors before the tasks that read the node"),
        "schedule": not_needed("a data node follows the schedule of the tasks around it"),
    },
)

# Of what a data node says of its data, where only its existence matters.
LOOKED_FOR = not_needed("nobody reads or writes it: it is only looked for")

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
    late_after_timeout: Period | None = None
    on_late_action: tuple[Ref, ...] = ()

    def operator(self, context: Context) -> Call:
        """Return the operator or sensor that does this object's work.

        :raises CannotConvertError: when nothing can
        """
        raise self._lacks("a task")

    def time_limit(self, context: Context) -> Period | None:
        """Return the limit of one execution of the operator, None where there is none or the operator has its own.

        :raises CannotConvertError: when the work cannot be done
        """
        return None


@dataclass(frozen=True, kw_only=True)
class Activity(Runnable):
    """One of Data Pipeline's activities; `input` and `output` are also what orders the tasks."""

    surroundings = AROUND_ACTIVITY
    leaves_files: ClassVar[bool] = False
    """Whether its work may leave files on the machine for the next activity there."""
    runs_commands: ClassVar[bool] = False
    """Whether its work is a shell command, which can run wherever there is a shell."""
    works_on_cluster: ClassVar[bool] = False
    """Whether its work is done by the cluster that it runs on, and not from outside."""
    one_at_a_time = False

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
        machine = (
            None if self.is_on_cluster(context) or self.is_on_launched(context) else self._machine(context)
        )
        lifetime = None if machine is None else machine.as_worker(context)
        if self.attempt_timeout and lifetime and lifetime.length < self.attempt_timeout.length:
            shorter = f"the machine's terminateAfter, {lifetime}, is shorter and holds"
            context.note(self.id, "attemptTimeout", approximated(shorter))
        limits = [limit for limit in (self.attempt_timeout, lifetime) if limit is not None]
        return min(limits, key=lambda limit: limit.length, default=None)

    def engines(self, context: Context) -> Sequence[str]:
        """Return the engines of EMR Serverless that can do its work.

        :raises NeedsClusterError: if it cannot be done there
        """
        raise NeedsClusterError("only Spark and Hive run there")

    def serverless(self, context: Context) -> Sequence[str]:
        """Return the engines of EMR Serverless that do its work, as the user chose; none where that is not so."""
        if not self.works_on_cluster or WORD not in self._wanted(context, "run_on"):
            return ()
        if not self.is_on_cluster(context) and (self.runs_on or not self._wanted(context, "application_id")):
            return ()
        try:
            return self.engines(context)
        except NeedsClusterError as error:
            context.note(self.id, "runsOn", stays(error.reason))
            return ()

    def _wanted(self, context: Context, name: str) -> Collection[object]:
        """Return what the user chose for it and for the cluster that it runs on."""
        machine = self._machine(context)
        asked = [self, machine] if machine is not None and machine.is_cluster else [self]
        return [value for each in asked if (value := context.wanted(each, name)) is not None]

    def on_serverless(self, context: Context, engines: Sequence[str]) -> dict[str, Argument]:
        """Return the operator's arguments for work on EMR Serverless.

        :param engines: what `serverless` has returned
        :raises CannotConvertError: if no role was chosen for the jobs
        """
        if not self._wanted(context, "execution_role"):
            raise CannotConvertError(refusals.NO_EXECUTION_ROLE)
        context.chosen(self, "run_on")
        own = context.chosen(self, "application_id", "execution_role")
        machine = self._machine(context)
        of_cluster = {} if machine is None else machine.as_application(context, engines)
        arguments: dict[str, Argument] = {**of_cluster, **own}
        if "application_id" in arguments:
            return arguments
        arguments.pop("region_name", None)  # the task that creates it tells
        return {"application": context.cluster_of(self), **arguments}

    def launched(self, context: Context) -> Ref | None:
        """Return the resource that tasks of their own launch and end for this one's work, None where there is none."""
        if self.serverless(context):
            return None if self._wanted(context, "application_id") else self.runs_on
        if self.is_on_launched(context):
            return self.runs_on
        if self.runs_on is None or not self.is_on_cluster(context) or context.chosen(self, "cluster_id"):
            return None
        return None if context.get(self.runs_on).as_cluster(context) else self.runs_on

    def is_on_launched(self, context: Context) -> bool:
        """Tell whether its work is done on a machine that is launched for it."""
        place = self.place(context)
        return place is not None and place.kind == "ec2"

    def is_on_cluster(self, context: Context) -> bool:
        """Tell whether its work is done by an EMR cluster that it runs on."""
        machine = self._machine(context)
        return self.works_on_cluster and machine is not None and machine.is_cluster

    def cluster(self, context: Context) -> Mapping[str, Argument]:
        """Return the operator's arguments that say on which cluster it works: `cluster`, or `cluster_id` of a running one.

        :raises CannotConvertError: when there is none
        """
        if running := context.chosen(self, "cluster_id"):
            return running
        machine = self._machine(context)
        if machine is None:
            raise CannotConvertError(refusals.NO_CLUSTER, type=self.type)
        return machine.as_cluster(context) or {"cluster": context.cluster_of(self)}

    def _machine(self, context: Context) -> Component | None:
        return None if self.runs_on is None else context.get(self.runs_on)

    def place(self, context: Context) -> Place | None:
        """Return where its work runs, None for where the table of its type says."""
        if self.serverless(context):
            return ON_SERVERLESS
        if self.runs_on is None:
            return of_worker_group(self, context, commands=self.runs_commands)
        return context.get(self.runs_on).as_place(context, commands=self.runs_commands)

    def only(self, field: Literal["input", "output"]) -> Ref:
        """Return the one node of a field of which the activity takes exactly one."""
        refs: tuple[Ref, ...] = getattr(self, field)
        if len(refs) != 1:
            raise CannotConvertError(refusals.ONE_NODE, type=self.type, field=field, count=len(refs))
        return refs[0]


@dataclass(frozen=True, kw_only=True)
class Precondition(Runnable):
    """One of Data Pipeline's preconditions: a sensor before whatever refers to it."""

    by_worker: ClassVar[bool] = True
    """Whether a worker of the user's checks it, and not the service itself."""

    precondition_timeout: Period | None = None

    def sensor(self, context: Context, guarded: Component) -> Call:
        """Return the sensor that stands in front of an object.

        :raises CannotConvertError: when nothing can
        """
        return self.operator(context)


@dataclass(frozen=True, kw_only=True)
class SystemPrecondition(Precondition):
    """A precondition that the service itself checked, as a role, and no machine of the user's."""

    surroundings = ROLE
    by_worker = False


@dataclass(frozen=True, kw_only=True)
class DataNode(Component):
    """One of Data Pipeline's data nodes: no task, but what connects tasks."""

    late_after_timeout: Period | None = None
    on_late_action: tuple[Ref, ...] = ()
    on_success: tuple[Ref, ...] = ()
    depends_on: tuple[Ref, ...] = ()
    precondition: tuple[Ref, ...] = ()
    failure_and_rerun_mode: Literal["cascade", "none"] = "none"
