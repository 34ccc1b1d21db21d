"""Remembers in the target's own database which loads have been committed, so that none is repeated by a retry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.database import Database

TABLE = "datapipeline_loads"
CREATE = """CREATE TABLE {table} (
  task_run varchar(36) NOT NULL PRIMARY KEY, task varchar(500) NOT NULL,
  loaded_rows bigint, read_bytes bigint, loaded_at timestamp DEFAULT CURRENT_TIMESTAMP
)"""


@dataclass(frozen=True)
class Marker:
    """The row that is committed with a load.

    :param task_run: 36 characters, equal for each attempt of one task run and different for any other.
    :param task: the same for a human reader.
    :param schema: the schema of the table, the connection's own if None.
    """

    task_run: str
    task: str
    schema: str | None = None

    def create_table(self, database: Database) -> None:
        """Make the table if it is missing, and commit."""
        table = database.quoted(TABLE, self.schema)
        if database.table_exists(table):
            return
        try:
            database.run(sql_text.parse_one(CREATE.format(table=table), database.dialect))
            database.commit()
        except DatabaseError:
            database.rollback()
            if not database.table_exists(table):  # unless another task was faster
                raise

    def found(self, database: Database, progress: Progress) -> bool:
        """Say whether the load has been committed; if so, count what it had moved."""
        table = database.quoted(TABLE, self.schema)
        query = f"SELECT loaded_rows, read_bytes FROM {table} WHERE task_run = '{self.task_run}'"  # noqa: S608 - our own letters and digits
        rows = [row for batch in database.reading(query, reader=None) for row in batch]
        database.rollback()
        for row in rows:
            counts = zip(("rows", "read"), row, strict=True)
            progress.counted.update({name: int(count) for name, count in counts if count is not None})
        return bool(rows)

    def write(self, database: Database, progress: Progress) -> None:
        """Write the row into the open transaction; DatabaseError if another attempt has committed it meanwhile."""
        table, counted = database.quoted(TABLE, self.schema), progress.counted
        insert = f"INSERT INTO {table} (task_run, task, loaded_rows, read_bytes) VALUES (?, ?, ?, ?)"  # noqa: S608 - quoted
        counts = [str(counted[name]) if name in counted else None for name in ("rows", "read")]
        database.run(sql_text.parse_one(insert, database.dialect), (self.task_run, self.task[:500], *counts))
