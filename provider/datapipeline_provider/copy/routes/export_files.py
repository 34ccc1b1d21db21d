"""From a database that writes files itself to S3."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.sources import SqlSource
from datapipeline_provider.hooks.bulk import Declined, DeclinedError

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Run
    from datapipeline_provider.hooks.bulk import Exporter


class ExportFile:
    """The bytes that the server writes go to S3 as they are."""

    name = "export by the database"
    source = SqlSource
    sink = S3Sink

    def offer(self, source: SqlSource, sink: S3Sink) -> Run | Declined:
        """Offer it where the database can write the sink's format."""
        if refusal := sink.refuses_bytes():
            return Declined(refusal)
        exporter = source.database.exporter(source.query(), sink.node.data_format)
        return exporter if isinstance(exporter, Declined) else partial(self._run, source, sink, exporter)

    def _run(self, source: SqlSource, sink: S3Sink, exporter: Exporter, progress: Progress) -> None:
        progress.advance(rows=0)
        try:
            sink.write_stream(
                exporter.columns, lambda write: source.export(exporter, write, progress), progress
            )
        except RecordError as error:
            if sink.on_unwritable == "fail":
                raise
            raise DeclinedError(f"{error} It is rewritten, which needs one record after another") from None
