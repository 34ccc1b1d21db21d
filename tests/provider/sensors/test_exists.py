"""Exists: files and directories of S3, tables of databases, and how long is waited for them."""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG
from datapipeline_provider._compat import AirflowFailException, TaskDeferred
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode, SqlDataNodeError
from datapipeline_provider.hooks.errors import DatabaseError
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.sensors._precondition import PreconditionTimeoutError
from datapipeline_provider.sensors.exists import DataNodeError, ExistsSensor

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

CONTEXT: Any = {}
KEYS = ["day/1", "marker/", "days/x", "a//b"]


def exists(node: Any, **arguments: Any) -> ExistsSensor:
    return ExistsSensor(task_id="wait", data_node=node, **arguments)


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ({"file_path": "day/1"}, True),
        ({"file_path": "a//b"}, True),
        ({"file_path": "day/2"}, False),
        ({"file_path": "day"}, False),
        ({"file_path": "day/*"}, False),
        ({"directory_path": "day"}, True),
        ({"directory_path": "day/"}, True),
        ({"directory_path": "marker"}, True),
        ({"directory_path": ""}, True),  # the bucket
        ({"directory_path": "da"}, False),  # a directory, no beginning of a name
        ({"directory_path": "day/1"}, False),  # that is a file
        ({"directory_path": "none"}, False),
    ],
)
def test_files_and_directories(
    path: dict[str, str], there: bool, s3: S3, bucket: str, aws_default: str
) -> None:
    for key in KEYS:
        s3.client().put_object(Bucket=bucket, Key=key, Body=b"")
    node = S3DataNode(**{name: f"s3://{bucket}/{key}" for name, key in path.items()})
    assert exists(node).poke(CONTEXT) is there


def test_an_empty_bucket_has_no_directory(bucket: str, aws_default: str) -> None:
    assert not exists(S3DataNode(directory_path=f"s3://{bucket}")).poke(CONTEXT)


def test_a_missing_right(s3: S3, bucket: str, airflow_connection: SetConnection) -> None:
    place = {"endpoint_url": s3.endpoint_url, "region_name": s3.region}
    user = s3.as_user("nobody")
    airflow_connection(
        "stranger", conn_type="aws", login=user.access_key, password=user.secret_key, extra=place
    )
    with pytest.raises(AirflowFailException, match=f"s3:ListBucket on arn:aws:s3:::{bucket}"):
        exists(S3DataNode(directory_path=f"s3://{bucket}/d"), aws_conn_id="stranger").poke(CONTEXT)


@pytest.mark.parametrize(
    ("node", "error"),
    [
        (S3DataNode(directory_path="day"), S3AddressError),
        (S3DataNode(file_path="s3://b/d/"), S3AddressError),
        (S3DataNode(manifest_file_path="s3://b/m"), DataNodeError),
        (SqlDataNode("orders"), SqlDataNodeError),
        ("s3://b/k", DataNodeError),
    ],
)
def test_what_cannot_be_looked_for(node: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        exists(node).poke(CONTEXT)


def login(server: Any, **changes: Any) -> dict[str, Any]:
    return {
        "host": server.host,
        "port": server.port,
        "login": server.user,
        "password": server.password,
        "schema": "exists",
        **changes,
    }


STATEMENTS = {
    "postgres": [
        'create schema "Odd schema"',
        "create schema closed",
        "create table here (a int)",
        'create table "Odd schema"."Odd table" (a int)',
        "create view seen as select 1 as a",
        "create table closed.inside (a int)",
        "create role stranger login password 'known'",
        'grant usage on schema "Odd schema" to stranger',
        'grant select on "Odd schema"."Odd table" to stranger',
    ],
    "mysql": [
        "create database `Odd schema`",
        "create database closed",
        "create table here (a int)",
        "create table `Odd schema`.`Odd table` (a int)",
        "create view seen as select 1 as a",
        "create table closed.inside (a int)",
        "create user stranger identified by 'known'",
        "grant select on `Odd schema`.`Odd table` to stranger",
        "grant insert on `exists`.here to stranger",
    ],
}
DROPPED = {
    "postgres": ["drop owned by stranger", "drop role stranger"],
    "mysql": [
        "drop database `Odd schema`",
        "drop database closed",
        "drop user stranger",
        "drop database `exists`",
    ],
}


@pytest.fixture(scope="module", params=["postgres", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any, Callable[[str], None]]]:
    """A database, its connection type, and a function that runs a statement there."""
    kind = request.param
    found = request.getfixturevalue({"postgres": "postgres", "mysql": "mariadb"}[kind])
    found.create_database("exists")

    def run(statement: str) -> None:
        with closing(found.connect("exists")) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            connection.commit()

    for statement in STATEMENTS[kind]:
        run(statement)
    yield kind, found, run
    for statement in DROPPED[kind]:
        run(statement)


@pytest.mark.parametrize(
    ("table", "schema", "there"),
    [
        ("here", None, True),
        ("Odd table", "Odd schema", True),
        ("seen", None, True),
        ("inside", "closed", True),
        ("there", None, False),
        ("inside", None, False),
        ("here", "no_schema", False),
    ],
)
def test_tables(
    table: str, schema: str | None, there: bool, server: Any, airflow_connection: SetConnection
) -> None:
    kind, found, _ = server
    airflow_connection("orders", conn_type=kind, **login(found))
    assert exists(SqlDataNode("orders", table=table, schema_name=schema)).poke(CONTEXT) is there


@pytest.mark.parametrize(
    ("table", "schema", "outcome"),
    [
        ("Odd table", "Odd schema", {"postgres": True, "mysql": True}),
        # One may insert into it and not select from it.
        ("here", None, {"postgres": "permission denied", "mysql": "denied"}),
        ("inside", "closed", {"postgres": "permission denied", "mysql": "denied"}),
        # Both hide from strangers whether there is such a table in what is closed to them.
        ("no_table", "closed", {"postgres": "permission denied", "mysql": "denied"}),
        ("no_table", None, {"postgres": False, "mysql": "denied"}),
    ],
)
def test_tables_that_one_may_not_see(
    table: str, schema: str | None, outcome: dict[str, Any], server: Any, airflow_connection: SetConnection
) -> None:
    kind, found, _ = server
    airflow_connection("orders", conn_type=kind, **login(found, login="stranger", password="known"))
    sensor = exists(SqlDataNode("orders", table=table, schema_name=schema))
    if isinstance(outcome[kind], bool):
        assert sensor.poke(CONTEXT) is outcome[kind]
        return
    with pytest.raises(AirflowFailException) as error:
        sensor.poke(CONTEXT)
    for part in ("Connection 'orders'", table, outcome[kind], "needs the right to SELECT"):
        assert part in str(error.value)


def test_a_wrong_password_is_an_error_that_may_be_retried(
    server: Any, airflow_connection: SetConnection
) -> None:
    kind, found, _ = server
    airflow_connection("orders", conn_type=kind, **login(found, login="stranger", password="unknown"))
    with pytest.raises(DatabaseError, match="Connection 'orders': connecting failed"):
        exists(SqlDataNode("orders", table="here")).poke(CONTEXT)


def test_a_table_that_comes_later(server: Any, airflow_connection: SetConnection) -> None:
    kind, found, run = server
    airflow_connection("orders", conn_type=kind, **login(found))
    name = f"t{uuid.uuid4().hex[:8]}"
    sensor = exists(SqlDataNode("orders", table=name), deferrable=True, mode="poke", poke_interval=0.05)
    polls = 0
    look = sensor.poke

    def poke(context: Any) -> bool:
        nonlocal polls
        polls += 1
        if polls == 3:
            run(f"create table {name} (a int)")
        return look(context)

    sensor.poke = poke  # type: ignore[method-assign]
    sensor.execute(CONTEXT)  # on the worker, whatever `deferrable` says: the triggerer may have no driver
    assert polls == 3


def test_a_table_that_does_not_come(server: Any, airflow_connection: SetConnection) -> None:
    kind, found, _ = server
    airflow_connection("orders", conn_type=kind, **login(found))
    sensor = exists(SqlDataNode("orders", table="t", schema_name="s"), mode="poke", timeout=0)
    with pytest.raises(
        PreconditionTimeoutError, match=r"Table s\.t of connection 'orders' was not there within"
    ):
        sensor.execute(CONTEXT)


def test_s3_is_waited_for_in_the_triggerer(bucket: str, aws_default: str) -> None:
    node = S3DataNode(directory_path=f"s3://{bucket}/d")
    with pytest.raises(TaskDeferred) as deferred:
        exists(node, deferrable=True, timeout=60, poke_interval=7).execute(CONTEXT)
    assert deferred.value.timeout == timedelta(seconds=60)
    assert deferred.value.trigger.serialize()[1] == {
        "bucket": bucket,
        "key": "d/",
        "whole": False,
        "poke_interval": 7,
        "aws_conn_id": "aws_default",
    }


SOURCE = """
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
from datapipeline_provider.sensors.exists import ExistsSensor

node = S3DataNode(file_path="s3://BUCKET/{{ ds }}/ready")
with DAG("DAG_ID", schedule="@daily", start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
    for name, more in {"here": {}, "deferred": {"deferrable": True}}.items():
        ExistsSensor(task_id=name, data_node=node, timeout=60, poke_interval=0.05, retries=0, **more)
    table = SqlDataNode("orders", table="t{{ ds_nodash }}")
    ExistsSensor(task_id="table", data_node=table, timeout=60, poke_interval=0.05, retries=0)
"""


def test_in_a_dag(
    airflow_db: Path,
    s3: S3,
    bucket: str,
    aws_default: str,
    postgres: Postgres,
    airflow_connection: SetConnection,
) -> None:
    airflow_connection("orders", conn_type="postgres", **login(postgres, schema=postgres.dbname))
    s3.client().put_object(Bucket=bucket, Key="2026-03-02/ready", Body=b"")
    with closing(postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("create table if not exists t20260302 (a int)")
        connection.commit()
    found = states(run_dag(airflow_db, SOURCE.replace("BUCKET", bucket)))
    assert found == dict.fromkeys(("here", "deferred", "table"), "success")


def test_defaults_and_serialization() -> None:
    with DAG("sensors", schedule=None) as dag:
        task = exists(S3DataNode(file_path="s3://b/{{ ds }}"))
    assert (task.poke_interval, task.timeout, task.mode) == (60, 365 * 24 * 3600, "reschedule")
    from airflow.serialization import serialized_objects

    form: Any = serialized_objects
    form = getattr(form, "DagSerialization", form.SerializedDAG)
    read = form.from_dict(form.to_dict(dag)).get_task("wait")
    assert read.task_type == "ExistsSensor"
    assert "s3://b/{{ ds }}" in str(read.data_node)
