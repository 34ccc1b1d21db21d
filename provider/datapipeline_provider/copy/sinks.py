"""Where records go."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy import writing
from datapipeline_provider.copy.errors import BatchError, RecordError
from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.errors import RowError
from datapipeline_provider.hooks.tables import create_table
from datapipeline_provider.s3 import address
from datapipeline_provider.s3.upload import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_s3 import S3Client

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database
    from datapipeline_provider.hooks.sql_text import Statement

GZIP_LEVEL = 6
"""What Java's GZIPOutputStream uses."""
ROWS_A_BATCH = 1000


class Sink(Protocol):
    """What every sink can do; what more it can do, a route finds by its class."""

    @property
    def reader(self) -> str | None:
        """None if records are wanted as text, otherwise the kind of database that takes them."""

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Take all records; after an error nothing of them is left."""

    def describe(self) -> str:
        """Name the sink for the log."""


@dataclass(frozen=True)
class S3Sink:
    """A file, or a directory in which new files are placed.

    :param generated_name: the name, without its ending, of the one file that records without a file of their
        own get in a directory; equal for each attempt of one task run.
    """

    client: S3Client
    node: S3DataNode
    generated_name: str

    @property
    def reader(self) -> None:
        """Records are wanted as text."""
        return

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Write one object; a generated name in a directory."""
        key = self.node.key
        if self.node.is_directory:
            ending = ".gz" if self.node.gzipped else ""
            key += f"{self.generated_name}.{self.node.data_format.extension}{ending}"
        self.write_to(key, batches, progress)

    def write_to(self, key: str, batches: Iterable[Batch], progress: Progress) -> None:
        """Write records to one object of the node's bucket, whole or not at all."""
        to_bytes = writing.writer(self.node.data_format)
        pack, finish = _gzip() if self.node.gzipped else (bytes, bytes)
        with Upload(self.client, self.node.bucket, key, self.node.write_arguments) as upload:
            for batch in batches:
                upload.write(pack(to_bytes(batch)))
                progress.advance()
            upload.write(finish())
        progress.log.info("Wrote %s", address.join(self.node.bucket, key))
        progress.advance(written=upload.size, objects=1)

    def describe(self) -> str:
        """Name the sink for the log."""
        return self.node.address


def _gzip() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    # No name and no time in the header: the same rows give the same bytes.
    squeeze = zlib.compressobj(GZIP_LEVEL, wbits=31)
    return squeeze.compress, squeeze.flush


@dataclass(frozen=True)
class SqlSink:
    """A table, or whatever the insert query does with a record; the database is open."""

    database: Database
    node: SqlDataNode

    @property
    def reader(self) -> str:
        """The kind of this database."""
        return self.database.kind

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Insert all records in one transaction: after an error the tables are as before."""
        create_table(self.database, self.node, progress.log)
        statement = self._statement()
        for batch in batches:
            for part in _parts(batch):
                self._insert(statement, part)
                progress.advance()
        progress.advance()  # the last moment to stop
        self.database.commit()

    def _statement(self) -> Statement:
        if self.node.insert_query:
            return sql_text.parse_one(self.node.insert_query, self.database.dialect)
        table = self.database.quoted(self.node.needed_table(), self.node.schema_name)
        marks = ", ".join("?" * len(self.database.table_columns(table)))
        return sql_text.parse_one(f"INSERT INTO {table} VALUES ({marks})", self.database.dialect)  # noqa: S608 - quoted

    def _insert(self, statement: Statement, batch: Batch) -> None:
        expected = statement.placeholders
        for number, row in enumerate(batch.rows):
            if len(row) != expected:
                problem = f"{expected} columns are expected, {len(row)} were found"
                raise RecordError(batch.origin, batch.first + number, problem)
        try:
            self.database.insert(statement, batch.rows)
        except RowError as error:
            raise self._placed(error, batch) from None

    def _placed(self, error: RowError, batch: Batch) -> RecordError | BatchError:
        problem = f"connection {self.node.conn_id!r} refuses it: {error.reason}"
        if error.index is None:
            return BatchError(batch.origin, batch.first, batch.first + len(batch.rows) - 1, problem)
        return RecordError(batch.origin, batch.first + error.index, problem)

    def describe(self) -> str:
        """Name the sink for the log."""
        return f"{self.node.table or 'the insert query'} of connection {self.node.conn_id}"


def _parts(batch: Batch) -> Iterator[Batch]:
    from dataclasses import replace

    for start in range(0, len(batch.rows), ROWS_A_BATCH):
        yield replace(batch, first=batch.first + start, rows=batch.rows[start : start + ROWS_A_BATCH])
