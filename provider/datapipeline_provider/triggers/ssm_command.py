"""Waits in the triggerer for a command on an instance of EC2."""

from __future__ import annotations

from typing import Any

from datapipeline_provider.ec2.watch import Watch
from datapipeline_provider.hooks.ec2 import Ec2Hook
from datapipeline_provider.hooks.ssm import SsmHook
from datapipeline_provider.triggers._watching import WatchTrigger


class SsmCommandTrigger(WatchTrigger):
    """Fires when a command has ended, its instance is lost, or the time is over.

    :param command_id: the command.
    :param instance_id: the instance.
    :param until: when to fire in any case, in seconds since 1970.
    """

    def __init__(
        self,
        command_id: str,
        instance_id: str,
        until: float | None,
        poke_interval: float,
        aws_conn_id: str | None,
        region_name: str | None,
        state: dict[str, Any],
    ) -> None:
        watch = Watch(command_id, instance_id, until)
        super().__init__(watch, poke_interval, aws_conn_id, region_name, state)

    def hooks(self) -> tuple[Ec2Hook, SsmHook]:
        """Make the hooks that are asked."""
        return Ec2Hook(self.aws_conn_id, self.region_name), SsmHook(self.aws_conn_id, self.region_name)

    def end(self, *hooks: Any) -> None:
        """End the command."""
        _, ssm = hooks
        ssm.cancel(self.watch.command_id)

    def is_passing(self, error: Exception) -> bool:
        """Take every error for one that may pass: the command runs on meanwhile."""
        return True
