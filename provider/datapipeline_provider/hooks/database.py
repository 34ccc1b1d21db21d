"""Opens a database for an Airflow connection id, and says what every opened database can do."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import blame, portable, sql_text
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.errors import DatabaseError, RightMissingError, RowError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from datapipeline_provider.hooks.bulk import Exporter, Loader, Target
    from datapipeline_provider.hooks.portable import Taker
    from datapipeline_provider.hooks.sql_text import Dialect, Statement

Cell = str | bytes | None
"""One value: text in the server's own form, bytes of a binary column, None for NULL."""
Row = tuple[Cell, ...]


class Database(ABC):
    """A database that `with` opens and closes; leaving the block without `commit()` undoes what was done.

    It is used by one thread at a time. Only `cancel()` may be called from another one.
    """

    kind: ClassVar[str]
    """`postgresql`, `mysql` or `other`: between equal kinds values travel in the server's own form."""
    dialect: ClassVar[Dialect] = sql_text.STANDARD

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self._connection: Any = None
        self.columns: tuple[str, ...] = ()
        """The column names of the last query."""

    def __enter__(self) -> Self:
        self._guard("connecting", self._open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(failed=error is not None)
        self._connection = None

    leaves_bytes: ClassVar[bool] = False
    """Whether `rows` gives binary values as bytes to `portable.READER` too, for others to write as text."""

    # What each kind of database does in its own way.

    @abstractmethod
    def _open(self) -> None:
        """Connect, and prepare the session."""

    @abstractmethod
    def rows(self, query: str, *, reader: str | None) -> Iterator[Sequence[Row]]:
        """Run a query and yield its rows in batches, without holding more than a batch; sets `columns`.

        :param reader: None gives text only, in the form of a file; the kind of another database gives values
            which that database takes; `portable.READER` is given to `reading` only where text is wanted that any
            database takes, and binary values may come as they are.
        """

    @abstractmethod
    def execute(self, statement: Statement, values: Sequence[Cell] = ()) -> int:
        """Run one statement; give the number of rows it affected, -1 if unknown."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop what is running now, from another thread; never raises."""

    @abstractmethod
    def _insert(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Run a statement once for each row."""

    @abstractmethod
    def autocommit(self) -> None:
        """Make each statement a transaction of its own, unless the script begins one."""

    @abstractmethod
    def _missing_table(self, error: Exception) -> bool:
        """Say whether an error means that the table does not exist."""

    @abstractmethod
    def _forbids(self, error: Exception) -> bool:
        """Say whether an error means that the login lacks a right."""

    @abstractmethod
    def _about_a_row(self, error: Exception) -> bool:
        """Say whether an error comes from the values of a row rather than from the statement or the connection."""

    @abstractmethod
    def _reason(self, error: Exception) -> str:
        """Say what the database said, leaving out whatever may hold values of a row."""

    errors: tuple[type[Exception], ...] = (Exception,)
    """What the driver raises."""

    @property
    def _refusals(self) -> tuple[type[Exception], ...]:
        return (*self.errors, ValueError)  # drivers raise ValueError for text that they cannot send

    savepoints: bool = False
    """Whether a part of a transaction can be undone, so that the bad row of a batch can be found."""
    undoes: bool = False
    """Whether everything is undone with the transaction, whatever the table, so that values can be tried."""

    def _row_reason(self, error: Exception) -> str:
        """Say what the database said of a row, without its values: triggers may quote them where scripts do not."""
        return self._reason(error)

    def _names_column(self, error: Exception) -> bool:
        """Say whether that reason names the column."""
        return False

    def _value_in(self, error: Exception, row: Row) -> int | None:
        """Give the position of the one value of a row that the driver's error quotes."""
        return None

    # What some kinds can do.

    def exporter(self, query: str, data_format: object) -> Exporter | Declined:
        """Give a way in which the server itself writes the rows of a query in the form of a file.

        :param query: what the user wrote, one statement.
        :param data_format: a format of `data_formats`; unknown ones are declined.
        :raises DatabaseError: the database refuses the query.
        """
        return Declined("this kind of database writes no files")

    def loader(self, target: Target, data_format: object) -> Loader | Declined:
        """Give a way in which the server itself reads files of records into a target; the database is open.

        :param target: the table exists already.
        :param data_format: a format of `data_formats`; unknown ones are declined.
        :raises DatabaseError: the database refuses the statement.
        """
        return Declined("this kind of database reads no files")

    def takers(self, statement: Statement) -> Sequence[Taker | None] | Declined:
        """Say what becomes of the texts of a portable file before they are bound, one for each placeholder.

        None, or a shorter sequence, leaves a text as it is; so does Declined, which says why nothing is known.
        """
        return ()

    def may_have_written(self) -> bool:
        """Say whether the transaction has changed something, as far as the database can tell."""
        return True

    # What is the same for all.

    def reading(self, query: str, *, reader: str | None) -> Iterator[Sequence[Row]]:
        """Do what `rows` does; DatabaseError if the database refuses."""
        try:
            if reader != portable.READER or not self.leaves_bytes:
                yield from self.rows(query, reader=reader)
                return
            for rows in self.rows(query, reader=reader):
                yield portable.written(rows)
        except DatapipelineError:
            raise  # told already; what a driver raises may be any Exception
        except self.errors as error:
            raise DatabaseError(self.conn_id, "the query", self._reason(error)) from None

    def run(self, statement: Statement, values: Sequence[Cell] = ()) -> int:
        """Do what `execute` does; DatabaseError if the database refuses."""
        doing = f"the statement {' '.join(statement.words[:3])}"
        return int(self._guard(doing, lambda: self.execute(statement, values)))

    def commit(self) -> None:
        """Make everything since the last commit permanent."""
        self._guard("committing", self._connection.commit)

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        self._guard("rolling back", self._connection.rollback)

    def insert(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Run a statement once for each row, in order, in as few round trips as possible.

        :raises RowError: a row was refused, and which one where that can be found; without `savepoints` the whole
            transaction may have been undone for it.
        :raises DatabaseError: something else is wrong: the statement, the connection, a cancellation.
        """
        if self.savepoints:
            self._guard("inserting rows", lambda: self._do("SAVEPOINT datapipeline_batch"))
        try:
            self._insert(statement, rows)
        except self._refusals as error:
            raise self._blame(statement, rows, error) from None
        if self.savepoints:
            self._guard("inserting rows", lambda: self._do("RELEASE SAVEPOINT datapipeline_batch"))

    def table_exists(self, name: str) -> bool:
        """Say whether a table can be selected from; `name` is quoted already.

        :raises RightMissingError: the login may not, so that the table may be there or not.
        """
        try:
            self._columns_of(name)
        except self.errors as error:
            self._connection.rollback()
            doing = f"looking for table {name}"
            if self._forbids(error):
                raise RightMissingError(self.conn_id, doing, self._reason(error)) from None
            if self._missing_table(error):
                return False
            raise DatabaseError(self.conn_id, doing, self._reason(error)) from None
        self._connection.rollback()
        return True

    def table_columns(self, name: str) -> tuple[str, ...]:
        """Give the column names of a table, in order; `name` is quoted already."""
        columns: tuple[str, ...] = self._guard(
            f"reading the columns of {name}", lambda: self._columns_of(name)
        )
        return columns

    def quoted(self, name: str, schema: str | None = None) -> str:
        """Write a table's name safely."""
        return sql_text.quoted_name(name, self.dialect, schema)

    def _columns_of(self, name: str) -> tuple[str, ...]:
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {name} WHERE 1 = 0")  # noqa: S608 - the name is quoted
            cursor.fetchall()
            return tuple(column[0] for column in cursor.description)

    def _do(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _blame(self, statement: Statement, rows: Sequence[Row], error: Exception) -> DatapipelineError:
        if not self._about_a_row(error):
            return DatabaseError(self.conn_id, "inserting rows", self._reason(error))
        if self.savepoints or self.undoes:
            with contextlib.suppress(*self.errors):
                trial = _Trial(self, statement)
                found = blame.find(trial, rows, error)
                trial.begin()  # nothing that was tried is left
                if found is not None:
                    return found
        return RowError(0 if len(rows) == 1 else None, self._row_reason(error))

    def _close(self, *, failed: bool) -> None:
        """Hang up without waiting for what is still running; `failed` after an exception."""
        if self._connection is not None:
            self._connection.close()

    def _guard(self, doing: str, call: Any) -> Any:
        try:
            return call()
        except DatapipelineError:
            raise
        except self._refusals as error:
            raise DatabaseError(self.conn_id, doing, self._reason(error)) from None


class _Trial:
    """A batch that has failed, as `blame.find` wants it; all of it is undone later anyway."""

    def __init__(self, database: Database, statement: Statement) -> None:
        self._database, self._statement = database, statement
        self.repeats, self.tries = database.savepoints, database.undoes

    def begin(self) -> None:
        self._undo("batch")

    def mark(self) -> None:
        if self.repeats:
            self._database._do("SAVEPOINT datapipeline_row")

    def back(self) -> None:
        self._undo("row")

    def _undo(self, what: str) -> None:
        if self.repeats:
            self._database._do(f"ROLLBACK TO SAVEPOINT datapipeline_{what}")
        else:
            self._database._connection.rollback()

    def outcome(self, row: Row) -> Exception | None:
        try:
            self._database._insert(self._statement, [row])
        except self._database._refusals as error:
            return error
        return None

    def reason(self, error: Exception) -> str:
        return self._database._row_reason(error)

    def names_column(self, error: Exception) -> bool:
        return self._database._names_column(error)

    def value_in(self, error: Exception, row: Row) -> int | None:
        return self._database._value_in(error, row)


def database(conn_id: str, aws_conn_id: str | None = "aws_default") -> Database:
    """Prepare the database of an Airflow connection; `with` opens it.

    `postgres` and `redshift` connections use psycopg2, `mysql` and `mariadb` ones PyMySQL, others the hook of
    the Airflow provider that defines the connection's type.

    :param conn_id: the Airflow connection. One without a host is looked up in RDS if its extra has
        `rds_instance_id` (and `region`).
    :param aws_conn_id: the AWS connection for that lookup.
    :raises ConnectionTypeError: no driver fits.
    :raises RdsInstanceError: the RDS instance cannot be found.
    """
    from datapipeline_provider._compat import BaseHook
    from datapipeline_provider.hooks.where import where

    connection = BaseHook.get_connection(conn_id)
    found = where(connection, aws_conn_id)
    family = FAMILIES.get(found.conn_type)
    if family == "postgresql":
        from datapipeline_provider.hooks.postgresql import PostgreSQL

        return PostgreSQL(found)
    if family == "mysql":
        from datapipeline_provider.hooks.mysql import MySQL

        return MySQL(found)
    from datapipeline_provider.hooks.other import other_database

    return other_database(found, connection)


FAMILIES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "redshift": "postgresql",
    "aurora-postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "aurora-mysql": "mysql",
    "aurora": "mysql",
}
"""Connection types, and the engines RDS reports."""
