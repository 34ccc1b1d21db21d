"""Turns two data nodes into an open source and sink, picks the route, and copies."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datapipeline_provider.copy import routes
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.sinks import SqlSink
from datapipeline_provider.copy.sources import S3Source, SqlSource
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.markers import Marker
    from datapipeline_provider.copy.progress import Moved, Progress
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.copy.sources import Source
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database

    DataNode = S3DataNode | SqlDataNode

NAMESPACE = uuid.UUID("5d2c8f3e-7a41-5b0e-9c55-2f8a3c1d6e70")


def generated_name(*identity: object) -> str:
    """Name a file after a task run, so that a retry replaces what an earlier attempt wrote.

    :param identity: what tells the task run from all others: DAG, task, run, map index.
    """
    return str(uuid.uuid5(NAMESPACE, "\0".join(map(str, identity))))


@dataclass
class Copy:
    """One copy from a data node to another.

    :param client: makes the S3 client; called only if a node is in S3.
    :param open_database: prepares the database of a connection id, see `hooks.database.database`.
    :param generated_name: see `S3Sink`.
    """

    source: DataNode
    sink: DataNode
    client: Callable[[], S3Client]
    open_database: Callable[[str], Database]
    generated_name: str
    progress: Progress
    marker: Marker | None = None
    """Makes a load into a database happen once; see `SqlSink`."""
    on_unwritable: str = "fail"
    """What becomes of a value that the format of a file cannot carry; see `S3Sink`."""
    _databases: list[Database] = field(default_factory=list)

    def run(self) -> Moved:
        """Copy everything, or fail and leave the target as it was."""
        with ExitStack() as stack:
            source, sink = self._source(stack), self._sink(stack)
            if not sink.prepare(self.progress):
                return self.progress.moved()
            routes.take(source, sink, self.progress)
        self.progress.tell("Copied")
        return self.progress.moved()

    def interrupt(self) -> None:
        """Make `run`, in another thread, fail soon: stop the running query, take no further batch."""
        self.progress.stop.set()
        for each in tuple(self._databases):
            each.cancel()

    def _source(self, stack: ExitStack) -> Source:
        if isinstance(self.source, S3DataNode):
            in_parts = isinstance(self.sink, S3DataNode) and bool(self.sink.part_size_mb)
            return S3Source(self.client(), self.source, self._output_below(self.source), in_parts)
        return SqlSource(self._open(self.source, stack), self.source)

    def _sink(self, stack: ExitStack) -> Sink:
        if isinstance(self.sink, S3DataNode):
            return S3Sink(self.client(), self.sink, self.generated_name, self.on_unwritable)
        return SqlSink(self._open(self.sink, stack), self.sink, self.marker)

    def _open(self, node: SqlDataNode, stack: ExitStack) -> Database:
        database = self.open_database(node.conn_id)
        self._databases.append(database)
        return stack.enter_context(database)

    def _output_below(self, source: S3DataNode) -> str | None:
        """Give the output's key if it lies below the input directory: a retry must not read it."""
        sink = self.sink
        if not isinstance(sink, S3DataNode) or sink.bucket != source.bucket or sink.key == source.key:
            return None
        return sink.key
