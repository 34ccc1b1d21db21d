"""From a database that writes files to one that reads files, without a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.copy.channel import Channel
from datapipeline_provider.copy.sinks import SqlSink
from datapipeline_provider.copy.sources import SqlSource
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Run
    from datapipeline_provider.hooks.bulk import Exporter, Loader

FORM = QuotedCSV()
"""What travels: it carries every value."""


class Pipe:
    """One thread takes the bytes from the one server while another gives them to the other server."""

    name = "export and load by the databases, without a file"
    source = SqlSource
    sink = SqlSink

    def offer(self, source: SqlSource, sink: SqlSink) -> Run | Declined:
        """Offer it where both databases can."""
        exporter = source.database.exporter(source.query(), FORM)
        if isinstance(exporter, Declined):
            return Declined(f"the input: {exporter.reason}")
        loader = sink.database.loader(sink.target(), FORM)
        if isinstance(loader, Declined):
            return Declined(f"the output: {loader.reason}")
        return partial(self._run, source, sink, exporter, loader)

    def _run(
        self, source: SqlSource, sink: SqlSink, exporter: Exporter, loader: Loader, progress: Progress
    ) -> None:
        progress.advance(rows=0)
        loading = progress.apart()  # the rows are counted where they come from
        with sink.transaction(progress):
            with Channel(
                lambda write: source.export(exporter, write, progress), source.database.cancel, progress.stop
            ) as parts:
                loader.load(parts, source.describe(), loading)
            loader.finish(loading)
