"""Knows how a precondition waits for something in S3: on a worker, or in the triggerer."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import AirflowFailException, conf
from datapipeline_provider.sensors._precondition import PreconditionSensor
from datapipeline_provider.sensors._waiting import PATIENCE_SECONDS, PAUSE_SECONDS
from datapipeline_provider.sensors.presence import ask, is_passing

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context
    from datapipeline_provider.sensors.presence import Presence


class S3PreconditionSensor(PreconditionSensor):
    """Waits for something in S3.

    :param aws_conn_id: the connection to AWS. It may list the bucket, or read what is waited for.
    :param deferrable: wait in the triggerer; by default what Airflow's `[operators] default_deferrable` says.
        Needs aiobotocore (the extra `deferrable`); without it the sensor waits by its mode.
    :param kwargs: the arguments of PreconditionSensor and of every Airflow sensor.
    """

    def __init__(
        self,
        *,
        aws_conn_id: str | None = "aws_default",
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.aws_conn_id = aws_conn_id
        self.deferrable = deferrable

    @property
    @abstractmethod
    def presence(self) -> Presence:
        """What is waited for; after rendering. S3AddressError if the rendered text is no address."""

    @property
    def missed(self) -> str:
        """What did not happen."""
        return f"{self.presence} was not there"

    def fulfilled(self, context: Context) -> bool:
        """Ask S3 once; where it does not answer, for a while."""
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        client = S3Hook(aws_conn_id=self.aws_conn_id).get_conn()
        self.log.info("Looking for %s", self.presence)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return ask(client, self.presence.dialogue(self.aws_conn_id))
            except Exception as error:
                if not is_passing(error) or time.monotonic() > deadline:
                    raise
                self.log.warning("S3 does not answer now, asking again: %s", error)
                time.sleep(PAUSE_SECONDS)

    def execute(self, context: Context) -> None:
        """Return when it is there.

        :raises PreconditionTimeoutError: if it is not there within the timeout.
        :raises AirflowFailException: if a right is missing.
        :raises S3AddressError: if the rendered address is none.
        """
        if not self.deferrable or find_spec("aiobotocore") is None:
            super().execute(context)
        elif not self.poke(context):
            self._wait_in_triggerer()

    def _wait_in_triggerer(self) -> None:
        from datapipeline_provider.triggers.s3_presence import S3PresenceTrigger

        self.defer(
            trigger=S3PresenceTrigger(*self.presence, self.poke_interval, self.aws_conn_id),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )

    def execute_complete(self, context: Context, event: object) -> None:
        """Go on after the trigger has seen it; AirflowFailException if a right is missing."""
        if isinstance(event, Mapping) and "refused" in event:
            raise AirflowFailException(event["refused"])
        self.log.info("%s is there", self.presence)
