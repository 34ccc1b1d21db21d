"""How files of a source in S3 are called in a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.copy import file_names
from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datapipeline_provider.copy.s3_sink import S3Sink
    from datapipeline_provider.copy.sources import S3Source
    from datapipeline_provider.s3.listing import S3Object


class SameNameError(DatapipelineError):
    """Two files that would become one, so that one of them would be lost."""

    def __init__(self, one: str, other: str, key: str) -> None:
        super().__init__(
            f"{one} and {other} would both be written as {key}. Copy them in two activities, or into one file."
        )


def pairs(source: S3Source, sink: S3Sink) -> list[tuple[S3Object, str]]:
    """Give each file of the source with the key it gets: the name below the directory stays.

    The files of a manifest keep their names below the folder that they have in common.

    :raises SameNameError: two files get the same key: of two buckets, or with and without `.gz`.
    """
    taken: dict[str, S3Object] = {}
    for found, key in _pairs(source, sink):
        if taken.setdefault(key, found).address != found.address:
            raise SameNameError(taken[key].address, found.address, key)
    return [(found, key) for key, found in taken.items()]


def _pairs(source: S3Source, sink: S3Sink) -> Iterator[tuple[S3Object, str]]:
    found = source.objects()
    base = source.node.key
    if source.node.directory_path is None:
        base = file_names.common_start([each.key for each in found]).rpartition("/")[0] + "/"
    for each in found:
        if sink.node.is_directory:
            name = each.key.removeprefix(base)
            yield each, file_names.in_directory(name, source.node, sink.node)
        else:
            yield each, sink.node.key
