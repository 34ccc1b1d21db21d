"""From S3 to a database that reads files itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.lines import record_of
from datapipeline_provider.copy.sinks import SqlSink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.hooks.bulk import Declined, RefusedLineError

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Run
    from datapipeline_provider.hooks.bulk import Loader


class LoadFiles:
    """The bytes of one file after another go to the server as they are."""

    name = "load by the database"
    source = S3Source
    sink = SqlSink

    def offer(self, source: S3Source, sink: SqlSink) -> Run | Declined:
        """Offer it where the database can read the source's format."""
        loader = sink.database.loader(sink.target(), source.node.data_format)
        return loader if isinstance(loader, Declined) else partial(self._run, source, sink, loader)

    def _run(self, source: S3Source, sink: SqlSink, loader: Loader, progress: Progress) -> None:
        progress.advance(rows=0)
        with sink.transaction(progress):
            for found in source.objects():
                try:
                    loader.load(source.stream(found, progress), found.address, progress)
                except RefusedLineError as error:
                    again = source.stream(found, progress)
                    raise RecordError(found.address, record_of(error.line, again), error.problem) from None
            loader.finish(progress)
