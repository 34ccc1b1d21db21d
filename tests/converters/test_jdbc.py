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
        ("jdbc:oracle:thin:u/p%40ss@h:1521/svc", ("oracle", "h", 1521, "svc", "u", "p@ss")),
        ("jdbc:mysql://u%3A:p%40ss@h/db", ("mysql", "h", None, "db", "u:", "p@ss")),
        ("jdbc:mysql://h/db?user=u&password=p%40s;s", ("mysql", "h", None, "db", "u", "p@s;s")),
        ("jdbc:mysql://h/db?user=u&passwd=p", ("mysql", "h", None, "db", "u", "p")),
        ("jdbc:mysql://MyHost/db?pass=p#s", ("mysql", "MyHost", None, "db", None, "p#s")),
        ("jdbc:sqlserver://h\\INST;user=u;pwd=p", ("mssql", "h\\INST", None, None, "u", "p")),
        ("jdbc:sqlserver://h\\INST:1433;databaseName=D", ("mssql", "h\\INST", 1433, "D", None, None)),
        ("jdbc:sqlserver://h;password={a;b};databaseName=D", ("mssql", "h", None, "D", None, "a;b")),
        ("jdbc:postgresql://[::1]:5432/db", ("postgres", "::1", 5432, "db", None, None)),
        ("jdbc:redshift://h:5439/dev;UID=u;PWD=p", ("redshift", "h", 5439, "dev", "u", "p")),
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


@pytest.mark.parametrize(
    ("url", "kept", "login", "password"),
    [
        ("jdbc:mysql://[bad/db", "jdbc:mysql://[bad/db", None, None),
        ("jdbc:mysql://h:port/db", "jdbc:mysql://h:port/db", None, None),
        ("jdbc:mysql://h:²/db", "jdbc:mysql://h:²/db", None, None),
        ("jdbc:mysql://u:geheim@[bad/db", "jdbc:mysql://[bad/db", "u", "geheim"),
        ("jdbc:mysql://address=(host=h)(port=1)/db", "jdbc:mysql://address=(host=h)(port=1)/db", None, None),
        ("jdbc:oracle:thin:@//[::1", "jdbc:oracle:thin:@//[::1", None, None),
        ("jdbc:oracle:thin:u/geheim@//[::1", "jdbc:oracle:thin:@//[::1", "u", "geheim"),
        ("jdbc:oracle:thin:@tcps://h:2484/svc", "jdbc:oracle:thin:@tcps://h:2484/svc", None, None),
        ("jdbc:snowflake://x.com/?db=d&passwd=ge%40heim", "jdbc:snowflake://x.com/?db=d&", None, "ge@heim"),
        ("jdbc:db2://h:1/d:pass=ge%40heim;", "jdbc:db2://h:1/d:", None, "ge%40heim"),
    ],
)
def test_urls_that_cannot_be_read(url: str, kept: str, login: str | None, password: str | None) -> None:
    connection, hints = connection_from_jdbc("Db", url, None, None)
    assert (connection.conn_type, connection.host, connection.extra["jdbc_url"]) == ("jdbc", kept, kept)
    assert (connection.login, connection.password) == (login, password)
    assert "none we know" in hints[0]


def test_of_several_hosts_the_first_is_kept() -> None:
    connection, hints = connection_from_jdbc("Db", "jdbc:mysql://h1:3306,h2:3307,h3/db", "u", "p")
    assert (connection.host, connection.port, connection.schema) == ("h1", 3306, "db")
    assert hints == ("its URL names several hosts: h1:3306 is used, h2:3307, h3 not",)


@pytest.mark.parametrize(
    ("driver_class", "driver_jar", "engine", "guessed"),
    [
        (None, None, "mysql", True),
        ("com.example.Driver", None, "mysql", True),
        ("org.postgresql.Driver", None, "postgres", False),
        ("com.microsoft.sqlserver.jdbc.SQLServerDriver", None, "mssql", False),
        ("oracle.jdbc.OracleDriver", None, "oracle", False),
        (None, "s3://mysql-jars/postgresql-42.jar", "postgres", False),
    ],
)
def test_without_url(driver_class: str | None, driver_jar: str | None, engine: str, guessed: bool) -> None:
    connection, hints = connection_from_jdbc(
        "Db", None, "u", "p", driver_class=driver_class, driver_jar=driver_jar
    )
    assert connection.conn_type == engine
    assert any("is a guess" in hint for hint in hints) == guessed


@pytest.mark.parametrize(
    ("jar", "properties", "engine"),
    [
        ("s3://jars/postgresql-42.2.jar", [], "postgres"),
        ("s3://jars/ojdbc8.jar", [], "oracle"),
        (None, ["driver=org.postgresql.Driver"], "postgres"),
    ],
)
def test_rds_of_an_engine_that_its_driver_names(jar: str | None, properties: list[str], engine: str) -> None:
    connection, hints = connection_from_rds("Db", "mydb", "u", "p", properties=properties, driver_jar=jar)
    assert (connection.conn_type, hints) == (engine, ())


def test_a_password_in_the_properties_names_no_engine() -> None:
    connection, hints = connection_from_rds("Db", "mydb", "u", None, properties=["pass=oracle"])
    assert (connection.conn_type, connection.password) == ("mysql", "oracle")
    assert "guess" in hints[0]


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
