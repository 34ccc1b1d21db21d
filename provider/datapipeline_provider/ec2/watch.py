"""Knows when a wait for a command on an instance is over, one way or another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from datapipeline_provider.hooks.ec2 import COMING

if TYPE_CHECKING:
    from datapipeline_provider.hooks.ec2 import Ec2Hook
    from datapipeline_provider.hooks.ssm import SsmHook


class Watch(NamedTuple):
    """What is waited for.

    :param until: when to look in any case, in seconds since 1970: the machine's life is over then
    """

    command_id: str
    instance_id: str
    until: float | None

    def is_over(self, ec2: Ec2Hook, ssm: SsmHook) -> bool:
        """Say whether the command has ended, or the instance is not there any more, or the time is over."""
        if self.until is not None and time.time() >= self.until:
            return True
        outcome = ssm.outcome(self.command_id, self.instance_id)
        if outcome is not None and outcome.is_over:
            return True
        instance = ec2.instance(self.instance_id)
        return instance is None or instance.state not in COMING
