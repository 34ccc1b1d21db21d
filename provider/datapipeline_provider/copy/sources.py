"""Where records come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy import reading
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.s3 import address, download, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database
    from datapipeline_provider.s3.listing import S3Object


class Source(Protocol):
    """What every source can do; what more it can do, a route finds by its class."""

    def batches(self, progress: Progress, reader: str | None) -> Iterator[Batch]:
        """Yield all records in order, holding no more than a batch.

        :param reader: None if a text file gets them, otherwise the kind of database that does.
        """

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
        self.database.commit()  # the query may have called a function that writes

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

    def objects(self) -> list[S3Object]:
        """List the files; NothingThereError if there are none."""
        bucket, key = self.node.bucket, self.node.key
        if not self.node.is_directory:
            return [listing.one(self.client, bucket, key)]
        found = [each for each in listing.below(self.client, bucket, key) if not self._is_output(each)]
        if not found:
            raise listing.NothingThereError(address.join(bucket, key))
        return found

    def _is_output(self, found: S3Object) -> bool:
        out = self.left_out
        return out is not None and (found.key == out or (out.endswith("/") and found.key.startswith(out)))

    def batches(self, progress: Progress, reader: str | None) -> Iterator[Batch]:
        """Yield the records of one file after another."""
        for found in self.objects():
            yield from self.batches_of(found, progress)

    def batches_of(self, found: S3Object, progress: Progress) -> Iterator[Batch]:
        """Yield the records of one file."""
        progress.advance(rows=0)
        packed = _counted(download.chunks(self.client, found), progress)
        unpack = download.gunzipped if self.node.gzipped else download.not_gzipped
        for batch in reading.batches(unpack(packed, found.address), self.node.data_format, found.address):
            progress.advance(rows=len(batch.rows))
            yield batch

    def describe(self) -> str:
        """Name the source for the log."""
        return self.node.address


def _counted(parts: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for part in parts:
        progress.advance(read=len(part))
        yield part
