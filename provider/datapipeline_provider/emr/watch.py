"""Knows when there is something to decide about a cluster or a step, for whoever waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from datapipeline_provider.hooks.emr import ENDED, OVER, STEP_ENDED, UP

if TYPE_CHECKING:
    from datapipeline_provider.hooks.emr import EmrHook


class Watch(NamedTuple):
    """What is waited for.

    :param step_id: a step that is to end; "" waits for the cluster
    :param ends: whether the cluster is to end, rather than to be up
    :param until: when the waiting ends in any case, in seconds since 1970
    """

    cluster_id: str
    step_id: str = ""
    ends: bool = False
    until: float | None = None

    def is_over(self, emr: EmrHook) -> bool:
        """Ask EMR once whether somebody has to look."""
        if self.until is not None and time.time() >= self.until:
            return True
        state = emr.cluster(self.cluster_id).state
        if self.ends:
            return state in ENDED
        if state in OVER:
            return True
        if self.step_id:
            return emr.step(self.cluster_id, self.step_id).state in STEP_ENDED
        return state in UP
