"""Brings rows of databases to a directory in S3 for a cluster to read, and loads what it has written into a database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy.planning import Copy
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.copy.running import Cancellable
from datapipeline_provider.copy.s3_sink import S3Sink
from datapipeline_provider.copy.writing.unquoted import NULL
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.database import database
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.hooks.tables import create_table
from datapipeline_provider.s3 import address, listing
from datapipeline_provider.s3.errors import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import ExitStack

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database

FORMAT = TSV()
"""How rows stand in the directory: Data Pipeline's own dialect, which Hive's delimited tables are told to speak."""
NULL_TEXT = NULL
_PER_REQUEST = 1000
_HARMFUL = re.compile(r"[,:.`]")


@dataclass(frozen=True)
class _NotingSink(S3Sink):
    """A sink that takes note of the names of the columns."""

    names: list[str] = field(default_factory=list)

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        super().write(self._noted(batches), progress)

    def write_stream(
        self,
        columns: tuple[str, ...],
        export: Callable[[Callable[[bytes], object]], object],
        progress: Progress,
    ) -> None:
        self.names[:] = columns
        super().write_stream(columns, export, progress)

    def _noted(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for batch in batches:
            self.names[:] = batch.columns
            yield batch


@dataclass
class _Export(Copy):
    """A copy whose output's columns are known afterwards."""

    names: list[str] = field(default_factory=list)

    def _sink(self, stack: ExitStack) -> Sink:
        assert isinstance(self.sink, S3DataNode)  # noqa: S101 - that is where exports go
        return _NotingSink(
            self.client(), self.sink, self.generated_name, self.on_unwritable, names=self.names
        )


@dataclass
class SqlStaging:
    """What is staged for one task.

    :param client: of S3
    :param aws_conn_id: the AWS connection, for looking up RDS instances
    """

    client: Any
    aws_conn_id: str | None
    log: Any
    _running: Cancellable[Any] | None = None

    def export(self, node: SqlDataNode, directory: str) -> tuple[str, ...]:
        """Write the rows of a query or table into an empty directory; return the columns' names."""
        work = self._copy(_Export, node, S3DataNode(directory_path=directory, data_format=FORMAT))
        self._run(work.run, work.interrupt)
        return unique(work.names)

    def columns(self, node: SqlDataNode) -> tuple[str, ...]:
        """Return the columns of an output, whose table is created if need be.

        They are those of its select query, or else of its table; numbered ones where the insert query takes others.
        """
        with database(node.conn_id, self.aws_conn_id) as opened:
            return unique(self._run(lambda: self._columns(opened, node), opened.cancel))

    def _columns(self, opened: Database, node: SqlDataNode) -> Sequence[str]:
        create_table(opened, node, self.log)
        if node.select_query:
            return _of_query(opened, node.select_query)
        columns: Sequence[str] = ()
        if node.table or not node.insert_query:
            columns = opened.table_columns(opened.quoted(node.needed_table(), node.schema_name))
        if node.insert_query:
            count = sql_text.parse_one(node.insert_query, opened.dialect).placeholders
            if count != len(columns):
                return [f"c{number}" for number in range(1, count + 1)]
        return columns

    def load(self, directory: str, node: SqlDataNode) -> None:
        """Load all files of a directory into a database, by its insert query if it has one; no file is no row."""
        if not self.objects(directory):
            self.log.info("The cluster has written nothing for %s", node.table or node.conn_id)
            return
        work = self._copy(Copy, S3DataNode(directory_path=directory, data_format=FORMAT), node)
        self._run(work.run, work.interrupt)

    def bring(self, node: S3DataNode, directory: str) -> None:
        """Copy the file of a node into an empty directory: a table is all files of one."""
        target = f"{directory}{node.key.rpartition('/')[2]}"
        bucket, key = address.split(target)
        source = {"Bucket": node.bucket, "Key": node.key}
        with told(node.address):
            listing.one(self.client, node.bucket, node.key)
            self._run(partial(self.client.copy, source, bucket, key), lambda: None)

    def remove(self, directory: str) -> None:
        """Remove all objects below a directory, also those that stand for directories themselves."""
        bucket, prefix = address.split(directory)
        with told(directory):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            keys = [{"Key": each["Key"]} for page in pages for each in page.get("Contents", [])]
            for start in range(0, len(keys), _PER_REQUEST):
                self.client.delete_objects(
                    Bucket=bucket, Delete={"Objects": keys[start : start + _PER_REQUEST], "Quiet": True}
                )

    def objects(self, directory: str) -> list[listing.S3Object]:
        """List the files below a directory, without a marker of no bytes that says that it is complete."""
        with told(directory):
            found = listing.below(self.client, *address.split(directory))
        return [each for each in found if each.size or not each.key.endswith("_SUCCESS")]

    def cancel(self) -> None:
        """Stop what is being copied."""
        if self._running is not None:
            self._running.cancel()

    def _copy(self, kind: type[Any], source: Any, sink: Any) -> Any:
        return kind(
            source=source,
            sink=sink,
            client=lambda: self.client,
            open_database=lambda conn_id: database(conn_id, self.aws_conn_id),
            generated_name="rows",
            progress=Progress(self.log),
        )

    def _run(self, work: Callable[[], Any], interrupt: Callable[[], None]) -> Any:
        self._running = Cancellable(work, interrupt)
        return self._running.run()


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return names that a table's columns can have: different from each other, whatever the case, and without separators."""
    found: dict[str, str] = {}
    for name in names:
        plain = _HARMFUL.sub("_", name) or "_"
        wanted, number = plain, 1
        while wanted.lower() in found:
            number += 1
            wanted = f"{plain}_{number}"
        found[wanted.lower()] = wanted
    return tuple(found.values())


def _of_query(opened: Database, query: str) -> tuple[str, ...]:
    """Return the columns of a query; its rows may be many, so that it is asked for none of them if that can be said."""
    none_of_it = f"SELECT * FROM ({query.strip().rstrip(';')}\n) datapipeline WHERE 1 = 0"  # noqa: S608 - theirs
    try:
        for _ in opened.reading(none_of_it, reader=None):
            pass
    except DatabaseError:
        opened.rollback()
        next(iter(opened.reading(query, reader=None)), None)
    return opened.columns
