"""The applications of EMR Serverless that take an EmrCluster's place: their beginning and their end."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider.emr.errors import RefusedError
from datapipeline_provider.operators._emr import EmrOperator
from datapipeline_provider.operators._teardown import EndingOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.hooks.emr_serverless import Application, EmrServerlessHook

_POLL_SECONDS = 5.0  # creating and stopping take seconds
_CREATING = timedelta(minutes=15)


class _ApplicationOperator(EmrOperator):
    """What the two share: the way to EMR Serverless."""

    template_ext: Sequence[str] = ()

    def _hook(self) -> EmrServerlessHook:
        from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook

        return EmrServerlessHook(self.aws_conn_id, self.region_name)

    def _pause(self) -> None:
        self.pause(min(self.poke_interval, _POLL_SECONDS))


class CreateEmrServerlessApplicationOperator(_ApplicationOperator):
    """Creates an application of EMR Serverless for each type that is needed, in an EmrCluster's place.

    A setup: `DeleteEmrServerlessApplicationOperator` is its teardown. An application costs nothing while no job runs. Its
    name is that of the DAG, this task and the run: a further try finds what an earlier one has created.

    :param release_label: the release, `emr-6.6.0` or newer; templated, as all texts here.
    :param application_types: `SPARK`, `HIVE` or both.
    :param subnet_ids: the subnets of the jobs; without any they reach AWS alone.
    :param security_group_ids: the jobs' security groups there.
    :param tags: of the applications.
    """

    template_fields: Sequence[str] = (
        "release_label",
        "subnet_ids",
        "security_group_ids",
        "tags",
        "region_name",
    )

    def __init__(
        self,
        *,
        release_label: str,
        application_types: Sequence[str] = ("SPARK",),
        subnet_ids: Sequence[Any] = (),
        security_group_ids: Sequence[Any] = (),
        tags: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.release_label = release_label
        self.application_types = application_types
        self.subnet_ids = subnet_ids
        self.security_group_ids = security_group_ids
        self.tags = tags or {}

    def execute(self, context: Context) -> dict[str, str]:
        """Create them and return their ids by type, with the region.

        :raises ApplicationError: if one does not come up
        :raises EmrFailError: if the request is wrong
        """
        from datapipeline_provider.emr_serverless import applications

        serverless = self._hook()
        name = applications.name_of(context, self.task_id)
        there = {each.kind: each.id for each in reversed(serverless.applications(name))}
        made = {
            kind: there.get(kind) or self._create(serverless, context, name, kind)
            for kind in self.application_types
        }
        for application_id in made.values():
            self._until_ready(serverless, application_id)
        return {**made, "region": serverless.region}

    def _create(self, serverless: EmrServerlessHook, context: Context, name: str, kind: str) -> str:
        from datapipeline_provider.emr_serverless import applications
        from datapipeline_provider.operators._common import flat

        request = applications.request(
            context,
            name,
            kind,
            release_label=self.release_label.strip(),
            subnet_ids=list(flat(self.subnet_ids)),
            security_group_ids=list(dict.fromkeys(flat(self.security_group_ids))),
            tags=self.tags,
        )
        try:
            application_id = serverless.create(request)
        except RefusedError as error:
            raise error.for_good() from None
        self.log.info("Created application %s (%s, %s)", application_id, name, kind)
        return application_id

    def _until_ready(self, serverless: EmrServerlessHook, application_id: str) -> None:
        from datapipeline_provider.emr_serverless.errors import ApplicationError
        from datapipeline_provider.hooks.emr_serverless import APPLICATION_READY

        until = time.monotonic() + _CREATING.total_seconds()
        while (found := serverless.application(application_id)).state not in APPLICATION_READY:
            if found.state == "TERMINATED" or time.monotonic() > until:
                raise ApplicationError(f"{_called(found)} is {found.state}, not ready for jobs{_why(found)}.")
            self._pause()


class DeleteEmrServerlessApplicationOperator(EndingOperator, _ApplicationOperator):
    """Deletes the applications that a task has created in this run, and waits until they are gone: a teardown.

    What still runs on them is cancelled.

    :param application: the id of the task that creates them, of the same DAG.
    :param timeout: how long it may take.
    """

    template_fields: Sequence[str] = ("region_name",)

    def __init__(self, *, application: str, timeout: timedelta = timedelta(hours=1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.application = application
        self.timeout = timeout

    def execute(self, context: Context) -> None:
        """Delete them.

        :raises ApplicationError: if one is not gone in time
        """
        from datapipeline_provider.emr_serverless import applications

        serverless = self._hook()
        ti: Any = context["ti"]
        told = ti.xcom_pull(task_ids=self.application)
        known = (
            {key: value for key, value in told.items() if key != "region"} if isinstance(told, dict) else {}
        )
        name = applications.name_of(context, self.application)
        ids = dict.fromkeys([*(each.id for each in serverless.applications(name)), *known.values()])
        if not ids:
            self.log.info("There is no application left to be deleted")
        until = time.monotonic() + self.timeout.total_seconds()
        for application_id in ids:
            self._delete(serverless, application_id, until)

    def _delete(self, serverless: EmrServerlessHook, application_id: str, until: float) -> None:
        from datapipeline_provider.emr_serverless.errors import ApplicationError

        while (found := _there(serverless, application_id)) is not None:
            if time.monotonic() > until:
                raise ApplicationError(
                    f"{_called(found)} is still {found.state} {self.timeout} after it was to be deleted{_why(found)}. Look at "
                    f"it in the console of EMR Serverless, then clear this task."
                )
            self._end(serverless, found)
            self._pause()
        self.log.info("Application %s is deleted", application_id)

    def _end(self, serverless: EmrServerlessHook, found: Application) -> None:
        """Do what brings an application nearer to its end."""
        if found.state in {"CREATED", "STOPPED"}:
            serverless.delete(found.id)
        elif found.state == "STARTED":
            runs = serverless.jobs(found.id)
            for run in runs:
                if run.state != "CANCELLING":
                    self.log.warning("Cancelling %s", run.label)
                    serverless.cancel(run.application_id, run.id)
            if not runs:
                serverless.stop(found.id)


def _there(serverless: EmrServerlessHook, application_id: str) -> Application | None:
    """Return an application unless it is deleted."""
    try:
        found = serverless.application(application_id)
    except RefusedError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    return None if found.state == "TERMINATED" else found


def _called(found: Application) -> str:
    return f"Application {found.id} ({found.name}, {found.kind})"


def _why(found: Application) -> str:
    return f": {found.details}" if found.details else ""
