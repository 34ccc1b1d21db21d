"""Waits in the triggerer for a job run of EMR Serverless."""

from __future__ import annotations

from typing import Any

from datapipeline_provider.emr_serverless.watch import Watch
from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook
from datapipeline_provider.triggers._watching import WatchTrigger


class EmrServerlessTrigger(WatchTrigger):
    """Fires when a job run has ended, or the time is over.

    :param application_id: the application.
    :param job_run_id: the job run.
    :param until: when to fire in any case, in seconds since 1970.
    """

    def __init__(
        self,
        application_id: str,
        job_run_id: str,
        until: float | None,
        poke_interval: float,
        aws_conn_id: str | None,
        region_name: str | None,
        state: dict[str, Any],
    ) -> None:
        watch = Watch(application_id, job_run_id, until)
        super().__init__(watch, poke_interval, aws_conn_id, region_name, state)

    def hooks(self) -> tuple[EmrServerlessHook]:
        """Make the hook that is asked."""
        return (EmrServerlessHook(self.aws_conn_id, self.region_name),)

    def end(self, *hooks: Any) -> None:
        """Cancel the job run."""
        (hook,) = hooks
        hook.cancel(self.watch.application_id, self.watch.job_run_id)
