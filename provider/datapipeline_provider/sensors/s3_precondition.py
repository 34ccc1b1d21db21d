"""Knows how a precondition waits: without a limit unless given one, and each attempt with its own time."""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import AirflowSensorTimeout, BaseSensorOperator, conf
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.sensors._waiting import POLL_SECONDS, WITHOUT_LIMIT
from datapipeline_provider.sensors.presence import is_missing

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context
    from datapipeline_provider.sensors.presence import Presence


class PreconditionTimeoutError(DatapipelineError):
    """What a precondition waits for did not come in time."""

    def __init__(self, presence: Presence, seconds: float) -> None:
        super().__init__(
            f"{presence} was not there within {timedelta(seconds=seconds)} (the sensor's timeout). "
            f"Clear this task to wait again, or find out why it is not being written."
        )


class S3PreconditionSensor(BaseSensorOperator):
    """Waits for something in S3. Unlike with Airflow's own sensors, a timeout is an attempt that may be retried.

    :param aws_conn_id: the connection to AWS.
    :param poke_interval: pause between two checks, seconds or timedelta.
    :param timeout: limit of one attempt, seconds or timedelta (`preconditionTimeout`).
    :param mode: "reschedule" (no worker slot is held) or "poke".
    :param deferrable: wait in the triggerer; by default what Airflow's `[operators] default_deferrable` says.
        Needs aiobotocore (the extra `deferrable`); without it the sensor waits by its mode.
    """

    def __init__(
        self,
        *,
        aws_conn_id: str | None = "aws_default",
        poke_interval: timedelta | float = POLL_SECONDS,
        timeout: timedelta | float = WITHOUT_LIMIT,
        mode: str = "reschedule",
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=poke_interval, timeout=timeout, mode=mode, **kwargs)
        self.aws_conn_id = aws_conn_id
        self.deferrable = deferrable

    @property
    @abstractmethod
    def presence(self) -> Presence:
        """What is waited for; after rendering."""

    def poke(self, context: Context) -> bool:
        """Ask S3 once."""
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook
        from botocore.exceptions import ClientError

        method, arguments = self.presence.request()
        self.log.info("Looking for %s", self.presence)
        try:
            answer = getattr(S3Hook(aws_conn_id=self.aws_conn_id).get_conn(), method)(**arguments)
        except ClientError as error:
            if is_missing(error):
                return False
            raise
        return self.presence.confirmed_by(answer)

    def execute(self, context: Context) -> None:
        """Return when it is there.

        :raises PreconditionTimeoutError: if it is not there within the timeout.
        :raises S3AddressError: if the rendered address is none.
        """
        try:
            if not self.deferrable or find_spec("aiobotocore") is None:
                super().execute(context)
            elif not self.poke(context):
                self._wait_in_triggerer()
        except AirflowSensorTimeout:
            raise PreconditionTimeoutError(self.presence, self.timeout) from None

    def _wait_in_triggerer(self) -> None:
        from datapipeline_provider.triggers.s3_presence import S3PresenceTrigger

        self.defer(
            trigger=S3PresenceTrigger(*self.presence, self.poke_interval, self.aws_conn_id),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )

    def execute_complete(self, context: Context, event: object) -> None:
        """Go on after the trigger has seen it; an error in the trigger never comes here."""
        self.log.info("%s is there", self.presence)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Turn the trigger's timeout into the same failure as the other modes give."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowSensorTimeout:
            raise PreconditionTimeoutError(self.presence, self.timeout) from None
