"""Knows how databases are named for JDBC, and makes Airflow connections of it (dp-object-jdbcdatabase)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote

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
# What drivers are called -> Airflow's connection type.
_DRIVERS = {
    "postgres": "postgres",
    "redshift": "redshift",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlserver": "mssql",
    "mssql": "mssql",
    "sqljdbc": "mssql",
    "jtds": "mssql",
    "oracle": "oracle",
    "ojdbc": "oracle",
}
# These put their properties behind semicolons; to the others a semicolon is a part of a value.
_WITH_SEMICOLONS = frozenset({"mssql", "redshift"})
_USER_KEYS = frozenset({"user", "username", "uid"})
_PASSWORD_KEYS = frozenset({"password", "passwd", "pass", "pwd"})
_DATABASE_KEYS = frozenset({"database", "databasename"})
_PASSWORD_IN_TEXT = re.compile(
    rf"(?i)(?P<before>^|\W)(?:{'|'.join(sorted(_PASSWORD_KEYS))})=(?P<password>[^;&]*)[;&]?"
)
# `//user:password@`, and Oracle's `:user/password@`.
_LOGIN_IN_TEXT = re.compile(
    r"(?i)(?<=//)(?P<login>[^/?:@]*):(?P<password>[^/?]*)@"
    r"|(?:(?<=:thin:)|(?<=:oci:))(?P<user>[^/?:@]*)/(?P<word>[^/?]*)(?=@)"
)
_SETTING = re.compile(r";\s*(?P<key>[^=;]+)=(?:\{(?P<braced>[^}]*)\}|(?P<value>[^;]*))")
_NETWORK = re.compile(r"//(?P<authority>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?", re.DOTALL)
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\[\]:()=]*))(?::(?P<port>[0-9]{1,5}))?")
_ORACLE = re.compile(
    r"(?://)?(?:\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\[\]:/?]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[:/](?P<service>[^?:/]*))?(?:[?:/].*)?"
)
# Data Pipeline's own templates for RDS were all for MySQL.
_LIKELY_ENGINE = "mysql"
_GUESS = f"the definition does not say its engine: `{_LIKELY_ENGINE}` is a guess"


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
    hints: tuple[str, ...] = ()


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
    given = _pairs(properties)
    plain = {key: value for key, value in given.items() if key.lower() not in _PASSWORD_KEYS}
    address = _parse(url) if url else _without_url(driver_class, driver_jar, plain)
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
        password=password or address.password or _first(given, _PASSWORD_KEYS),
        extra={key: value for key, value in extra.items() if value},
    )
    return connection, address.hints


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
    connection, hints = connection_from_jdbc(
        object_id, None, username, password, schema=schema, properties=properties, driver_jar=driver_jar
    )
    is_host = "." in (instance or "")
    lookup = {} if is_host or not instance else {"rds_instance_id": instance}
    if region and lookup:
        lookup["region"] = region
    connection = replace(
        connection,
        host=instance if is_host else None,
        extra={**connection.extra, **lookup},
    )
    return connection, hints


def _without_url(driver_class: str | None, driver_jar: str | None, properties: dict[str, str]) -> _Address:
    """Return the engine that a driver or its properties name, else the likely one."""
    jar = (driver_jar or "").rpartition("/")[2]
    written = " ".join([driver_class or "", jar, *(f"{key}={value}" for key, value in properties.items())])
    engine = next((engine for name, engine in _DRIVERS.items() if name in written.lower()), None)
    return _Address(engine or _LIKELY_ENGINE, hints=() if engine else (_GUESS,))


def _parse(url: str) -> _Address:
    body = url.strip().removeprefix("jdbc:")
    for prefix, conn_type in sorted(_ENGINES.items(), key=lambda item: -len(item[0])):
        if body.lower().startswith(f"{prefix}:"):
            rest = body[len(prefix) + 1 :]
            address = _parse_oracle(rest) if conn_type == "oracle" else _parse_network(rest, conn_type)
            return address or _unknown(url)
    return _unknown(url)


def _unknown(url: str) -> _Address:
    """Keep a URL that cannot be read as it is, for Airflow's JDBC provider, yet without its password."""
    login = password = None
    plain = url
    if credentials := _LOGIN_IN_TEXT.search(plain):
        login = unquote(credentials["login"] or credentials["user"] or "")
        password = unquote(credentials["password"] or credentials["word"] or "")
        plain = _LOGIN_IN_TEXT.sub("", plain)
    if setting := _PASSWORD_IN_TEXT.search(plain):
        # Only a query is percent-encoded; what stands behind semicolons is not.
        password = unquote(setting["password"]) if setting["before"] in "?&" else setting["password"]
        plain = _PASSWORD_IN_TEXT.sub(lambda match: match["before"], plain)
    return _Address(
        "jdbc",
        host=plain,
        login=login or None,
        password=password or None,
        url=plain,
        hints=("its URL is none we know: it needs Airflow's provider for `jdbc`",),
    )


def _parse_network(rest: str, conn_type: str) -> _Address | None:
    """Read `//host:port/database?key=value` and SQL Server's `//host:port;key=value`; None for anything else."""
    location, settings = rest, ""
    if conn_type in _WITH_SEMICOLONS:
        location, semicolon, tail = rest.partition(";")
        settings = semicolon + tail
    parts = _NETWORK.fullmatch(location)
    if parts is None:
        return None
    credentials, _, hosts = parts["authority"].rpartition("@")
    first, *others = hosts.split(",")
    host = _HOST.fullmatch(first)
    if host is None:
        return None
    login, _, password = credentials.partition(":")
    pairs = dict(parse_qsl(parts["query"] or "", keep_blank_values=True)) | _settings(settings)
    return _Address(
        conn_type,
        host=host["v6"] or host["name"] or None,
        port=int(host["port"]) if host["port"] else None,
        schema=unquote((parts["database"] or "").strip("/")) or _first(pairs, _DATABASE_KEYS),
        login=unquote(login) or _first(pairs, _USER_KEYS),
        password=unquote(password) or _first(pairs, _PASSWORD_KEYS),
        properties={
            key: value
            for key, value in pairs.items()
            if key.lower() not in _USER_KEYS | _PASSWORD_KEYS | _DATABASE_KEYS
        },
        hints=(f"its URL names several hosts: {first} is used, {', '.join(others)} not",) if others else (),
    )


def _parse_oracle(rest: str) -> _Address | None:
    """Read `user/password@//host:port/service` and `@host:port:sid`; None for anything else."""
    credentials, _, location = rest.rpartition("@")
    login, _, password = credentials.partition("/")
    parts = _ORACLE.fullmatch(location)
    if parts is None or "://" in location:
        return None
    return _Address(
        "oracle",
        host=parts["v6"] or parts["name"] or None,
        port=int(parts["port"]) if parts["port"] else None,
        schema=parts["service"] or None,
        login=unquote(login) or None,
        password=unquote(password) or None,
    )


def _settings(text: str) -> dict[str, str]:
    """Return SQL Server's `;key=value` pairs; braces keep a semicolon in a value."""
    found = _SETTING.finditer(text)
    return {match["key"].strip(): match["braced"] or (match["value"] or "").strip() for match in found}


def _pairs(items: Iterable[str]) -> dict[str, str]:
    pairs = (item.partition("=") for item in items if item)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _first(pairs: dict[str, str], keys: frozenset[str]) -> str | None:
    return next((value for key, value in pairs.items() if key.lower() in keys), None)
