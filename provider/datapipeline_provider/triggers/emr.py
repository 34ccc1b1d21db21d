"""Waits in the triggerer for a cluster or a step of EMR."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseTrigger, TriggerEvent
from datapipeline_provider.emr.errors import EmrError, RefusedError
from datapipeline_provider.emr.watch import Watch
from datapipeline_provider.hooks.emr import PATIENCE_SECONDS, EmrHook

_PAUSE = 15.0

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class EmrTrigger(BaseTrigger):
    """Fires when there is something to decide; the task then looks itself. It needs no aiobotocore.

    An error is no failure of the trigger, but part of the event, so that the task can clean up.

    :param cluster_id: the cluster.
    :param step_id: the step, "" for the cluster itself.
    :param ends: whether the cluster is to end, rather than to be up.
    :param until: when to fire in any case, in seconds since 1970.
    :param poke_interval: seconds between two questions.
    :param aws_conn_id: the connection to AWS.
    :param region_name: the region; the connection's own if not given.
    :param state: what the event says again, for the task: JSON values.
    """

    def __init__(
        self,
        cluster_id: str,
        step_id: str,
        ends: bool,
        until: float | None,
        poke_interval: float,
        aws_conn_id: str | None,
        region_name: str | None,
        state: dict[str, Any],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watch = Watch(cluster_id, step_id, ends, until)
        self.poke_interval = poke_interval
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.state = state

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and the arguments to build this trigger again."""
        arguments = {
            "poke_interval": self.poke_interval,
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "state": self.state,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", {**self.watch._asdict(), **arguments}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until there is something to decide."""
        try:
            emr = await self._hook()
            while not await self._looked(emr):
                await asyncio.sleep(self.poke_interval)
        except EmrError as error:
            yield self._event(str(error))
        except Exception as error:  # noqa: BLE001 - the task is to clean up, whatever it is
            yield self._event(f"{type(error).__name__}: {error}")
        else:
            yield self._event("")

    async def on_kill(self) -> None:
        """End what was waited for: somebody has ended the task. Airflow asks for it since 3.3."""
        emr = await self._hook()
        if self.watch.step_id:
            await asyncio.to_thread(emr.cancel, self.watch.cluster_id, [self.watch.step_id])
        else:
            await asyncio.to_thread(emr.terminate, self.watch.cluster_id)

    def _event(self, error: str) -> TriggerEvent:
        return TriggerEvent({"error": error, "state": self.state})  # type: ignore[no-untyped-call]

    async def _looked(self, emr: EmrHook) -> bool:
        """Ask once, patient with a service that fails for a while; threads are not held meanwhile."""
        given_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await asyncio.to_thread(self.watch.is_over, emr)
            except RefusedError as error:
                if not error.passing or time.monotonic() > given_up:
                    raise
                self.log.warning("%s", error)
            await asyncio.sleep(min(self.poke_interval, _PAUSE))

    async def _hook(self) -> EmrHook:
        from asgiref.sync import sync_to_async

        emr = EmrHook(self.aws_conn_id, self.region_name, logging.getLogger(__name__), patience=0)
        await sync_to_async(lambda: emr.client)()  # Airflow gives a connection to no other kind of thread
        return emr
