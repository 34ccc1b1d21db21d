"""What the activities on an EMR cluster share: their steps run one after another, wherever the cluster comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.emr import names
from datapipeline_provider.emr.errors import EmrError, EmrFailError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators._emr import earliest, exactly_one
from datapipeline_provider.operators._steps import Place, StepsOperator
from datapipeline_provider.operators.emr_cluster import RETRY_ALL, TERMINATE, creator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.shell_script_config import ShellScriptConfig
    from datapipeline_provider.emr.steps import Step
    from datapipeline_provider.hooks.emr import Cluster, EmrHook, StepStatus
    from datapipeline_provider.operators.emr_cluster import CreateEmrClusterOperator


class StepFailedError(EmrError):
    """A step ended otherwise than it should."""

    def __init__(self, task_id: str, cluster: Cluster, step: StepStatus, logs: str) -> None:
        reason = f": {step.reason}" if step.reason else ""
        kept = f"Its logs are in {logs}" if logs else "The cluster has no LogUri, so its logs are not kept"
        super().__init__(
            f"{task_id}: step {step.id} ({step.name}) of cluster {cluster.id} ended as {step.state}{reason}. {kept}."
        )


class ClusterGoneError(EmrFailError):
    """The cluster is over, and nothing may take its place."""

    def __init__(self, task_id: str, cluster: Cluster, advice: str) -> None:
        super().__init__(f"{task_id}: cluster {cluster.id} ({cluster.name}) is over: {cluster.why}. {advice}")


@dataclass
class Progress:
    """How far a try has come; JSON values, because it waits in Airflow's database.

    :param entered: whether this cluster was searched for what earlier tries left
    :param left: steps of earlier tries that are being cancelled
    :param done: how many steps are done
    :param step_id: the step that runs, "" for none
    :param until: when the try is over, in seconds since 1970
    """

    cluster_id: str = ""
    entered: bool = False
    left: list[str] = field(default_factory=list)
    done: int = 0
    step_id: str = ""
    until: float | None = None


class EmrStepsOperator(StepsOperator):
    """Runs steps on a cluster, one after another; a subclass says which.

    A step is added when the one before it is done. A retry first cancels what an earlier try has left running. When the
    task is stopped, or fails, its step is cancelled; on failure the end of the step's log is shown.

    :param cluster: the id of the task that launches the cluster, a CreateEmrClusterOperator of the same DAG. Its
        `terminate_after`, `action_on_task_failure` and `action_on_resource_failure` are kept.
    :param cluster_id: the id of a cluster that runs anyway, instead; templated.
    :param pre_script: a script that runs before the steps; templated.
    :param post_script: one that runs after them.
    :raises StepFailedError: if a step fails.
    :raises ClusterGoneError: if the cluster is over.
    """

    progress = Progress
    node_fields: ClassVar[tuple[str, ...]] = ("pre_script", "post_script")
    template_fields: Sequence[str] = (
        "cluster_id",
        "pre_script",
        "post_script",
        *StepsOperator.template_fields,
    )

    running: Cluster
    """The cluster, while the task is on it."""

    def __init__(
        self,
        *,
        cluster: str | None = None,
        cluster_id: str | None = None,
        pre_script: ShellScriptConfig | None = None,
        post_script: ShellScriptConfig | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        exactly_one(self.task_id, cluster=cluster, cluster_id=cluster_id)
        self.cluster = cluster
        self.cluster_id = cluster_id
        self.pre_script = pre_script
        self.post_script = post_script

    @property
    def region(self) -> str:
        """The region of the cluster."""
        return self._emr.region

    @property
    def place(self) -> Place | None:
        """The cluster, once it is known."""
        if "running" not in vars(self):
            return None
        return Place("cluster", self.running.id, self.running.log_uri, "LogUri")

    @cached_property
    def _emr(self) -> EmrHook:
        return self.emr(self._creator.region_name if self._creator else None)

    @cached_property
    def _creator(self) -> CreateEmrClusterOperator | None:
        return None if self.cluster is None else creator(self, self.cluster, self._context)

    def _advance(self, context: Context, progress: Progress) -> None:
        from datapipeline_provider.hooks.emr import OVER, STARTING

        progress.cluster_id = progress.cluster_id or self._first_cluster(context)
        while True:
            self.running = cluster = self._emr.cluster(progress.cluster_id)
            if cluster.state in OVER:
                another = self._another(context, cluster)
                self.log.warning(
                    "Cluster %s is over (%s); going on with %s", cluster.id, cluster.why, another
                )
                progress = _replace(progress, another)
                continue
            if self._creator is not None:
                self._creator.enforce(self._emr, cluster)
            self._keep_limit(progress.until)
            if cluster.state not in STARTING and not self._step(context, progress):
                return
            self._wait(cluster, progress)

    def _step(self, context: Context, progress: Progress) -> bool:
        """Look at the step that runs, begin the next one; False if all are done."""
        from datapipeline_provider.hooks.emr import STEP_ENDED

        cluster_id = progress.cluster_id
        if not progress.entered:
            progress.left, progress.entered = self._cancel(context, cluster_id), True
        while progress.left:
            if self._emr.step(cluster_id, progress.left[0]).state not in STEP_ENDED:
                return True
            progress.left = progress.left[1:]
        if progress.step_id:
            said = self._emr.step(cluster_id, progress.step_id)
            if said.state not in STEP_ENDED:
                return True
            if said.state != "COMPLETED":
                raise self._failed(said)
            self.log.info("Step %s (%s) is done", said.id, said.name)
        steps = [*self._around("pre_script"), *self.steps_to_run(context), *self._around("post_script")]
        if not steps:
            raise EmrFailError(f"{self.task_id}: there is no step to run.")
        if progress.step_id:
            self.after(context, steps[progress.done])
            progress.done, progress.step_id = progress.done + 1, ""
        if progress.done == len(steps):
            return False
        step = steps[progress.done]
        name = names.of_step(context, progress.done + 1, len(steps), step.name)
        progress.step_id = self._emr.add_step(cluster_id, name, step.request())
        self.log.info("Added step %s (%s) to cluster %s", progress.step_id, name, cluster_id)
        return True

    def _around(self, which: str) -> list[Step]:
        from datapipeline_provider.emr import steps

        config: ShellScriptConfig | None = getattr(self, which)
        if config is None:
            return []
        arguments = list(flat(config.script_arguments))
        return [steps.script(which, config.script_uri, arguments, self.region)]

    def _wait(self, cluster: Cluster, progress: Progress) -> None:
        from datapipeline_provider.emr.watch import Watch

        limit = self._creator.limit(cluster) if self._creator else None
        step_id = progress.left[0] if progress.left else progress.step_id
        watch = Watch(cluster.id, step_id, until=earliest(progress.until, limit))
        self.wait(self._emr, watch, **asdict(progress))

    def _first_cluster(self, context: Context) -> str:
        if self.cluster_id is not None:
            return self.cluster_id
        found = self._creator and context["ti"].xcom_pull(task_ids=self.cluster)
        if not found:
            raise EmrFailError(
                f"{self.task_id}: the task {self.cluster!r} has left no cluster in this run. Clear it with all that "
                f"comes after it."
            )
        return str(found)

    def _another(self, context: Context, cluster: Cluster) -> str:
        """Return the cluster that takes the place of one that is over."""
        from datapipeline_provider.emr import clusters

        task = self._creator
        if task is None:
            raise ClusterGoneError(self.task_id, cluster, "Name one that runs.")
        again = f"Clear {self.cluster!r} with all that comes after it to run the work on a new one."
        if task.action_on_resource_failure != RETRY_ALL:
            raise ClusterGoneError(self.task_id, cluster, again)
        name = names.of_cluster(context, task.task_id)
        living = clusters.agreed(self._emr, name, self.log)
        if living is not None:
            return living.id
        if cluster.code == "USER_REQUEST":
            raise ClusterGoneError(self.task_id, cluster, f"Somebody has terminated it. {again}")
        first = self._emr.cluster(self._first_cluster(context))
        over = self._emr.clusters(
            name, ["TERMINATING", "TERMINATED_WITH_ERRORS"], first.created - timedelta(seconds=1)
        )
        died = sum(each.code != "USER_REQUEST" for each in over)
        if died > (task.retries or 0):
            used = f"{died} clusters have failed, and {task.task_id!r} has {task.retries} retries."
            raise ClusterGoneError(self.task_id, cluster, f"{used} {again}")
        request = task.request(self._emr, context, last=died == (task.retries or 0))
        return clusters.launched(self._emr, request, self.log)[0].id

    def _cancel(self, context: Context, cluster_id: str) -> list[str]:
        """Cancel all steps of this task, of this try or an earlier one; return their ids."""
        active = self._emr.steps(cluster_id, active=True)
        found = [step for step in active if names.is_mine(context, step.name)]
        if found:
            self.log.info("Cancelling %s", ", ".join(f"step {step.id} ({step.name})" for step in found))
            self._emr.cancel(cluster_id, [step.id for step in found])
        return [step.id for step in found]

    def _failed(self, step: StepStatus) -> Exception:
        from datapipeline_provider.emr import logs

        where = logs.folder(self.running, step.id)
        if where:
            logs.show(self._s3, where, self.log, self.log_wait, self.pause)
        return StepFailedError(self.task_id, self.running, step, where)

    def _interrupted(self, context: Context) -> Progress:
        return Progress(self._first_cluster(context), entered=True)

    def _end(self, context: Context, progress: Progress, error: BaseException) -> None:
        """Cancel what runs; end the cluster if that is what it is to be after a failure for good."""
        from datapipeline_provider.hooks.emr import OVER

        try:
            if not progress.entered or self._emr.cluster(progress.cluster_id).state in OVER:
                return
            self._cancel(context, progress.cluster_id)
            ti: Any = context["ti"]
            last = isinstance(error, AirflowFailException) or ti.try_number > ti.max_tries
            ends = self._creator is not None and self._creator.action_on_task_failure == TERMINATE
            if ends and last and not isinstance(error, CancelledError):
                self.log.warning(
                    "Cluster %s is terminated, because this activity has failed", progress.cluster_id
                )
                self._emr.terminate(progress.cluster_id)
        except (EmrError, CancelledError) as another:
            self.log.error("What was begun may run on until the cluster ends: %s", another)


def _replace(progress: Progress, cluster_id: str) -> Progress:
    """Begin again on another cluster."""
    return Progress(cluster_id, until=progress.until)
