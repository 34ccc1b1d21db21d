"""From S3 to S3 without a byte through this machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datapipeline_provider.copy.routes.files import pairs
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.data_formats import delimited
from datapipeline_provider.hooks.bulk import Declined

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Run


class CopyObjects:
    """S3 copies the objects itself, bytes untouched (dp-object-copyactivity).

    Format and compression have to be the same, and several files cannot become one.
    """

    name = "object copy inside S3"
    source = S3Source
    sink = S3Sink

    def offer(self, source: S3Source, sink: S3Sink) -> Run | Declined:
        """Offer it where the bytes stay the same."""
        if not delimited.same(source.node.data_format, sink.node.data_format):
            return Declined("the formats of input and output differ")
        if source.node.packing != sink.node.packing:
            return Declined("the compression of input and output differs")
        if sink.node.clean_up:
            return Declined("clean_up changes values")
        if sink.node.part_size_mb:
            return Declined("the output is cut into parts")
        if source.node.is_directory and not sink.node.is_directory:
            return Declined("the files of a directory become one file")
        return partial(self._run, source, sink)

    def _run(self, source: S3Source, sink: S3Sink, progress: Progress) -> None:
        found = pairs(source, sink)
        with sink.files((key for _, key in found), progress) as files:
            for each, key in found:
                progress.advance()
                files.copy(source.client, each, key)
