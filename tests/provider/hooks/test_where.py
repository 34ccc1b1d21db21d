from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import Connection
from datapipeline_provider.hooks import database as opening
from datapipeline_provider.hooks.errors import ConnectionTypeError, RdsInstanceError
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.hooks.where import where

if TYPE_CHECKING:
    from tests.conftest import SetConnection
    from tests.servers.moto import Aws


def connection(**fields: Any) -> Connection:
    return Connection(conn_id="orders", **fields)


def test_a_connection_says_where() -> None:
    found = where(
        connection(
            conn_type="postgres", host="h", port=1, schema="d", login="u", password="secret", extra='{"sslmode": "require"}'
        ),
        None,
    )  # fmt: skip
    assert (found.host, found.port, found.database, found.user) == ("h", 1, "d", "u")
    assert found.extra == {"sslmode": "require"}
    assert "secret" not in repr(found)


def test_options_are_those_that_the_driver_knows(caplog: pytest.LogCaptureFixture) -> None:
    extra = """{"sslmode": "require", "rds_instance_id": "x", "jdbc_url": "jdbc:x", "driver_class": "x", "driver_jar": "x",
                "jdbc_properties": {"sslmode": "disable", "currentSchema": "s", "loginTimeout": "secret"}}"""
    found = where(connection(conn_type="postgres", host="h", extra=extra), None)
    with caplog.at_level(logging.INFO):
        options = found.options({"sslmode", "search_path"}, {"currentSchema": "search_path"})
    assert options == {"sslmode": "require", "search_path": "s"}
    assert "['loginTimeout']" in caplog.text
    assert "secret" not in caplog.text


@pytest.fixture
def rds(sns: Aws, airflow_connection: SetConnection) -> Any:
    airflow_connection(
        "aws_default",
        conn_type="aws",
        login="any",
        password="any",
        extra={"endpoint_url": sns.endpoint_url, "region_name": "us-east-1"},
    )
    return sns.client("rds")


@pytest.mark.parametrize(
    ("engine", "port", "kind"),
    [
        ("postgres", 5433, PostgreSQL),
        ("mysql", 3307, MySQL),
    ],
)
def test_an_rds_instance_is_looked_up(
    rds: Any, airflow_connection: SetConnection, engine: str, port: int, kind: type
) -> None:
    rds.create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t3.micro",
        Engine=engine,
        Port=port,
        DBName="orders",
        MasterUsername="etl",
        MasterUserPassword="not secret",
        AllocatedStorage=10,
    )
    airflow_connection("orders", conn_type="generic", login="etl", extra={"rds_instance_id": "shop"})
    opened = opening.database("orders")
    assert type(opened) is kind
    found = opened._where  # type: ignore[attr-defined]
    assert (found.host.split(".")[0], found.port, found.database) == ("shop", port, "orders")


def test_an_rds_instance_that_does_not_exist(rds: Any) -> None:
    asked = connection(conn_type="generic", extra='{"rds_instance_id": "nowhere", "region": "eu-west-1"}')
    with pytest.raises(
        RdsInstanceError, match=r"'orders': RDS instance 'nowhere' cannot be looked up: .*not found"
    ):
        where(asked, "aws_default")


def test_a_host_needs_no_lookup() -> None:
    found = where(connection(conn_type="mysql", host="h", extra='{"rds_instance_id": "nowhere"}'), "missing")
    assert found.host == "h"


@pytest.mark.parametrize(
    ("conn_type", "remedy"),
    [
        ("jdbc", "needs apache-airflow-providers-jdbc"),
        ("oracle", "needs apache-airflow-providers-oracle"),
        ("http", "install their provider"),
        ("unheard_of", "install their provider"),
    ],
)
def test_other_types_name_what_to_install(
    airflow_connection: SetConnection, conn_type: str, remedy: str
) -> None:
    airflow_connection("orders", conn_type=conn_type, host="h", password="secret")
    with pytest.raises(ConnectionTypeError, match=f"'orders' has the type '{conn_type}'.*{remedy}") as caught:
        opening.database("orders")
    assert "secret" not in str(caught.value)
