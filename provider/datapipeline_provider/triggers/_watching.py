"""Waits in the triggerer until somebody has to look at work that a service of AWS does."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseTrigger, TriggerEvent
from datapipeline_provider.emr.errors import EmrError, RefusedError
from datapipeline_provider.hooks.emr import PATIENCE_SECONDS

_PAUSE = 15.0

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class WatchTrigger(BaseTrigger):
    """Fires when there is something to decide; the task then looks itself. It needs no aiobotocore.

    An error is no failure of the trigger, but part of the event, so that the task can clean up.

    :param watch: what is waited for: a NamedTuple, whose fields are the trigger's own arguments, with an `is_over(*hooks)`.
    :param poke_interval: seconds between two questions.
    :param aws_conn_id: the connection to AWS.
    :param region_name: the region; the connection's own if not given.
    :param state: what the event says again, for the task: JSON values.
    """

    def __init__(
        self,
        watch: Any,
        poke_interval: float,
        aws_conn_id: str | None,
        region_name: str | None,
        state: dict[str, Any],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watch = watch
        self.poke_interval = poke_interval
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.state = state

    @abstractmethod
    def hooks(self) -> tuple[Any, ...]:
        """Make the hooks that are asked."""

    @abstractmethod
    def end(self, *hooks: Any) -> None:
        """End what was waited for."""

    def is_passing(self, error: Exception) -> bool:
        """Say whether AWS may answer the same question a moment later."""
        return isinstance(error, RefusedError) and error.passing

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
            hooks = await self._ready()
            while not await self._looked(hooks):
                await asyncio.sleep(self.poke_interval)
        except EmrError as error:
            yield self._event(str(error))
        except Exception as error:  # noqa: BLE001 - the task is to clean up, whatever it is
            yield self._event(f"{type(error).__name__}: {error}")
        else:
            yield self._event("")

    async def on_kill(self) -> None:
        """End what was waited for: somebody has ended the task. Airflow asks for it since 3.3."""
        hooks = await self._ready()
        await asyncio.to_thread(self.end, *hooks)

    def _event(self, error: str) -> TriggerEvent:
        return TriggerEvent({"error": error, "state": self.state})  # type: ignore[no-untyped-call]

    async def _looked(self, hooks: tuple[Any, ...]) -> bool:
        """Ask once, patient with a service that fails for a while; threads are not held meanwhile."""
        given_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                over: bool = await asyncio.to_thread(self.watch.is_over, *hooks)
                return over
            except Exception as error:
                if not self.is_passing(error) or time.monotonic() > given_up:
                    raise
                self.log.warning("%s", error)
            await asyncio.sleep(min(self.poke_interval, _PAUSE))

    async def _ready(self) -> tuple[Any, ...]:
        from asgiref.sync import sync_to_async

        hooks = self.hooks()
        # Airflow gives a connection to no other kind of thread.
        await sync_to_async(lambda: [hook.client for hook in hooks])()
        return hooks
