"""The ways a copy can go, the most direct first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy.sinks import S3Sink
from datapipeline_provider.copy.sources import S3Source
from datapipeline_provider.data_formats import delimited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.copy.sources import Source
    from datapipeline_provider.s3.listing import S3Object


class Route(Protocol):
    """One way to copy."""

    name: str
    """What the log calls it."""

    def fits(self, source: Source, sink: Sink) -> bool:
        """Say whether this way gives the right result for these two ends."""

    def run(self, source: Source, sink: Sink, progress: Progress) -> None:
        """Copy everything."""


class CopyObjects:
    """S3 copies the objects itself, bytes untouched: same format, same compression (dp-object-copyactivity)."""

    name = "object copy inside S3"

    def fits(self, source: Source, sink: Sink) -> bool:
        """Only from S3 to S3; several files cannot become one this way."""
        return (
            isinstance(source, S3Source)
            and isinstance(sink, S3Sink)
            and delimited.same(source.node.data_format, sink.node.data_format)
            and source.node.gzipped == sink.node.gzipped
            and (sink.node.is_directory or not source.node.is_directory)
        )

    def run(self, source: Source, sink: Sink, progress: Progress) -> None:
        """Ask S3 for one copy after another."""
        assert isinstance(source, S3Source)
        assert isinstance(sink, S3Sink)
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

    def fits(self, source: Source, sink: Sink) -> bool:
        """Only from S3 into a directory of S3."""
        return isinstance(source, S3Source) and isinstance(sink, S3Sink) and sink.node.is_directory

    def run(self, source: Source, sink: Sink, progress: Progress) -> None:
        """Read and write one file after another."""
        assert isinstance(source, S3Source)
        assert isinstance(sink, S3Sink)
        for found, key in _pairs(source, sink):
            sink.write_to(key, source.batches_of(found, progress), progress)


class RecordByRecord:
    """Everything, in order, from any source into any sink."""

    name = "record by record"

    def fits(self, source: Source, sink: Sink) -> bool:
        """Say yes."""
        return True

    def run(self, source: Source, sink: Sink, progress: Progress) -> None:
        """Let the sink draw from the source."""
        sink.write(source.batches(progress, sink.reader), progress)


ROUTES: tuple[Route, ...] = (CopyObjects(), RewriteFiles(), RecordByRecord())


def route(source: Source, sink: Sink) -> Route:
    """Pick the first route that fits."""
    return next(each for each in ROUTES if each.fits(source, sink))


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
