"""Knows how an operator stops that waits for work elsewhere: its pauses end soon, and whoever waits cleans up."""

from __future__ import annotations

import time

from datapipeline_provider._compat import BaseOperator
from datapipeline_provider.exceptions import CancelledError

_SLICE_SECONDS = 0.2  # how soon a task that is told to stop notices; Airflow kills it after 5 seconds


class StoppableOperator(BaseOperator):
    """An operator that waits for something by its `pause`."""

    _cancelled = False

    def on_kill(self) -> None:
        """Have the task stop; it may be a signal that interrupts anything, so nothing else is done here."""
        self._cancelled = True

    def pause(self, seconds: float) -> None:
        """Wait.

        :raises CancelledError: soon after the task was told to stop
        """
        until = time.monotonic() + seconds
        while True:
            if self._cancelled:
                raise CancelledError(self.task_id)
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _SLICE_SECONDS))
