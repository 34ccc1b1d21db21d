"""Knows when there is something to decide about a job run, for whoever waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from datapipeline_provider.hooks.emr_serverless import JOB_ENDED

if TYPE_CHECKING:
    from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook


class Watch(NamedTuple):
    """What is waited for.

    :param until: when the waiting ends in any case, in seconds since 1970
    """

    application_id: str
    job_run_id: str
    until: float | None = None

    def is_over(self, serverless: EmrServerlessHook) -> bool:
        """Ask EMR Serverless once whether somebody has to look."""
        if self.until is not None and time.time() >= self.until:
            return True
        return serverless.job(self.application_id, self.job_run_id).state in JOB_ENDED
