"""What can go wrong with a database, told without passwords and without row data."""

from __future__ import annotations

from datapipeline_provider.exceptions import DatapipelineError


class DatabaseError(DatapipelineError):
    """The database refused something; the reason never holds values of a row."""

    def __init__(self, conn_id: str, doing: str, reason: str) -> None:
        super().__init__(f"Connection {conn_id!r}: {doing} failed: {reason}.")
        self.reason = reason


class RightMissingError(DatabaseError):
    """The login may not do this."""


class RowError(DatapipelineError):
    """The database refused a row.

    :param index: counts from 0 in the batch; None if it cannot be told.
    :param value: which of its values is wrong, from 0; None if the reason says it, or it cannot be told.
    """

    def __init__(self, index: int | None, reason: str, value: int | None = None) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason
        self.value = value


def without_driver(error: BaseException) -> BaseException:
    """Cut off what an error was raised instead of, such as a driver's that quotes values; gives the error itself."""
    seen: BaseException | None = error
    while seen is not None:
        if seen.__suppress_context__:
            seen.__context__ = None
        seen = seen.__cause__ or seen.__context__
    return error


class ConnectionTypeError(DatapipelineError):
    """An Airflow connection that no driver here can open."""

    def __init__(self, conn_id: str, conn_type: str | None, remedy: str) -> None:
        super().__init__(
            f"Connection {conn_id!r} has the type {conn_type!r}, which cannot be used for SQL. "
            f"PostgreSQL, Redshift, MySQL and MariaDB work as they are; {remedy}."
        )


class RdsInstanceError(DatapipelineError):
    """An RDS instance that cannot be found or not be connected to."""

    def __init__(self, conn_id: str, instance: str, reason: str) -> None:
        super().__init__(f"Connection {conn_id!r}: RDS instance {instance!r} {reason}.")


class NotTextError(DatapipelineError):
    """A binary value that a text file cannot hold."""

    def __init__(self, conn_id: str, column: str) -> None:
        super().__init__(
            f"Connection {conn_id!r}: column {column!r} holds bytes that are not UTF-8 text. "
            "Let the query turn them into text, for example with hex() or to_base64()."
        )


class CancelledError(DatapipelineError):
    """The task was asked to stop."""

    def __init__(self) -> None:
        super().__init__("The work was cancelled; what it had begun has been undone.")
