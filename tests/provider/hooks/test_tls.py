"""Databases over TLS: MariaDB itself, and PostgreSQL behind one that speaks TLS for it."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.hooks.bulk import Declined, Target
from datapipeline_provider.hooks.errors import CancelledError, DatabaseError
from datapipeline_provider.hooks.mysql import MySQL
from datapipeline_provider.hooks.postgresql import PostgreSQL
from datapipeline_provider.hooks.sql_text import parse_one

from tests.provider.hooks.places import place
from tests.servers import mariadb as mariadb_server
from tests.servers import tls
from tests.servers.process import ProgramMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datapipeline_provider.hooks.database import Database

    from tests.servers.mariadb import Mariadb
    from tests.servers.postgres import Postgres
    from tests.servers.tls import Certificates

pytestmark = pytest.mark.long

PROGRESS = Progress(logging.getLogger())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return tls.certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Of another authority."""
    return tls.certificates(tmp_path_factory.mktemp("others"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, files: Certificates) -> Iterator[Mariadb]:
    """A MariaDB that lets the user `careful` in by TLS only."""
    folder = tmp_path_factory.mktemp("mariadb")
    try:
        server = mariadb_server.create(folder)
    except ProgramMissingError as error:
        pytest.skip(str(error))
    with mariadb_server.serve(server, folder, [f"--ssl-cert={files.certificate}", f"--ssl-key={files.key}"]):
        with closing(server.connect()) as admin, admin.cursor() as cursor:
            cursor.execute("set global local_infile = 1")
            cursor.execute(f"create user careful identified by '{server.password}' require ssl")
            cursor.execute("grant all privileges on *.* to careful")
            cursor.execute("create table t (id int, v text)")
        yield server


def mysql(shop: Mariadb, extra: dict[str, Any], **more: Any) -> MySQL:
    return MySQL(place("mysql", shop, user="careful", extra=extra, **more))


@pytest.fixture(scope="module")
def port(postgres: Postgres, files: Certificates) -> Iterator[int]:
    with tls.before_postgresql(postgres.port, files) as port:
        yield port


def verified(files: Certificates) -> dict[str, dict[str, Any]]:
    """Ways to ask MariaDB for TLS that the server passes."""
    authority = str(files.authority)
    return {
        "verified": {"ssl_ca": authority, "ssl_verify_cert": True, "ssl_verify_identity": True},
        "not verified": {"ssl": {"verify_mode": "none"}},
        "a dictionary": {"ssl": {"ca": authority}},
        "the authority alone": {"ssl_ca": authority},
        "a mode": {"ssl_ca": authority, "ssl_mode": "VERIFY_IDENTITY"},
        "a mode that verifies nothing": {"ssl_mode": "required"},
        "a JDBC property": {"ssl_ca": authority, "jdbc_properties": {"sslMode": "VERIFY_CA"}},
    }


@pytest.mark.parametrize("way", list(verified(tls.Certificates(*[None] * 3))))  # type: ignore[arg-type]
def test_mariadb(shop: Mariadb, files: Certificates, way: str) -> None:
    with mysql(shop, verified(files)[way]) as database:
        assert database.fetch("show status like 'Ssl_version'")[0][1].startswith("TLS")
        whole_work(database, "select seq, repeat('x', 1000) from seq_1_to_100000000", "t")


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_postgresql(postgres: Postgres, files: Certificates, port: int, mode: str) -> None:
    extra = {"sslmode": mode} | ({"sslrootcert": str(files.authority)} if mode != "require" else {})
    with PostgreSQL(place("postgres", postgres, port=port, extra=extra)) as database:
        assert database.cursor().connection.info.ssl_in_use
        database.do("create temp table t (id int, v text)", "creating")
        whole_work(database, "select generate_series(1, 100000000), repeat('x', 1000)", "pg_temp.t")


def whole_work(database: Database, endless: str, table: str) -> None:
    """Load, export and cancel."""
    target = Target(
        parse_one(f"INSERT INTO {table} VALUES (?, ?)", database.dialect), table, ("id", "v"), "orders"
    )
    loader = database.loader(target, QuotedCSV())
    assert not isinstance(loader, Declined), loader.reason
    data = b"".join(b'%d,"%s"\n' % (number, b"x" * 1000) for number in range(1000))
    loader.load([data[:500_000], data[500_000:]], "s3://b/k", PROGRESS)
    loader.finish(PROGRESS)
    exporter = database.exporter(f"select * from {table} order by id", QuotedCSV())
    assert not isinstance(exporter, Declined), exporter.reason
    found: list[bytes] = []
    exporter.export(found.append, PROGRESS)
    assert b"".join(found).replace(b'"', b"") == data.replace(b'"', b"")
    exporter = database.exporter(endless, QuotedCSV())
    assert not isinstance(exporter, Declined), exporter.reason
    with pytest.raises((DatabaseError, CancelledError), match=r"interrupt|cancel"):
        exporter.export(lambda _: database.cancel(), PROGRESS)
    database.rollback()


def refused(database: Database) -> str:
    with pytest.raises(DatabaseError, match="'orders': connecting failed: ") as caught, database:
        pass
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_mariadb_is_refused(
    shop: Mariadb, files: Certificates, others: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = str(files.authority)
    assert "Access denied" in refused(mysql(shop, {"ssl_mode": "disabled"}))
    for extra in verified(others).values():
        if str(others.authority) in str(extra):
            assert "certificate verify failed" in refused(mysql(shop, extra))
    for extra in verified(files).values():
        if "ssl_verify_identity" in extra or extra.get("ssl_mode") == "VERIFY_IDENTITY":
            assert "not valid for 'localhost'" in refused(mysql(shop, extra, host="localhost"))
    with mysql(shop, {"ssl_ca": authority}, host="localhost"):
        pass
    # Without an authority, those of the machine count.
    whole = {"ssl_verify_cert": True, "ssl_verify_identity": True}
    assert "certificate verify failed" in refused(mysql(shop, whole))
    monkeypatch.setenv("SSL_CERT_FILE", authority)
    with mysql(shop, whole):
        pass
    assert "not valid for 'localhost'" in refused(mysql(shop, whole, host="localhost"))
    for wrong in (
        {"ssl_ca": str(tmp_path / "nowhere")},
        {"ssl_ca": str(files.key)},
        {**whole, "ssl_cert": str(tmp_path / "nowhere")},
    ):
        assert "the files of the ssl options cannot be used: " in refused(mysql(shop, wrong))
    assert "ssl_mode is 'ON', none of DISABLED, PREFERRED" in refused(mysql(shop, {"ssl_mode": "on"}))


def test_postgresql_is_refused(
    postgres: Postgres, files: Certificates, others: Certificates, port: int
) -> None:
    def message(**more: Any) -> str:
        extra = {"sslmode": "verify-full", "sslrootcert": str(files.authority)} | more.pop("extra", {})
        return refused(PostgreSQL(place("postgres", postgres, extra=extra, **{"port": port, **more})))

    assert "certificate verify failed" in message(extra={"sslrootcert": str(others.authority)})
    assert 'does not match host name "localhost"' in message(host="localhost")
    assert "does not exist" in message(extra={"sslrootcert": "/nowhere"})
    assert "does not support SSL" in message(port=postgres.port)
