"""The errors the provider raises; each takes facts and writes the sentence."""

from __future__ import annotations


class DatapipelineError(Exception):
    """Base class of all errors of this provider."""


class CancelledError(DatapipelineError):
    """A task was told to stop while it waited for work elsewhere."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"{task_id}: the task was told to stop.")
