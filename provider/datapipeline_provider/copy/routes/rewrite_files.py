"""From S3 to S3 where something about the files changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.copy.routes.files import pairs
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Run


class RewriteFiles:
    """Each file of the source becomes one file in the directory, record by record."""

    name = "file by file, record by record"
    source = S3Source
    sink = S3Sink

    def offer(self, source: S3Source, sink: S3Sink) -> Run | Declined:
        """Offer it into a directory of S3."""
        if not sink.node.is_directory:
            return Declined("the output is one file")
        return partial(self._run, source, sink)

    def _run(self, source: S3Source, sink: S3Sink, progress: Progress) -> None:
        found = pairs(source, sink)
        with sink.files((key for _, key in found), progress) as files:
            for each, key in found:
                files.write(key, source.batches_of(each, progress))
