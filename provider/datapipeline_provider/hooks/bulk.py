"""What a database can do with whole files of records: write one from a query, and load one into a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from datapipeline_provider.copy.progress import Progress


@dataclass(frozen=True)
class Declined:
    """Why a faster way is not taken: part of a sentence for the log, without values of a row."""

    reason: str


class Exporter(ABC):
    """A query whose rows the server itself writes in the form of a file; made by `Database.exporter`."""

    columns: tuple[str, ...]
    """The names of the query's columns, known before the first record."""

    @abstractmethod
    def export(self, write: Callable[[bytes], object], progress: Progress) -> None:
        """Run the query and give its records away, in order.

        :param write: takes bytes of whole records, tens of kilobytes or more at a time; may wait.
        :param progress: told the number of rows (`rows`) as they go.
        :raises UnwritableError: a value cannot be written in this form, or not in this way.
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
        :raises DatabaseError: anything else that the database refuses.
        """

    @abstractmethod
    def finish(self, progress: Progress) -> None:
        """Bring what was loaded to its place, after the last file; the caller commits."""
