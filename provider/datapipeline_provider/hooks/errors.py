"""What can go wrong with a database, told without passwords and without row data."""

from __future__ import annotations

from datapipeline_provider.exceptions import DatapipelineError


class DatabaseError(DatapipelineError):
    """The database refused something; the reason never holds values of a row."""

    def __init__(self, conn_id: str, doing: str, reason: str) -> None:
        super().__init__(f"Connection {conn_id!r}: {doing} failed: {reason}.")
        self.reason = reason


class RowError(DatapipelineError):
    """The database refused a row; `index` counts from 0 in the batch, None if it cannot be told."""

    def __init__(self, index: int | None, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason


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
