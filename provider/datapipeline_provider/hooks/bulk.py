"""What a database can do with whole files of records: write one from a query, and load one into a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.sql_text import Statement


@dataclass(frozen=True)
class Declined:
    """Why a faster way is not taken: part of a sentence for the log, without values of a row."""

    reason: str


class DeclinedError(DatapipelineError):
    """A faster way turned out not to be right while it was taken: the next one begins anew, and is right.

    Nothing of what was done so far may remain: an upload is aborted, the transactions are rolled back.

    :param reason: as in `Declined`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedLineError(DeclinedError):
    """A record of a file was refused, known by its line only, since quoted values have lines of their own.

    :param line: as PostgreSQL counts, see `copy.lines`.
    :param problem: what is wrong with the record.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__("a record is refused")
        self.line = line
        self.problem = problem


class UnwritableError(DatapipelineError):
    """A value that the form of a file cannot carry; whoever knows where the rows come from says it.

    :param row: its number, from 1.
    :param problem: what is wrong, in the words of the plain path.
    :param key: what `copy.errors.key_of` says of the row.
    """

    def __init__(self, row: int, problem: str, key: str = "") -> None:
        super().__init__(f"row {row}{key}: {problem}.")
        self.row = row
        self.problem = problem
        self.key = key


@dataclass(frozen=True)
class Target:
    """Where records are to go.

    :param statement: what happens to one record: an INSERT with a placeholder for each of its values.
    :param table: the table's name, quoted, if `statement` is a plain INSERT of all its columns; None if the user
        wrote the statement.
    :param columns: that table's columns, in order; empty if there is no table.
    :param conn_id: for messages.
    """

    statement: Statement
    table: str | None
    columns: tuple[str, ...]
    conn_id: str


class Exporter(ABC):
    """A query whose rows the server itself writes in the form of a file; made by `Database.exporter`."""

    columns: tuple[str, ...]
    """The names of the query's columns, known before the first record."""

    @abstractmethod
    def export(self, write: Callable[[bytes], object], progress: Progress) -> None:
        """Run the query and give its records away, in order.

        :param write: takes bytes of whole records, tens of kilobytes or more at a time; may wait.
        :param progress: told the number of rows (`rows`) as they go.
        :raises UnwritableError: a value cannot be written in this form.
        :raises DeclinedError: the rows cannot be had in this way after all.
        :raises DatabaseError: the database refuses.
        """


class Loader(ABC):
    """A way for files of records into a table, inside the open transaction; made by `Database.loader`."""

    @abstractmethod
    def load(self, parts: Iterable[bytes], origin: str, progress: Progress) -> None:
        """Load one file.

        :param parts: the file's bytes in order, decompressed, without a header row; cut anywhere.
        :param origin: the file's address, for messages.
        :param progress: told the number of rows (`rows`) when it is known.
        :raises RecordError: a record that the format or the table refuses: its number in the file and the column.
        :raises DeclinedError: a record is refused and it cannot be told which, or this way does not fit after all.
        :raises DatabaseError: anything else that the database refuses.
        """

    @abstractmethod
    def finish(self, progress: Progress) -> None:
        """Bring what was loaded to its place, after the last file; the caller commits. Raises as `load` does."""
