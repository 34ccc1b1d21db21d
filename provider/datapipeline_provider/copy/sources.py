"""Where records come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy import file_names, reading
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.parquet import Parquet
from datapipeline_provider.hooks.bulk import UnwritableError
from datapipeline_provider.s3 import address, compression, download, listing, manifest
from datapipeline_provider.s3.errors import told
from datapipeline_provider.s3.ranged import RangedObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.bulk import Exporter
    from datapipeline_provider.hooks.database import Database
    from datapipeline_provider.s3.listing import S3Object


class Source(Protocol):
    """What every source can do; what more it can do, a route finds by its class."""

    def batches(self, progress: Progress, reader: str | None) -> Iterator[Batch]:
        """Yield all records in order, holding no more than a batch.

        :param reader: None if a text file gets them, otherwise the kind of database that does.
        """

    def finish(self) -> None:
        """Let take effect what the reading has done, after everything read has taken effect in the sink."""

    def undo(self) -> None:
        """Be ready to be read again from the beginning."""

    def describe(self) -> str:
        """Name the source for the log."""


@dataclass(frozen=True)
class SqlSource:
    """The rows of a query, or of a whole table; the database is open."""

    database: Database
    node: SqlDataNode

    def query(self) -> str:
        """Give the query; SqlDataNodeError if the node has neither query nor table."""
        if self.node.select_query:
            return self.node.select_query
        table = self.database.quoted(self.node.needed_table(), self.node.schema_name)
        return f"SELECT * FROM {table}"  # noqa: S608 - the name is quoted

    def batches(self, progress: Progress, reader: str | None) -> Iterator[Batch]:
        """Run the query and yield its rows."""
        first = 1
        progress.advance(rows=0)
        for rows in self.database.reading(self.query(), reader=reader):
            progress.advance(rows=len(rows))
            yield Batch(self.describe(), first, rows, self.database.columns)
            first += len(rows)
        if first == 1:  # the names of the columns are known all the same
            yield Batch(self.describe(), first, [], self.database.columns)
        self._end()

    def export(self, exporter: Exporter, write: Callable[[bytes], object], progress: Progress) -> None:
        """Let the server itself write the rows; the exporter is one of this query."""
        try:
            exporter.export(write, progress)
        except UnwritableError as error:
            raise RecordError(self.describe(), error.row, error.problem, error.key) from None
        self._end()

    def _end(self) -> None:
        """End the transaction if it has only read: what still comes may take long, and servers end idle ones.

        If it has written, it waits: a load that fails must not leave that, nor one that begins anew do it twice.
        """
        if not self.database.may_have_written():
            self.database.commit()

    def finish(self) -> None:
        """Commit: the query may be a statement that writes, or call a function that does."""
        self.database.commit()

    def undo(self) -> None:
        """End the transaction in which the query ran."""
        self.database.rollback()

    def describe(self) -> str:
        """Name the source for the log."""
        what = "the select query" if self.node.select_query else f"table {self.node.table}"
        return f"{what} of connection {self.node.conn_id}"


@dataclass(frozen=True)
class S3Source:
    """The records of a file, or of every file below a directory."""

    client: S3Client
    node: S3DataNode
    left_out: str | None = None
    """The output below this very directory, which an earlier attempt may have written: a key, or a prefix."""
    left_out_in_parts: bool = False
    """Whether that key is written in parts."""

    def objects(self) -> list[S3Object]:
        """List the files; NothingThereError if there are none."""
        with told(self.node.address):
            return self._listed()

    def _listed(self) -> list[S3Object]:
        if self.node.manifest_file_path is not None:
            return manifest.objects(self.client, self.node.manifest_file_path)
        bucket, key = self.node.bucket, self.node.key
        if not self.node.is_directory:
            return [listing.one(self.client, bucket, key)]
        found = [each for each in listing.below(self.client, bucket, key) if not self._is_output(each)]
        if not found:
            raise listing.NothingThereError(address.join(bucket, key))
        return found

    def _is_output(self, found: S3Object) -> bool:
        out = self.left_out
        if file_names.is_marker(found.key, found.size):
            return True
        if out is not None and self.left_out_in_parts and file_names.number_in(out)(found.key):
            return True
        return out is not None and (found.key == out or (out.endswith("/") and found.key.startswith(out)))

    def batches(self, progress: Progress, reader: str | None) -> Iterator[Batch]:
        """Yield the records of one file after another."""
        for found in self.objects():
            yield from self.batches_of(found, progress)

    def batches_of(self, found: S3Object, progress: Progress) -> Iterator[Batch]:
        """Yield the records of one file."""
        progress.advance(rows=0)
        for batch in self._read(found, progress):
            progress.advance(rows=len(batch.rows))
            yield replace(batch, portable=True) if self.node.data_format.portable else batch

    def _read(self, found: S3Object, progress: Progress) -> Iterator[Batch]:
        if isinstance(self.node.data_format, Parquet):
            file = RangedObject(self.client, found, lambda size: progress.advance(read=size))
            return self._parquet(file, found)
        parts = self._bytes_of(found, progress)
        return reading.batches(parts, self.node.data_format, found.address)

    def _parquet(self, file: RangedObject, found: S3Object) -> Iterator[Batch]:
        with told(found.address):
            yield from reading.parquet.batches(file, found.address)

    def stream(self, found: S3Object, progress: Progress) -> Iterator[bytes]:
        """Yield the bytes of one file, decompressed and without a header row; S3Error if it is gone meanwhile."""
        parts = self._bytes_of(found, progress)
        return reading.without_header(parts, self.node.data_format, found.address)

    def _bytes_of(self, found: S3Object, progress: Progress) -> Iterator[bytes]:
        packed = _counted(self._chunks(found, progress), progress)
        return compression.unpacked(self.node.packing, packed, found.address)

    def _chunks(self, found: S3Object, progress: Progress) -> Iterator[bytes]:
        with told(found.address):
            yield from download.chunks(self.client, found, progress.stop)

    def finish(self) -> None:
        """Do nothing: objects stay as they are."""

    def undo(self) -> None:
        """Do nothing: objects can be read again."""

    def describe(self) -> str:
        """Name the source for the log."""
        return self.node.address


def _counted(parts: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for part in parts:
        progress.advance(read=len(part))
        yield part
