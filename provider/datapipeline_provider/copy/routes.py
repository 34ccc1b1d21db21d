"""The ways a copy can go, the most direct first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy.sinks import S3Sink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.data_formats import delimited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.copy.sources import Source
    from datapipeline_provider.s3.listing import S3Object


class Route(Protocol):
    """One way to copy."""

    name: str
    """What the log calls it."""

    def offer(self, source: Source, sink: Sink) -> Callable[[Progress], None] | None:
        """Give a function that copies everything, or None if this way is not right for these two ends."""


class CopyObjects:
    """S3 copies the objects itself, bytes untouched (dp-object-copyactivity).

    Format and compression have to be the same, and several files cannot become one.
    """

    name = "object copy inside S3"

    def offer(self, source: Source, sink: Sink) -> Callable[[Progress], None] | None:
        """Offer it from S3 to S3."""
        if (
            isinstance(source, S3Source)
            and isinstance(sink, S3Sink)
            and delimited.same(source.node.data_format, sink.node.data_format)
            and source.node.gzipped == sink.node.gzipped
            and (sink.node.is_directory or not source.node.is_directory)
        ):
            return partial(self._run, source, sink)
        return None

    def _run(self, source: S3Source, sink: S3Sink, progress: Progress) -> None:
        for found, key in _pairs(source, sink):
            progress.advance()
            # boto3 copies what is larger than 5 GB in parts, and aborts the upload if that fails.
            sink.client.copy(
                {"Bucket": found.bucket, "Key": found.key},
                sink.node.bucket,
                key,
                ExtraArgs=sink.node.write_arguments,
                SourceClient=source.client,
            )
            progress.advance(written=found.size, objects=1)


class RewriteFiles:
    """Each file of the source becomes one file in the directory, record by record."""

    name = "file by file, record by record"

    def offer(self, source: Source, sink: Sink) -> Callable[[Progress], None] | None:
        """Offer it from S3 into a directory of S3."""
        if isinstance(source, S3Source) and isinstance(sink, S3Sink) and sink.node.is_directory:
            return partial(self._run, source, sink)
        return None

    def _run(self, source: S3Source, sink: S3Sink, progress: Progress) -> None:
        for found, key in _pairs(source, sink):
            sink.write_to(key, source.batches_of(found, progress), progress)


class RecordByRecord:
    """Everything, in order, from any source into any sink."""

    name = "record by record"

    def offer(self, source: Source, sink: Sink) -> Callable[[Progress], None]:
        """Offer it always: the sink draws from the source."""
        return lambda progress: sink.write(source.batches(progress, sink.reader), progress)


ROUTES: tuple[Route, ...] = (CopyObjects(), RewriteFiles(), RecordByRecord())


def route(source: Source, sink: Sink) -> tuple[str, Callable[[Progress], None]]:
    """Pick the first route that fits: its name, and the function that copies everything."""
    offers = ((each.name, each.offer(source, sink)) for each in ROUTES)
    return next((name, run) for name, run in offers if run is not None)


def _pairs(source: S3Source, sink: S3Sink) -> Iterator[tuple[S3Object, str]]:
    """Yield each file of the source with the key it gets: the name below the directory stays."""
    base = source.node.key if source.node.is_directory else source.node.key.rpartition("/")[0] + "/"
    for found in source.objects():
        if not sink.node.is_directory:
            yield found, sink.node.key
            continue
        name = found.key.removeprefix(base)
        if source.node.gzipped and not sink.node.gzipped:
            name = name.removesuffix(".gz")
        elif sink.node.gzipped and not source.node.gzipped:
            name += ".gz"
        yield found, sink.node.key + name
