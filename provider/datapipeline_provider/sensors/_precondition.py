"""Knows how every precondition waits: without a limit unless given one, and each attempt with its own time."""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import AirflowFailException, AirflowSensorTimeout, BaseSensorOperator
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.sensors._waiting import POLL_SECONDS, WITHOUT_LIMIT

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context


class PreconditionTimeoutError(DatapipelineError):
    """What a precondition waits for did not come in time.

    :param awaited: what it waits for, the beginning of a sentence.
    """

    def __init__(self, awaited: str, seconds: float) -> None:
        super().__init__(
            f"{awaited} within {timedelta(seconds=seconds)} (the sensor's timeout). "
            f"Clear this task to wait again, or find out what keeps it."
        )


class RefusedError(DatapipelineError):
    """What is asked lacks a right, which no waiting brings: the text says where, what was answered and what to grant."""


class PreconditionSensor(BaseSensorOperator):
    """Waits for a precondition. Unlike with Airflow's own sensors, a timeout is an attempt that may be retried.

    A missing right fails the task at once, without further attempts: nobody is to wait for what never comes.

    :param poke_interval: pause between two checks, seconds or timedelta (`retryDelay`).
    :param timeout: limit of one attempt, seconds or timedelta (`preconditionTimeout`).
    :param mode: "reschedule" (no worker slot is held between checks) or "poke".
    :param kwargs: the arguments of every Airflow sensor; `retries` is `maximumRetries`.
    """

    def __init__(
        self,
        *,
        poke_interval: timedelta | float = POLL_SECONDS,
        timeout: timedelta | float = WITHOUT_LIMIT,
        mode: str = "reschedule",
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=poke_interval, timeout=timeout, mode=mode, **kwargs)

    @property
    @abstractmethod
    def missed(self) -> str:
        """What did not happen, the beginning of a sentence such as "s3://b/k was not there"; after rendering."""

    @abstractmethod
    def fulfilled(self, context: Context) -> bool:
        """Look once.

        :raises RefusedError: if a right is missing.
        """

    def poke(self, context: Context) -> bool:
        """Look once; AirflowFailException if a right is missing."""
        try:
            return self.fulfilled(context)
        except RefusedError as refused:
            raise AirflowFailException(str(refused)) from refused

    def execute(self, context: Context) -> None:
        """Return when it is fulfilled.

        :raises PreconditionTimeoutError: if it is not within the timeout.
        :raises AirflowFailException: if a right is missing.
        """
        try:
            super().execute(context)
        except AirflowSensorTimeout:
            raise PreconditionTimeoutError(self.missed, self.timeout) from None

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Turn a trigger's timeout into the same failure as the other modes give."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowSensorTimeout:
            raise PreconditionTimeoutError(self.missed, self.timeout) from None
