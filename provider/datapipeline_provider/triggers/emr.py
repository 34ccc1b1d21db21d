"""Waits in the triggerer for a cluster or a step of EMR."""

from __future__ import annotations

import logging
from typing import Any

from datapipeline_provider.emr.watch import Watch
from datapipeline_provider.hooks.emr import EmrHook
from datapipeline_provider.triggers._watching import WatchTrigger


class EmrTrigger(WatchTrigger):
    """Fires when there is something to decide about a cluster or a step.

    :param cluster_id: the cluster.
    :param step_id: the step, "" for the cluster itself.
    :param ends: whether the cluster is to end, rather than to be up.
    :param until: when to fire in any case, in seconds since 1970.
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
        watch = Watch(cluster_id, step_id, ends, until)
        super().__init__(watch, poke_interval, aws_conn_id, region_name, state)

    def hooks(self) -> tuple[EmrHook]:
        """Make the hook that is asked; the trigger itself is patient."""
        return (EmrHook(self.aws_conn_id, self.region_name, logging.getLogger(__name__), patience=0),)

    def end(self, *hooks: Any) -> None:
        """Cancel the step, or terminate the cluster."""
        (hook,) = hooks
        if self.watch.step_id:
            hook.cancel(self.watch.cluster_id, [self.watch.step_id])
        else:
            hook.terminate(self.watch.cluster_id)
