"""Databases of one test each, and a way to run an operator."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.provider.operators.emr_runs import Tries
    from tests.provider.operators.sqlite_file import SqliteFile
    from tests.servers.emr import Emr
    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres


@dataclass(frozen=True)
class Tables:
    """A place for tables, the Airflow connection that leads there, and a second way in."""

    conn_id: str
    connection: Any

    def run(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Run SQL; give the rows, if it returns any."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def fill(self, table: str, values: Any) -> None:
        """Create a table (id, v) with a numbered row for each value."""
        self.run(f"create table {table} (id int, v text)")
        with self.connection.cursor() as cursor:
            cursor.executemany(f"insert into {table} values (%s, %s)", list(enumerate(values)))

    def column(self, table: str) -> list[str | None]:
        """Give the values of a table (id, v) in the order of their numbers."""
        return [value for _, value in self.run(f"select id, v from {table} order by id")]


@pytest.fixture
def orders(postgres: Postgres, airflow_connection: SetConnection) -> Iterator[Tables]:
    """A schema in PostgreSQL; connection `orders`."""
    schema = f"s{uuid.uuid4().hex[:12]}"
    airflow_connection(
        "orders",
        conn_type="postgres",
        host=postgres.host,
        port=postgres.port,
        login=postgres.user,
        password=postgres.password,
        schema=postgres.dbname,
        extra={"jdbc_properties": {"currentSchema": schema}},
    )
    with closing(postgres.connect()) as connection:
        tables = Tables("orders", connection)
        tables.run(f"create schema {schema}")
        tables.run(f"set search_path to {schema}")
        yield tables
        tables.run(f"drop schema {schema} cascade")


@pytest.fixture
def shop(mariadb: Mariadb, airflow_connection: SetConnection) -> Iterator[Tables]:
    """A database in MariaDB; connection `shop`."""
    name = f"d{uuid.uuid4().hex[:12]}"
    mariadb.create_database(name)
    airflow_connection(
        "shop",
        conn_type="mysql",
        host=mariadb.host,
        port=mariadb.port,
        login=mariadb.user,
        password=mariadb.password,
        schema=name,
    )
    with closing(mariadb.connect(name)) as connection:
        tables = Tables("shop", connection)
        yield tables
        tables.run(f"drop database {name}")


@pytest.fixture
def file(tmp_path: Path, airflow_connection: SetConnection, monkeypatch: pytest.MonkeyPatch) -> SqliteFile:
    """A database of SQLite behind connection `file`."""
    from airflow.sdk import Connection

    from tests.provider.operators.sqlite_file import SqliteFile, SqliteHook

    found = SqliteFile(tmp_path / "file")
    airflow_connection(found.conn_id, conn_type="sqlite")
    monkeypatch.setattr(Connection, "get_hook", lambda *_, **__: SqliteHook(found.path))
    return found


@pytest.fixture
def tries(emr: Emr) -> Tries:
    """A run whose tasks wait for EMR in the worker."""
    from tests.provider.operators.emr_runs import Tries

    emr.aws.client("s3").create_bucket(Bucket="logs")
    return Tries()


@pytest.fixture(params=[False, True], ids=["in the worker", "in the triggerer"])
def either(request: pytest.FixtureRequest, tries: Tries) -> Tries:
    """A run whose tasks wait in the worker, then one whose tasks wait in the triggerer."""
    tries.deferrable = request.param
    return tries


@pytest.fixture(params=["orders", "shop"])
def tables(request: pytest.FixtureRequest) -> Tables:
    """PostgreSQL, then MariaDB."""
    found: Tables = request.getfixturevalue(request.param)
    return found


class Run(Protocol):
    """Executes an operator as one attempt of a task run."""

    def __call__(self, operator: Any, run_id: str = "run 1") -> Any:
        """Give what `execute` returns."""


@pytest.fixture
def run(aws_default: str) -> Run:
    """Execute an operator with the connections of the test."""

    def execute(operator: Any, run_id: str = "run 1") -> Any:
        task = SimpleNamespace(dag_id="dag", task_id=operator.task_id, run_id=run_id, map_index=-1)
        return operator.execute({"ti": task})

    return execute
