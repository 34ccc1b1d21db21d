"""Waits in the triggerer until something is in S3."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseTrigger, TriggerEvent
from datapipeline_provider.sensors._waiting import PATIENCE_SECONDS, PAUSE_SECONDS
from datapipeline_provider.sensors.presence import Presence, S3RefusedError, ask_async, is_passing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class S3PresenceTrigger(BaseTrigger):
    """Fires when an object exists, or any object below a prefix, or S3 refuses to tell; another error fails the task.

    :param bucket: the bucket's name.
    :param key: the object's key, or what the keys start with.
    :param whole: True waits for exactly this key, False for any key that starts with it.
    :param poke_interval: seconds between two questions.
    :param aws_conn_id: the connection to AWS.
    """

    def __init__(
        self, bucket: str, key: str, whole: bool, poke_interval: float, aws_conn_id: str | None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.presence = Presence(bucket, key, whole)
        self.poke_interval = poke_interval
        self.aws_conn_id = aws_conn_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and the arguments to build this trigger again."""
        arguments = {"poke_interval": self.poke_interval, "aws_conn_id": self.aws_conn_id}
        return f"{type(self).__module__}.{type(self).__qualname__}", {**self.presence._asdict(), **arguments}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until it is there."""
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        hook: Any = S3Hook(aws_conn_id=self.aws_conn_id)
        async with await hook.get_async_conn() as client:
            try:
                while not await self._is_there(client):
                    await asyncio.sleep(self.poke_interval)
                found = {"there": str(self.presence)}
            except S3RefusedError as refused:
                found = {"refused": str(refused)}
        yield TriggerEvent(found)  # type: ignore[no-untyped-call]

    async def _is_there(self, client: Any) -> bool:
        """Ask once; where S3 does not answer, for a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await ask_async(client, self.presence.dialogue(self.aws_conn_id))
            except Exception as error:
                if not is_passing(error) or time.monotonic() > deadline:
                    raise
                self.log.warning("S3 does not answer now, asking again: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
