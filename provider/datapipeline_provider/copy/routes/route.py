"""What a route is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from datapipeline_provider.copy.progress import Progress

if TYPE_CHECKING:
    from datapipeline_provider.hooks.bulk import Declined

Run = Callable[[Progress], None]


class Route(Protocol):
    """One way to copy."""

    @property
    def name(self) -> str:
        """What the log calls it, after "Copying ... :" and after "Not by"."""

    @property
    def source(self) -> type[Any]:
        """The class of sources it is meant for; for others it is not even mentioned."""

    @property
    def sink(self) -> type[Any]:
        """Likewise of sinks."""

    def offer(self, source: Any, sink: Any) -> Run | Declined:
        """Give a function that copies everything, or why this way is not right for these two ends.

        The function raises DeclinedError if that shows only on the way.
        """
