"""What the operators around EMR share: the way to EMR, waiting in the worker or in the triggerer, and being stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import conf
from datapipeline_provider.emr.errors import CancelledError, EmrError
from datapipeline_provider.operators._common import DataNodeOperator

if TYPE_CHECKING:
    from datetime import timedelta

    from datapipeline_provider.emr.watch import Watch
    from datapipeline_provider.hooks.emr import EmrHook

_SLICE_SECONDS = 0.5  # how soon a task that is told to stop notices; Airflow kills it after 5 seconds


class EmrOperator(DataNodeOperator):
    """An operator that asks EMR for something and waits for it.

    :param region_name: the region; the connection's own if not given. Templated.
    :param poke_interval: seconds between two looks at what is waited for.
    :param deferrable: wait in the triggerer; by default what Airflow's `[operators] default_deferrable` says.
    :param aws_conn_id: the connection to AWS.
    """

    _cancelled = False

    def __init__(
        self,
        *,
        region_name: str | None = None,
        poke_interval: float = 30.0,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.region_name = region_name
        self.poke_interval = poke_interval
        self.deferrable = deferrable
        self.aws_conn_id = aws_conn_id

    def on_kill(self) -> None:
        """Have the task stop; it may be a signal that interrupts anything, so nothing is done here."""
        self._cancelled = True

    def emr(self, region_name: str | None = None) -> EmrHook:
        """Make the client."""
        from datapipeline_provider.hooks.emr import EmrHook

        return EmrHook(self.aws_conn_id, self.region_name or region_name, self.log, self.pause)

    def pause(self, seconds: float) -> None:
        """Wait, and raise CancelledError soon after the task was told to stop."""
        until = time.monotonic() + seconds
        while True:
            if self._cancelled:
                raise CancelledError(self.task_id)
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _SLICE_SECONDS))

    def wait(self, emr: EmrHook, watch: Watch, **state: Any) -> None:
        """Wait for a while, then look again; in the triggerer until there is something to decide.

        :param state: what `execute_complete` finds as `state` in the event, JSON values
        """
        if not self.deferrable:
            left = self.poke_interval if watch.until is None else watch.until - time.time()
            self.pause(max(min(self.poke_interval, left), 0.0))
            return
        from datapipeline_provider.triggers.emr import EmrTrigger

        self.defer(
            trigger=EmrTrigger(*watch, self.poke_interval, self.aws_conn_id, emr.region, state),
            method_name="execute_complete",
        )

    def check(self, event: dict[str, Any]) -> None:
        """Raise what the trigger met."""
        if event["error"]:
            raise EmrError(str(event["error"]))


def moment(limit: timedelta | None) -> float | None:
    """Return when a limit that begins now is over, in seconds since 1970."""
    return None if limit is None else time.time() + limit.total_seconds()


def earliest(*moments: float | None) -> float | None:
    """Return the first of some moments, None if none is given."""
    return min((each for each in moments if each is not None), default=None)
