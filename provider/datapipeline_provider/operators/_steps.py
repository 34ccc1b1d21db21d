"""What the operators share whose work is said as steps, wherever those run: their order, and a place in S3 for what they read."""

from __future__ import annotations

import time
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from datapipeline_provider._compat import TaskDeferralError, TaskDeferralTimeout, TaskDeferred
from datapipeline_provider.emr import names
from datapipeline_provider.emr.errors import EmrError, EmrFailError
from datapipeline_provider.operators._emr import EmrOperator, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step


class Place(NamedTuple):
    """Where steps run.

    :param kind: what it is, for sentences: `cluster`
    :param log_uri: where its logs go, "" for nowhere
    :param setting: what says where its logs go, in the user's words
    """

    kind: str
    id: str
    log_uri: str
    setting: str


class StepsOperator(EmrOperator):
    """An operator whose work is steps; one subclass says which, another where they run.

    :param scratch_uri: `s3://bucket/prefix` for scripts that are made for the work; templated. By default they go below
        where the logs go.
    :param log_wait: how many seconds to wait for the log of a step that failed; AWS brings it after a while.
    """

    template_fields: Sequence[str] = ("scratch_uri", "region_name")
    template_ext: Sequence[str] = ()
    progress: ClassVar[type[Any]]
    """How far a try has come: a dataclass of JSON values, because it waits in Airflow's database, with an `until`."""

    _context: Context

    def __init__(self, *, scratch_uri: str | None = None, log_wait: float = 60.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scratch_uri = scratch_uri
        self.log_wait = log_wait

    def execute(self, context: Context) -> None:
        """Do the steps.

        :raises EmrError: if one of them fails, or what they run on is over.
        """
        self._go(context, self.progress(until=moment(self.execution_timeout) if self.deferrable else None))

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """Look at what the trigger has seen, and go on."""
        self._go(context, self.progress(**event["state"]), event)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after waiting; where Airflow could not wait, what runs is ended."""
        self._context = context
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except (TaskDeferralError, TaskDeferralTimeout) as error:
            self._after_failure(context, self._interrupted(context), error)
            raise

    @abstractmethod
    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the steps of the work; after rendering, `place` and `region` are known.

        May be called several times in a try, and has to return the same each time.
        """

    def after(self, context: Context, step: Step) -> None:
        """Do on the worker what follows one of `steps_to_run` that is done, before the next one begins."""

    @property
    @abstractmethod
    def place(self) -> Place | None:
        """Where the steps run, None before that is known."""

    @property
    def scratch(self) -> str:
        """Where this try may put what its steps read, `s3://bucket/.../`: always the same, and no other task's.

        :raises EmrFailError: if there is no place for it
        """
        from datapipeline_provider.s3 import address

        assert self.place is not None  # noqa: S101 - nobody asks before it is known
        kind, place_id, log_uri, setting = self.place
        uri = self.scratch_uri or log_uri
        if not uri:
            raise EmrFailError(
                f"{self.task_id}: what is to run has to be stored in S3, and {kind} {place_id} has no {setting}. "
                f"Give the task a scratch_uri, or the {kind} a {setting}."
            )
        return address.below(uri, self.own_folder)

    @property
    def own_folder(self) -> str:
        """The part of an S3 key, with a slash at its end, that no other task, run or try has."""
        assert self.place is not None  # noqa: S101 - nobody asks before it is known
        ti: Any = self._context["ti"]
        task = f"{self.task_id}-{names.digest(self._context)}"
        return f"{self.place.id}/datapipeline/{task}/{ti.try_number}/"

    def put(self, name: str, text: str, folder: str | None = None) -> str:
        """Store a text where the steps can read it; return its S3 address.

        :param folder: `s3://bucket/.../`; `scratch` if not given
        :raises EmrFailError: if there is no place for it
        """
        from datapipeline_provider.s3 import address
        from datapipeline_provider.s3.errors import told

        uri = f"{folder or self.scratch}{name}"
        bucket, key = address.split(uri)
        with told(uri):
            self._s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
        return uri

    @cached_property
    def _s3(self) -> Any:
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        return S3Hook(aws_conn_id=self.aws_conn_id).get_conn()

    def _go(self, context: Context, progress: Any, event: dict[str, Any] | None = None) -> None:
        self._context = context
        try:
            if event is not None:
                self.check(event)
            self._advance(context, progress)
        except TaskDeferred:
            raise
        except BaseException as error:
            self._after_failure(context, progress, error)
            raise

    def _after_failure(self, context: Context, progress: Any, error: BaseException) -> None:
        self._end(context, progress, error)
        self.tidy()

    def _keep_limit(self, until: float | None) -> None:
        """Raise if a try that waits in the triggerer is over, in seconds since 1970."""
        if until is not None and time.time() >= until:
            raise EmrError(
                f"{self.task_id}: it took longer than its execution_timeout, {self.execution_timeout}."
            )

    def tidy(self) -> None:
        """Remove what was put somewhere for the work, after a try has failed or was stopped."""

    @abstractmethod
    def _advance(self, context: Context, progress: Any) -> None:
        """Do what is to be done next, until all is done."""

    @abstractmethod
    def _end(self, context: Context, progress: Any, error: BaseException) -> None:
        """End what runs after a try has failed, or was stopped.

        :param progress: how far it has come
        """

    @abstractmethod
    def _interrupted(self, context: Context) -> Any:
        """Return how far a try has come that Airflow ended while it waited, and of which no more is known."""
