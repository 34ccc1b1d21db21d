"""What the activities on EMR Serverless share: their steps become job runs, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.emr import names
from datapipeline_provider.emr.errors import EmrError, EmrFailError, RefusedError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators._emr import exactly_one
from datapipeline_provider.operators._steps import Place, StepsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr_serverless.jobs import Job
    from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook, JobRun
    from datapipeline_provider.triggers._watching import WatchTrigger


@dataclass
class Progress:
    """How far a try has come; JSON values, because it waits in Airflow's database.

    :param entered: whether what earlier tries left was searched for
    :param left: job runs of earlier tries that are being cancelled: application and run
    :param done: how many jobs are done
    :param running: the job run that runs, likewise; empty for none
    :param until: when the try is over, in seconds since 1970
    """

    entered: bool = False
    left: list[list[str]] = field(default_factory=list)
    done: int = 0
    running: list[str] = field(default_factory=list)
    until: float | None = None


class ServerlessJobsOperator(StepsOperator):
    """Does steps of Spark and Hive as job runs of EMR Serverless, one after another; a subclass says which.

    A retry first cancels what an earlier try has left running. When the task is stopped, or fails, its job run is
    cancelled; on failure the end of the driver's log is shown. A call whose answer got lost is repeated with the same token,
    so that nothing runs twice.

    :param application: the id of the task that creates the applications, a CreateEmrServerlessApplicationOperator of the
        same DAG.
    :param application_id: the id of an application that there is anyway, instead; templated.
    :param execution_role: the ARN of the role that jobs run as; templated.
    :param log_uri: `s3://bucket/prefix` for logs; templated. Without it they are to be seen in the console alone.
    :param configurations: `applicationConfiguration` of StartJobRun, in its own words; templated.
    :param job_timeout: how long a job may take; 12 hours if not given, at least 5 minutes.
    :param tags: of the job runs; templated.
    :raises JobFailedError: if a job fails.
    :raises StepRefusedError: if there is a step that EMR Serverless cannot do; nothing has run then.
    """

    template_fields: Sequence[str] = (
        "application_id",
        "execution_role",
        "log_uri",
        "configurations",
        "tags",
        *StepsOperator.template_fields,
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"configurations": "json"}
    progress = Progress

    def __init__(
        self,
        *,
        execution_role: str,
        application: str | None = None,
        application_id: str | None = None,
        log_uri: str | None = None,
        configurations: Sequence[Mapping[str, Any]] = (),
        job_timeout: timedelta | None = None,
        tags: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        exactly_one(self.task_id, application=application, application_id=application_id)
        self.execution_role = execution_role
        self.application = application
        self.application_id = application_id
        self.log_uri = log_uri
        self.configurations = configurations
        self.job_timeout = job_timeout
        self.tags = tags or {}

    @property
    def place(self) -> Place | None:
        """The application, once it is known."""
        if "_applications" not in vars(self):
            return None
        first = next(iter(self._applications.values()))
        return Place("application", first, self.log_uri or "", "log_uri")

    def trigger_type(self) -> type[WatchTrigger]:
        """Return the class of triggers that wait for a job run."""
        from datapipeline_provider.triggers.emr_serverless import EmrServerlessTrigger

        return EmrServerlessTrigger

    @cached_property
    def _serverless(self) -> EmrServerlessHook:
        from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook

        return EmrServerlessHook(self.aws_conn_id, self.region_name or self._created.get("region"))

    @cached_property
    def _created(self) -> Mapping[str, str]:
        """What the task that creates the applications has left; nothing where they are there anyway."""
        if self.application is None:
            return {}
        ti: Any = self._context["ti"]
        found = ti.xcom_pull(task_ids=self.application)
        if not isinstance(found, Mapping):
            raise EmrFailError(
                f"{self.task_id}: the task {self.application!r} has left no application in this run. Clear it with all "
                f"that comes after it."
            )
        return found

    @cached_property
    def _applications(self) -> Mapping[str, str]:
        """The ids of the applications, by their types."""
        from datapipeline_provider.emr_serverless.jobs import HIVE, SPARK

        if self.application_id is not None:
            return dict.fromkeys((SPARK, HIVE), self.application_id.strip())
        return {kind: self._created[kind] for kind in (SPARK, HIVE) if kind in self._created}

    def _advance(self, context: Context, progress: Progress) -> None:
        while self._step(context, progress):
            self._wait(progress)

    def _step(self, context: Context, progress: Progress) -> bool:
        """Look at the job that runs, begin the next one; False if all are done."""
        from datapipeline_provider.emr_serverless.steps import job_of
        from datapipeline_provider.hooks.emr_serverless import JOB_ENDED

        _ = self._applications  # from here on the place is known
        if not progress.entered:
            progress.left, progress.entered = self._cancel(context), True
        self._keep_limit(progress.until)
        while progress.left:
            if self._serverless.job(*progress.left[0]).state not in JOB_ENDED:
                return True
            progress.left = progress.left[1:]
        if progress.running:
            said = self._serverless.job(*progress.running)
            if said.state not in JOB_ENDED:
                return True
            if said.state != "SUCCESS":
                raise self._failed(said)
            self.log.info("Done: %s", said.label)
        steps = self.steps_to_run(context)
        jobs = [job_of(step) for step in steps]
        if not jobs:
            raise EmrFailError(f"{self.task_id}: there is no step to run.")
        if progress.running:
            self.after(context, steps[progress.done])
            progress.done, progress.running = progress.done + 1, []
        if progress.done == len(jobs):
            return False
        progress.running = self._start(context, jobs[progress.done], progress.done + 1, len(jobs))
        return True

    def _start(self, context: Context, job: Job, number: int, count: int) -> list[str]:
        from datapipeline_provider.emr_serverless import jobs
        from datapipeline_provider.s3 import address
        from datapipeline_provider.shell import marks

        if job.kind not in self._applications:
            made = ", ".join(self._applications)
            raise EmrFailError(
                f"{self.task_id}: {job.name} is for an application of the type {job.kind}, and {self.application!r} "
                f"creates only {made}."
            )
        ti: Any = context["ti"]
        stored = self.scratch_uri or self.log_uri
        storage = jobs.storage(job.kind, address.below(stored, "")) if stored else []
        request = jobs.request(
            job,
            name=names.of_step(context, number, count, job.name),
            token=marks.digest(marks.of_task(context), str(ti.try_number), str(number)),
            execution_role=self.execution_role.strip(),
            log_uri=self.log_uri or "",
            configurations=[*storage, *self.configurations],
            limit=self.job_timeout,
            tags=self.tags,
        )
        application_id = self._applications[job.kind]
        try:
            job_run_id = self._serverless.start_job(application_id, request)
        except RefusedError as error:
            raise error.for_good() from None
        self.log.info(
            "Started job run %s (%s) of application %s", job_run_id, request["name"], application_id
        )
        return [application_id, job_run_id]

    def _wait(self, progress: Progress) -> None:
        from datapipeline_provider.emr_serverless.watch import Watch

        application_id, job_run_id = progress.left[0] if progress.left else progress.running
        watch = Watch(application_id, job_run_id, progress.until)
        self.wait(self._serverless, watch, **asdict(progress))

    def _cancel(self, context: Context) -> list[list[str]]:
        """Cancel all job runs of this task, of this try or an earlier one; return their applications and ids."""
        found = [
            run
            for application_id in dict.fromkeys(self._applications.values())
            for run in self._serverless.jobs(application_id)
            if names.is_mine(context, run.name)
        ]
        for run in found:
            self.log.info("Cancelling %s", run.label)
            self._serverless.cancel(run.application_id, run.id)
        return [[run.application_id, run.id] for run in found]

    def _failed(self, run: JobRun) -> Exception:
        from datapipeline_provider.emr import logs
        from datapipeline_provider.emr_serverless.errors import JobFailedError
        from datapipeline_provider.emr_serverless.jobs import driver_logs

        where = driver_logs(self.log_uri, run) if self.log_uri else ""
        if where:
            logs.show(self._s3, where, self.log, self.log_wait, self.pause)
        return JobFailedError(self.task_id, run.label, run.state, run.details, where)

    def _interrupted(self, context: Context) -> Progress:
        return Progress(entered=True)

    def _end(self, context: Context, progress: Progress, error: BaseException) -> None:
        try:
            if progress.entered:
                self._cancel(context)
        except (EmrError, CancelledError) as another:
            self.log.error("What was begun may run on: %s", another)
