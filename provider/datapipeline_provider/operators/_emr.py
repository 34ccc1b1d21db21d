"""What the operators around EMR share: the way to EMR, and waiting in the worker or in the triggerer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import conf
from datapipeline_provider.emr.errors import EmrError, EmrFailError
from datapipeline_provider.operators._common import DataNodeOperator
from datapipeline_provider.operators._stopping import StoppableOperator

if TYPE_CHECKING:
    from datetime import timedelta

    from datapipeline_provider._compat import BaseTrigger
    from datapipeline_provider.emr.watch import Watch
    from datapipeline_provider.emr_serverless.watch import Watch as JobWatch
    from datapipeline_provider.hooks.emr import EmrHook
    from datapipeline_provider.hooks.emr_serverless import EmrServerlessHook
    from datapipeline_provider.triggers._watching import WatchTrigger


class EmrOperator(StoppableOperator, DataNodeOperator):
    """An operator that asks EMR for something and waits for it.

    :param region_name: the region; the connection's own if not given. Templated.
    :param poke_interval: seconds between two looks at what is waited for.
    :param deferrable: wait in the triggerer; by default what Airflow's `[operators] default_deferrable` says.
    :param aws_conn_id: the connection to AWS.
    """

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

    def emr(self, region_name: str | None = None) -> EmrHook:
        """Make the client."""
        from datapipeline_provider.hooks.emr import EmrHook

        return EmrHook(self.aws_conn_id, self.region_name or region_name, self.log, self.pause)

    def trigger_type(self) -> type[WatchTrigger]:
        """Return the class of triggers that wait; the fields of what is waited for are its own arguments."""
        from datapipeline_provider.triggers.emr import EmrTrigger

        return EmrTrigger

    def trigger(self, watch: Any, region: str, state: dict[str, Any]) -> BaseTrigger:
        """Make the trigger that waits."""
        return self.trigger_type()(
            **watch._asdict(),
            poke_interval=self.poke_interval,
            aws_conn_id=self.aws_conn_id,
            region_name=region,
            state=state,
        )

    def wait(self, emr: EmrHook | EmrServerlessHook, watch: Watch | JobWatch, **state: Any) -> None:
        """Wait for a while, then look again; in the triggerer until there is something to decide.

        :param state: what `execute_complete` finds as `state` in the event, JSON values
        """
        if not self.deferrable:
            left = self.poke_interval if watch.until is None else watch.until - time.time()
            self.pause(max(min(self.poke_interval, left), 0.0))
            return
        self.defer(trigger=self.trigger(watch, emr.region, state), method_name="execute_complete")

    def check(self, event: dict[str, Any]) -> None:
        """Raise what the trigger met."""
        if event["error"]:
            raise EmrError(str(event["error"]))


def exactly_one(task_id: str, error: type[EmrFailError] = EmrFailError, **given: Any) -> None:
    """Raise unless exactly one of two arguments is given."""
    missing = [name for name, value in given.items() if value is None]
    if len(missing) != 1:
        found = "none is given" if missing else "both are given"
        raise error(f"{task_id}: exactly one of {' and '.join(given)} is needed; {found}.")


def moment(limit: timedelta | None) -> float | None:
    """Return when a limit that begins now is over, in seconds since 1970."""
    return None if limit is None else time.time() + limit.total_seconds()


def earliest(*moments: float | None) -> float | None:
    """Return the first of some moments, None if none is given."""
    return min((each for each in moments if each is not None), default=None)
