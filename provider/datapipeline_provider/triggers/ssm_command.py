"""Waits in the triggerer for a command on an instance of EC2."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseTrigger, TriggerEvent
from datapipeline_provider.ec2.watch import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from datapipeline_provider.hooks.ec2 import Ec2Hook
    from datapipeline_provider.hooks.ssm import SsmHook

_PATIENCE_SECONDS = 600.0


class SsmCommandTrigger(BaseTrigger):
    """Fires when there is something to decide; the task then looks itself. It needs no aiobotocore.

    :param command_id: the command.
    :param instance_id: the instance.
    :param until: when to fire in any case, in seconds since 1970.
    :param poke_interval: seconds between two questions.
    :param aws_conn_id: the connection to AWS.
    :param region_name: the region; the connection's own if not given.
    """

    def __init__(
        self,
        command_id: str,
        instance_id: str,
        until: float | None,
        poke_interval: float,
        aws_conn_id: str | None,
        region_name: str | None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watch = Watch(command_id, instance_id, until)
        self.poke_interval = poke_interval
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and the arguments to build this trigger again."""
        arguments = {
            "poke_interval": self.poke_interval,
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", {**self.watch._asdict(), **arguments}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until there is something to decide."""
        event = {"command_id": self.watch.command_id, "instance_id": self.watch.instance_id}
        try:
            ec2, ssm = await self._hooks()
            failing_since = None
            while True:
                try:
                    if await asyncio.to_thread(self.watch.is_over, ec2, ssm):
                        break
                    failing_since = None
                except Exception as error:
                    failing_since = failing_since or time.monotonic()
                    if time.monotonic() - failing_since > _PATIENCE_SECONDS:
                        raise
                    self.log.warning("AWS does not answer now, asking again: %s", error)
                await asyncio.sleep(self.poke_interval)
        except Exception as error:  # noqa: BLE001 - the task is to clean up, whatever it is
            event["error"] = f"{type(error).__name__}: {error}"
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    async def on_kill(self) -> None:
        """End what was waited for: somebody has ended the task. Airflow asks for it since 3.3."""
        _, ssm = await self._hooks()
        await asyncio.to_thread(ssm.cancel, self.watch.command_id)

    async def _hooks(self) -> tuple[Ec2Hook, SsmHook]:
        from asgiref.sync import sync_to_async

        from datapipeline_provider.hooks.ec2 import Ec2Hook
        from datapipeline_provider.hooks.ssm import SsmHook

        ec2, ssm = (
            Ec2Hook(self.aws_conn_id, self.region_name),
            SsmHook(self.aws_conn_id, self.region_name),
        )
        # Airflow gives a connection to no other kind of thread.
        await sync_to_async(lambda: (ec2.client, ssm.client))()
        return ec2, ssm
