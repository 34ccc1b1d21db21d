"""Knows how databases are named for JDBC, and makes Airflow connections of it (dp-object-jdbcdatabase)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote, urlsplit

from datapipeline_converters.plan import Connection

# JDBC's sub-protocol -> Airflow's connection type.
_ENGINES = {
    "postgresql": "postgres",
    "redshift": "redshift",
    "mysql": "mysql",
    "mysql:aurora": "mysql",
    "mariadb": "mysql",
    "sqlserver": "mssql",
    "jtds:sqlserver": "mssql",
    "oracle:thin": "oracle",
    "oracle:oci": "oracle",
}
_USER_KEYS = frozenset({"user", "username", "uid"})
_PASSWORD_KEYS = frozenset({"password", "pwd"})
_DATABASE_KEYS = frozenset({"database", "databasename"})
_PASSWORD_IN_TEXT = re.compile(r"(?i)\b(password|pwd)=[^;&]*[;&]?")
# Data Pipeline's own templates for RDS were all for MySQL.
_LIKELY_RDS_ENGINE = "mysql"


@dataclass(frozen=True)
class _Address:
    """What a JDBC URL says."""

    conn_type: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    properties: dict[str, str] = field(default_factory=dict)
    url: str | None = None


def connection_from_jdbc(
    object_id: str,
    url: str | None,
    username: str | None,
    password: str | None,
    *,
    schema: str | None = None,
    properties: Iterable[str] = (),
    driver_class: str | None = None,
    driver_jar: str | None = None,
) -> tuple[Connection, tuple[str, ...]]:
    """Return the connection for a JDBC URL, and hints on what to check in it.

    A password in the URL or in the properties goes to the connection's password, and nowhere else.

    :param object_id: becomes part of the connection's id
    :param url: the `connectionString`; None when its parameter has no value
    :param properties: `A=B` pairs, the field `jdbcProperties`
    """
    address = _parse(url) if url else _Address(_engine_of_driver(driver_class or ""))
    given = _pairs(properties)
    secret = next((value for key, value in given.items() if key.lower() in _PASSWORD_KEYS), None)
    plain = {key: value for key, value in given.items() if key.lower() not in _PASSWORD_KEYS}
    extra: dict[str, object] = {
        "jdbc_url": address.url,
        "jdbc_properties": address.properties | plain,
        "driver_class": driver_class if address.url else None,
        "driver_jar": driver_jar,
    }
    connection = Connection(
        id=object_id,
        conn_type=address.conn_type,
        host=address.host,
        port=address.port,
        schema=schema or address.schema,
        login=username or address.login,
        password=password or address.password or secret,
        extra={key: value for key, value in extra.items() if value},
    )
    hints = (
        (f"its URL is none we know: it needs Airflow's provider for `{address.conn_type}`",)
        if address.url
        else ()
    )
    return connection, hints


def connection_from_rds(
    object_id: str,
    instance: str | None,
    username: str | None,
    password: str | None,
    *,
    schema: str | None = None,
    region: str | None = None,
    properties: Iterable[str] = (),
    driver_jar: str | None = None,
) -> tuple[Connection, tuple[str, ...]]:
    """Return the connection for an RDS instance, and hints on what to check in it (dp-object-rdsdatabase).

    :param instance: the instance's identifier, looked up at run time, or (also in use) its host name
    """
    connection, _ = connection_from_jdbc(
        object_id, None, username, password, schema=schema, properties=properties, driver_jar=driver_jar
    )
    is_host = "." in (instance or "")
    lookup = {} if is_host or not instance else {"rds_instance_id": instance}
    if region and lookup:
        lookup["region"] = region
    connection = replace(
        connection,
        conn_type=_LIKELY_RDS_ENGINE,
        host=instance if is_host else None,
        extra={**connection.extra, **lookup},
    )
    return connection, (f"the definition does not say its engine: `{_LIKELY_RDS_ENGINE}` is a guess",)


def _parse(url: str) -> _Address:
    body = url.strip().removeprefix("jdbc:")
    for prefix, conn_type in sorted(_ENGINES.items(), key=lambda item: -len(item[0])):
        if body.lower().startswith(f"{prefix}:"):
            rest = body[len(prefix) + 1 :]
            if conn_type == "oracle":
                return _parse_oracle(rest)
            if rest.startswith("//"):
                return _parse_network(rest, conn_type)
    return _Address(
        "jdbc", host=_without_password(url), password=_password_in(url), url=_without_password(url)
    )


def _parse_network(rest: str, conn_type: str) -> _Address:
    """Read `//host:port/database?key=value` and SQL Server's `//host:port;key=value`."""
    location, *settings = rest.split(";")
    parts = urlsplit(location)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True)) | _pairs(settings)
    return _Address(
        conn_type,
        host=parts.hostname,
        port=_port(parts.netloc),
        schema=unquote(parts.path.strip("/")) or _first(pairs, _DATABASE_KEYS),
        login=parts.username or _first(pairs, _USER_KEYS),
        password=parts.password or _first(pairs, _PASSWORD_KEYS),
        properties={
            key: value
            for key, value in pairs.items()
            if key.lower() not in _USER_KEYS | _PASSWORD_KEYS | _DATABASE_KEYS
        },
    )


def _parse_oracle(rest: str) -> _Address:
    """Read `user/password@//host:port/service` and `@host:port:sid`."""
    credentials, _, location = rest.rpartition("@")
    login, _, password = credentials.partition("/")
    parts = urlsplit("//" + location.removeprefix("//"))
    host, _, tail = parts.netloc.partition(":")
    port, _, sid = tail.partition(":")
    return _Address(
        "oracle",
        host=host or None,
        port=int(port) if port.isdigit() else None,
        schema=sid or parts.path.strip("/") or None,
        login=login or None,
        password=password or None,
    )


def _engine_of_driver(driver_class: str) -> str:
    return next(
        (conn_type for name, conn_type in _ENGINES.items() if name in driver_class.lower()),
        _LIKELY_RDS_ENGINE,
    )


def _port(netloc: str) -> int | None:
    _, _, port = netloc.rpartition(":")
    return int(port) if port.isdigit() else None


def _pairs(items: Iterable[str]) -> dict[str, str]:
    pairs = (item.partition("=") for item in items if item)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _first(pairs: dict[str, str], keys: frozenset[str]) -> str | None:
    return next((value for key, value in pairs.items() if key.lower() in keys), None)


def _password_in(url: str) -> str | None:
    match = _PASSWORD_IN_TEXT.search(url)
    return match[0].partition("=")[2].rstrip(";&") if match else None


def _without_password(url: str) -> str:
    return _PASSWORD_IN_TEXT.sub("", url)
