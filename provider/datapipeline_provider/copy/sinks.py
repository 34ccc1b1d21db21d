"""Where records go."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy.errors import BatchError, RecordError
from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.bulk import Declined, Target
from datapipeline_provider.hooks.errors import RowError
from datapipeline_provider.hooks.tables import create_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from datapipeline_provider.copy.batch import Batch
    from datapipeline_provider.copy.markers import Marker
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database
    from datapipeline_provider.hooks.portable import Taker

ROWS_A_BATCH = 1000


class Sink(Protocol):
    """What every sink can do; what more it can do, a route finds by its class."""

    @property
    def reader(self) -> str | None:
        """None if records are wanted as text, otherwise the kind of database that takes them."""

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Take all records; after an error nothing of them is left."""

    def prepare(self, progress: Progress) -> bool:
        """Make what has to be there before the copy; False if there is nothing to do, as `progress` then counts it."""

    def undo(self) -> None:
        """Forget what was written and not yet in effect."""

    def describe(self) -> str:
        """Name the sink for the log."""


@dataclass(frozen=True)
class SqlSink:
    """A table, or whatever the insert query does with a record; the database is open.

    :param marker: committed with the load, which is not done if it is there already; None does without.
    """

    database: Database
    node: SqlDataNode
    marker: Marker | None = None

    @property
    def reader(self) -> str:
        """The kind of this database."""
        return self.database.kind

    def prepare(self, progress: Progress) -> bool:
        """Create the table if it is missing; False if an earlier attempt has committed this load."""
        create_table(self.database, self.node, progress.log)
        if self.marker is None:
            return True
        self.marker.create_table(self.database)
        if not self.marker.found(self.database, progress):
            return True
        progress.log.info(
            "An earlier attempt of this task run has committed this load into %s: it is not done again",
            self.describe(),
        )
        return False

    @contextmanager
    def transaction(self, progress: Progress) -> Iterator[None]:
        """Let what the block does take effect at its end; after an error the tables are as before."""
        yield
        if self.marker is not None:
            self.marker.write(self.database, progress)
        progress.advance()  # the last moment to stop
        self.database.commit()

    def undo(self) -> None:
        """End the transaction without effect."""
        self.database.rollback()

    def write(self, batches: Iterable[Batch], progress: Progress) -> None:
        """Insert all records in one transaction."""
        target = self.target()
        takers: Sequence[Taker | None] | None = None
        with self.transaction(progress):
            for batch in batches:
                if batch.portable:
                    takers = self._takers(target, progress) if takers is None else takers
                    batch = _taken(batch, takers)
                for part in _parts(batch):
                    self._insert(target, part)
                    progress.advance()

    def _takers(self, target: Target, progress: Progress) -> Sequence[Taker | None]:
        found = self.database.takers(target.statement)
        if not isinstance(found, Declined):
            return found
        progress.log.info(
            "Values reach %s as the texts that the file has, binary values and booleans too: %s",
            self.describe(),
            found.reason,
        )
        return ()

    def target(self) -> Target:
        """Say what happens to a record; SqlDataNodeError if the node has neither an insert query nor a table."""
        conn_id, dialect = self.node.conn_id, self.database.dialect
        if self.node.insert_query:
            return Target(sql_text.parse_one(self.node.insert_query, dialect), None, (), conn_id)
        table = self.database.quoted(self.node.needed_table(), self.node.schema_name)
        columns = self.database.table_columns(table)
        marks = ", ".join("?" * len(columns))
        insert = sql_text.parse_one(f"INSERT INTO {table} VALUES ({marks})", dialect)  # noqa: S608 - quoted
        return Target(insert, table, columns, conn_id)

    def _insert(self, target: Target, batch: Batch) -> None:
        expected = target.statement.placeholders
        for number, row in enumerate(batch.rows):
            if len(row) != expected:
                problem = f"{expected} columns are expected, {len(row)} were found"
                raise RecordError(batch.origin, batch.first + number, problem)
        try:
            self.database.insert(target.statement, batch.rows)
        except RowError as error:
            raise self._placed(error, target, batch) from None

    def _placed(self, error: RowError, target: Target, batch: Batch) -> RecordError | BatchError:
        problem = f"connection {self.node.conn_id!r} refuses it: {error.reason}"
        if error.value is not None:
            problem += f", {_column(error.value, target, batch)}"
        if error.index is None:
            return BatchError(batch.origin, batch.first, batch.first + len(batch.rows) - 1, problem)
        return RecordError(batch.origin, batch.first + error.index, problem)

    def describe(self) -> str:
        """Name the sink for the log."""
        return f"{self.node.table or 'the insert query'} of connection {self.node.conn_id}"


def _column(value: int, target: Target, batch: Batch) -> str:
    """Name the column for which a value of the statement is meant."""
    return f"column {target.columns[value]}" if value < len(target.columns) else batch.column(value)


def _taken(batch: Batch, takers: Sequence[Taker | None]) -> Batch:
    """Give the records as the database takes them."""
    columns = [(index, take) for index, take in enumerate(takers) if take is not None]
    if not columns:
        return batch
    rows = []
    for number, row in enumerate(batch.rows, batch.first):
        cells = list(row)
        for index, take in columns:
            if index < len(cells) and isinstance(text := cells[index], str):
                try:
                    cells[index] = take(text)
                except ValueError:
                    problem = f"{batch.column(index)} is not of its type: binary values are \\x and hexadecimal digits, bits a number"
                    raise RecordError(batch.origin, number, problem) from None
        rows.append(tuple(cells))
    return replace(batch, rows=rows)


def _parts(batch: Batch) -> Iterator[Batch]:
    for start in range(0, len(batch.rows), ROWS_A_BATCH):
        yield replace(batch, first=batch.first + start, rows=batch.rows[start : start + ROWS_A_BATCH])
