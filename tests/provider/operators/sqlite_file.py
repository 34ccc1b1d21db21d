"""A file of SQLite behind a connection, by a hook like the one of its provider, which is not installed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from airflow.providers.common.sql.hooks.sql import DbApiHook

if TYPE_CHECKING:
    from pathlib import Path


class SqliteFile:
    """What `Tables` is for a server."""

    conn_id = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL; give the rows, if it returns any."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(sql).fetchall()


class SqliteHook(DbApiHook):
    """The hook of the connection."""

    conn_name_attr = "sqlite_conn_id"
    placeholder = "?"

    def __init__(self, path: Path) -> None:
        super().__init__(sqlite_conn_id=SqliteFile.conn_id)
        self._path = path

    def get_conn(self) -> sqlite3.Connection:
        """Open the file."""
        return sqlite3.connect(self._path)

    def get_uri(self) -> str:
        """Give SQLAlchemy's address."""
        return f"sqlite:///{self._path}"
