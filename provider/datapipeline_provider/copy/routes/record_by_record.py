"""The plain way, right for everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datapipeline_provider.copy.routes.route import Run
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.copy.sources import Source


class RecordByRecord:
    """Everything, in order, from any source into any sink."""

    name = "record by record"
    source = object
    sink = object

    def offer(self, source: Source, sink: Sink) -> Run:
        """Offer it always: the sink draws from the source."""
        return lambda progress: sink.write(source.batches(progress, sink.reader), progress)
