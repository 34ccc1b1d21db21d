"""Knows how a task is to behave that ends what another one has launched: as a teardown that is not given up easily."""

from __future__ import annotations

from typing import Any

from datapipeline_provider._compat import BaseOperator

_RETRIES = 3


class EndingOperator(BaseOperator):
    """A task that ends a resource. It is tried again: what is not ended costs money, and ending twice does no harm."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.retries = max(self.retries or 0, _RETRIES)

    def as_teardown(self, **kwargs: Any) -> Any:
        """Make it a teardown that runs whatever became of its setup: a launch that was killed may have launched."""
        teardown = super().as_teardown(**kwargs)
        self.trigger_rule = type(self.trigger_rule)("all_done")
        return teardown
