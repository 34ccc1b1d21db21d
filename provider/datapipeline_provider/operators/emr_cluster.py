"""The resource EmrCluster: its beginning and its end."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider._compat import TaskDeferralError, TaskDeferralTimeout, TaskDeferred
from datapipeline_provider.emr import names
from datapipeline_provider.emr.errors import EmrError, EmrFailError, RefusedError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators._emr import EmrOperator, earliest, exactly_one, moment
from datapipeline_provider.operators._teardown import EndingOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.hooks.emr import Cluster, EmrHook

CONTINUE, TERMINATE = "continue", "terminate"
RETRY_NONE, RETRY_ALL = "retrynone", "retryall"
_END_RETRY_DELAY = timedelta(minutes=1)


class ClusterChoiceError(EmrFailError):
    """An argument with a value that it cannot have."""

    def __init__(self, task_id: str, name: str, value: object, valid: Iterable[str]) -> None:
        super().__init__(f"{task_id}: {name} is {value!r}; valid: {', '.join(valid)}.")


class StartError(EmrError):
    """A cluster that did not come up."""

    def __init__(self, cluster: Cluster, why: str) -> None:
        logs = f" Logs of its machines are in {cluster.log_uri}{cluster.id}/." if cluster.log_uri else ""
        super().__init__(f"Cluster {cluster.id} ({cluster.name}) did not come up: {why}.{logs}")


class EndError(EmrError):
    """A cluster that did not end."""


class CreateEmrClusterOperator(EmrOperator):
    r"""Launches a cluster and waits until it can run steps (dp-object-emrcluster); returns its id.

    The cluster's name in EMR is that of the DAG, this task and the run, and a try that was killed may have left a
    cluster: one of that name that lives is taken instead of a new one. A try that fails, is stopped or comes to a limit
    terminates what it has launched.

    :param job_flow_overrides: parameters of EMR's RunJobFlow, in its own words, except Name; templated. Texts stand for
        numbers and truth values too; what is None or an empty text after rendering is left out.
    :param applications: one per element, `name` or `name,argument,...`; lists inside are flattened; templated.
    :param bootstrap_actions: one per element, `script,argument,...` with `\,` for a comma inside an argument; templated.
    :param terminate_after: how long the cluster may live; whoever waits for it or its steps then terminates it and fails,
        without another try.
    :param init_timeout: how long it may take to come up.
    :param action_on_task_failure: `terminate` ends the cluster when an activity on it has failed for good; or `continue`.
    :param action_on_resource_failure: `retryall` has activities launch another cluster when this one fails under them, as
        often as `retries` says; or `retrynone`.
    :param use_on_demand_on_last_attempt: whether the last try does without the Spot market.
    :raises ClusterChoiceError: for another word in one of the two actions.
    """

    template_fields: Sequence[str] = (
        "job_flow_overrides",
        "applications",
        "bootstrap_actions",
        "region_name",
    )
    template_ext: Sequence[str] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {"job_flow_overrides": "json"}

    def __init__(
        self,
        *,
        job_flow_overrides: Mapping[str, Any],
        applications: Sequence[Any] = (),
        bootstrap_actions: Sequence[Any] = (),
        terminate_after: timedelta | None = None,
        init_timeout: timedelta | None = None,
        action_on_task_failure: str = CONTINUE,
        action_on_resource_failure: str = RETRY_NONE,
        use_on_demand_on_last_attempt: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job_flow_overrides = job_flow_overrides
        self.applications = applications
        self.bootstrap_actions = bootstrap_actions
        self.terminate_after = terminate_after
        self.init_timeout = init_timeout
        self.action_on_task_failure = action_on_task_failure
        self.action_on_resource_failure = action_on_resource_failure
        self.use_on_demand_on_last_attempt = use_on_demand_on_last_attempt
        for name, valid in (
            ("action_on_task_failure", (CONTINUE, TERMINATE)),
            ("action_on_resource_failure", (RETRY_NONE, RETRY_ALL)),
        ):
            if getattr(self, name) not in valid:
                raise ClusterChoiceError(self.task_id, name, getattr(self, name), valid)

    def request(self, emr: EmrHook, context: Context, *, last: bool) -> dict[str, Any]:
        """Return the RunJobFlow request; after rendering. RequestError.

        :param last: whether there is no other cluster to come if this one fails
        """
        from datapipeline_provider.emr import request

        shape = emr.client.meta.service_model.operation_model("RunJobFlow").input_shape
        name = names.of_cluster(context, self.task_id)
        built = request.build(self.job_flow_overrides, name, self.applications, self.bootstrap_actions, shape)
        return request.without_spot(built) if last and self.use_on_demand_on_last_attempt else built

    def execute(self, context: Context) -> str:
        """Launch, and wait.

        :raises StartError: if the cluster does not come up.
        :raises EmrFailError: if the request is wrong.
        """
        emr = self.emr()
        until = moment(self.execution_timeout) if self.deferrable else None
        with _EndingOnFailure(self, emr, names.of_cluster(context, self.task_id)):
            return self._until_up(emr, context, *self._launched(emr, context), until)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Look at what the trigger has seen."""
        emr = self.emr()
        with _EndingOnFailure(self, emr, names.of_cluster(context, self.task_id)):
            self.check(event)
            return self._until_up(emr, context, **event["state"])

    def _launched(self, emr: EmrHook, context: Context) -> tuple[str, bool]:
        """Return the id of the run's cluster, and whether it was there before."""
        from datapipeline_provider.emr import clusters

        ti: Any = context["ti"]
        request = self.request(emr, context, last=ti.try_number > ti.max_tries)
        try:
            cluster, found = clusters.launched(emr, request, self.log)
        except RefusedError as error:
            raise error.for_good() from None
        return cluster.id, found

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after waiting; where Airflow could not wait, the cluster is terminated."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except (TaskDeferralError, TaskDeferralTimeout):
            with _EndingOnFailure(self, self.emr(), names.of_cluster(context, self.task_id)):
                raise

    def limit(self, cluster: Cluster) -> float | None:
        """Return when a cluster has to be up, or be over, in seconds since 1970; None for never."""
        from datapipeline_provider.hooks.emr import STARTING

        limits = [self.terminate_after, self.init_timeout if cluster.state in STARTING else None]
        return earliest(*(cluster.created.timestamp() + each.total_seconds() for each in limits if each))

    def enforce(self, emr: EmrHook, cluster: Cluster) -> None:
        """Terminate a cluster that has come to one of its limits, and raise."""
        limit = self.limit(cluster)
        if limit is None or time.time() < limit:
            return
        emr.terminate(cluster.id)
        lived = cluster.created.timestamp() + (self.terminate_after or timedelta.max).total_seconds()
        if time.time() < lived:
            raise StartError(cluster, f"it took longer than its init_timeout, {self.init_timeout}")
        raise EmrFailError(
            f"Cluster {cluster.id} ({cluster.name}) has lived as long as its terminate_after says, "
            f"{self.terminate_after}, and is terminated. Give it more time if the work needs it."
        )

    def _until_up(
        self, emr: EmrHook, context: Context, cluster_id: str, found: bool, until: float | None
    ) -> str:
        """Wait until a cluster is up.

        :param found: whether an earlier try has launched it, and not this one
        """
        from datapipeline_provider.emr import clusters
        from datapipeline_provider.emr.watch import Watch
        from datapipeline_provider.hooks.emr import OVER, UP

        while True:
            cluster = emr.cluster(cluster_id)
            if cluster.state in UP or cluster.state in OVER:
                first = clusters.agreed(emr, cluster.name, self.log)
                if first is None and found and cluster.code == "USER_REQUEST":
                    # An earlier try that Airflow had given up has lived on for a while, and has cleaned up at last.
                    self.log.warning("Cluster %s was terminated by an earlier try", cluster_id)
                    cluster_id, found = self._launched(emr, context)
                    continue
                if first is None or (first.id == cluster_id and cluster.state in OVER):
                    raise StartError(cluster, cluster.why)
                if first.id == cluster_id:
                    return cluster_id
                cluster, cluster_id, found = first, first.id, True
            self.enforce(emr, cluster)
            if until is not None and time.time() >= until:
                raise StartError(
                    cluster, f"it took longer than the execution_timeout, {self.execution_timeout}"
                )
            watch = Watch(cluster_id, until=earliest(until, self.limit(cluster)))
            self.wait(emr, watch, cluster_id=cluster_id, found=found, until=until)


class TerminateEmrClusterOperator(EndingOperator, EmrOperator):
    """Terminates the cluster of this run, whatever launched it, and waits until it is gone.

    As a teardown it runs also where the task that launches has failed or was killed.

    :param cluster: the id of the task that launches it; all living clusters of that name are terminated.
    :param cluster_id: a cluster's id, instead; templated.
    :param timeout: how long terminating may take.
    :raises EndError: if a cluster is not gone in time.
    """

    template_fields: Sequence[str] = ("cluster_id", "region_name")
    template_ext: Sequence[str] = ()

    def __init__(
        self,
        *,
        cluster: str | None = None,
        cluster_id: str | None = None,
        timeout: timedelta = timedelta(hours=1),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        exactly_one(self.task_id, cluster=cluster, cluster_id=cluster_id)
        self.cluster = cluster
        self.cluster_id = cluster_id
        self.timeout = timeout
        self.retry_delay = min(self.retry_delay, _END_RETRY_DELAY)

    def execute(self, context: Context) -> None:
        """Terminate, and wait.

        :raises EndError: if a cluster is not gone in time.
        :raises RefusedError: if EMR refuses, because the cluster is protected for example.
        """
        emr = self.emr(self._region(context))
        self._until_ended(emr, self._living(emr, context), time.time() + self.timeout.total_seconds())

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """Look at what the trigger has seen."""
        self.check(event)
        self._until_ended(self.emr(self._region(context)), **event["state"])

    def _region(self, context: Context) -> str | None:
        return None if self.cluster is None else creator(self, self.cluster, context).region_name

    def _living(self, emr: EmrHook, context: Context) -> list[str]:
        """Return the ids of all that have not ended: those that are being terminated are waited for, too."""
        from datapipeline_provider.hooks.emr import ENDED, STARTING, UP

        if self.cluster is None:
            given = [self.cluster_id or ""]
        else:
            name = names.of_cluster(context, self.cluster)
            given = [each.id for each in emr.clusters(name, [*STARTING, *UP, "TERMINATING"])]
            told = context["ti"].xcom_pull(task_ids=self.cluster)
            if told and told not in given:  # the list may be behind the times
                given.append(str(told))
        living = [each for each in given if emr.cluster(each).state not in ENDED]
        if not living:
            self.log.info("There is no cluster left to be terminated")
        return living

    def _until_ended(self, emr: EmrHook, left: list[str], until: float) -> None:
        from datapipeline_provider.emr.watch import Watch
        from datapipeline_provider.hooks.emr import ENDED, OVER

        while left:
            cluster = emr.cluster(left[0])
            if cluster.state in ENDED:
                self.log.info("Cluster %s is %s", cluster.id, cluster.state)
                left = left[1:]
                continue
            if cluster.state not in OVER:
                self._terminate(emr, cluster)
            if time.time() >= until:
                raise EndError(
                    f"Cluster {cluster.id} ({cluster.name}) is still {cluster.state} {self.timeout} after it was to be "
                    f"terminated. Look at it in EMR's console; it may cost money."
                )
            self.wait(emr, Watch(cluster.id, ends=True, until=until), left=left, until=until)

    def _terminate(self, emr: EmrHook, cluster: Cluster) -> None:
        self.log.info("Terminating cluster %s", cluster.id)
        try:
            emr.terminate(cluster.id)
        except RefusedError as error:
            raise EndError(
                f"{error} Cluster {cluster.id} ({cluster.name}) still runs: terminate it by hand, or switch its "
                f"termination protection off and clear this task."
            ) from None


def creator(task: Any, task_id: str, context: Context) -> CreateEmrClusterOperator:
    """Return the task that launches the cluster of this run, rendered.

    :param task: one of the same DAG
    :raises EmrFailError: if there is no such task
    """
    from copy import copy

    found = task.dag.task_dict.get(task_id)
    if not isinstance(found, CreateEmrClusterOperator):
        what = "is no CreateEmrClusterOperator" if found else "is not in this DAG"
        raise EmrFailError(
            f"{task.task_id}: the task {task_id!r}, which is to have launched the cluster, {what}."
        )
    rendered = copy(found)
    rendered.render_template_fields(context)
    return rendered


class _EndingOnFailure:
    """Terminates the clusters of a name if the block fails, except by going on to wait in the triggerer."""

    def __init__(self, task: CreateEmrClusterOperator, emr: EmrHook, name: str) -> None:
        self._task, self._emr, self._name = task, emr, name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, TaskDeferred):
            return
        from datapipeline_provider.emr.clusters import LIVING

        try:
            for cluster in self._emr.clusters(self._name, LIVING):
                self._emr.terminate(cluster.id)
                self._task.log.warning("Cluster %s is terminated, because this task fails", cluster.id)
        except (EmrError, CancelledError) as another:
            self._task.log.error("What was launched may live on until the run ends: %s", another)
