from __future__ import annotations

import pytest
from datapipeline_converters.jdbc import connection_from_jdbc, connection_from_rds


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jdbc:postgresql://h:5432/orders", ("postgres", "h", 5432, "orders", None, None)),
        ("jdbc:mysql://h/db", ("mysql", "h", None, "db", None, None)),
        ("jdbc:mysql://h:3306/db?user=u&password=p", ("mysql", "h", 3306, "db", "u", "p")),
        ("jdbc:mariadb://u:p@h:3306/db", ("mysql", "h", 3306, "db", "u", "p")),
        ("jdbc:mysql:aurora://h:3306/db", ("mysql", "h", 3306, "db", None, None)),
        (
            "jdbc:redshift://c.redshift.amazonaws.com:5439/dev",
            ("redshift", "c.redshift.amazonaws.com", 5439, "dev", None, None),
        ),
        ("jdbc:sqlserver://h:1433;databaseName=d;user=u;password=p", ("mssql", "h", 1433, "d", "u", "p")),
        ("jdbc:jtds:sqlserver://h:1433/d", ("mssql", "h", 1433, "d", None, None)),
        ("jdbc:oracle:thin:@h:1521:sid", ("oracle", "h", 1521, "sid", None, None)),
        ("jdbc:oracle:thin:u/p@//h:1521/svc", ("oracle", "h", 1521, "svc", "u", "p")),
    ],
)
def test_urls(url: str, expected: tuple[object, ...]) -> None:
    connection, hints = connection_from_jdbc("Db", url, None, None)
    found = (
        connection.conn_type,
        connection.host,
        connection.port,
        connection.schema,
        connection.login,
        connection.password,
    )
    assert found == expected
    assert hints == ()


def test_the_fields_win_over_the_url() -> None:
    connection, _ = connection_from_jdbc("Db", "jdbc:mysql://h/a?user=x&password=y", "u", "p", schema="b")
    assert (connection.login, connection.password, connection.schema) == ("u", "p", "b")


def test_an_unknown_url_is_kept_for_the_jdbc_provider_without_its_password() -> None:
    connection, hints = connection_from_jdbc(
        "Db", "jdbc:snowflake://x.com/?db=d&password=geheim", "u", None, driver_class="a.b.Driver"
    )
    assert connection.conn_type == "jdbc"
    assert connection.password == "geheim"
    assert "geheim" not in f"{connection.host}{connection.extra}"
    assert connection.extra["driver_class"] == "a.b.Driver"
    assert hints


def test_properties_are_kept_and_their_password_is_not() -> None:
    connection, _ = connection_from_jdbc(
        "Db",
        "jdbc:mysql://h/d?useSSL=true",
        "u",
        None,
        properties=["allowMultiQueries=true", "password=geheim"],
    )
    assert connection.extra == {"jdbc_properties": {"useSSL": "true", "allowMultiQueries": "true"}}
    assert connection.password == "geheim"


@pytest.mark.parametrize(
    ("instance", "host", "extra"),
    [
        ("db.abc.eu-west-1.rds.amazonaws.com", "db.abc.eu-west-1.rds.amazonaws.com", {}),
        ("mydb", None, {"rds_instance_id": "mydb", "region": "eu-west-1"}),
        (None, None, {}),
    ],
)
def test_rds(instance: str | None, host: str | None, extra: dict[str, str]) -> None:
    connection, hints = connection_from_rds("Db", instance, "u", "p", region="eu-west-1")
    assert (connection.host, connection.extra) == (host, extra)
    assert connection.conn_type == "mysql"
    assert "guess" in hints[0]


def test_a_connection_does_not_show_its_password() -> None:
    connection, _ = connection_from_jdbc("Db", "jdbc:mysql://h/d", "u", "geheim")
    assert "geheim" not in repr(connection)
