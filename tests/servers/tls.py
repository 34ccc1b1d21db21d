"""Certificates of an authority of the tests' own, and TLS for the test's PostgreSQL, which is built without it."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import multiprocessing
import select
import socket
import ssl
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.process import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

FIRST = struct.Struct(">II")
TLS_PLEASE, GSS_PLEASE = (FIRST.pack(8, number) for number in (80877103, 80877104))
"""What a client of PostgreSQL may begin with."""


class Certificates(NamedTuple):
    """Files in PEM form: the authority's certificate, and one of a server that is called 127.0.0.1 and nothing else."""

    authority: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """What the server needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def certificates(directory: Path) -> Certificates:
    """Make an authority and the server's certificate, valid for a day."""
    files = Certificates(*(directory / name for name in ("authority.pem", "server.pem", "server.key")))
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _name(f"Authority of {directory.name}")  # two of one name are mistaken for each other
    limits = x509.BasicConstraints(ca=True, path_length=None)
    _write(
        files.authority,
        _certificate(authority, authority, authority_key, authority_key, limits, critical=True),
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))])
    _write(
        files.certificate, _certificate(_name("server"), authority, key, authority_key, host, critical=False)
    )
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
    *,
    critical: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder(
            issuer, subject, key.public_key(), x509.random_serial_number(), now - day, now + day
        )
        .add_extension(extension, critical=critical)
        .sign(signer, hashes.SHA256())
    )


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@contextmanager
def before_postgresql(port: int, files: Certificates) -> Iterator[int]:
    """Take TLS connections for a PostgreSQL until the block ends; yield the port.

    In a process of its own: psycopg2 lets no other thread run while it waits for a server to take a cancellation.
    """
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=_listen, args=(there, port, files), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _listen(told: Connection, port: int, files: Certificates) -> None:
    context = files.context()
    with socket.create_server((LOOPBACK, 0)) as listening:
        told.send(listening.getsockname()[1])
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_carry, args=(client, port, context), daemon=True).start()


def _carry(client: socket.socket, port: int, context: ssl.SSLContext) -> None:
    with (
        contextlib.suppress(OSError),
        socket.create_connection((LOOPBACK, port)) as server,
        contextlib.ExitStack() as stack,
    ):
        stack.callback(lambda: client.close())
        while (first := client.recv(FIRST.size)) == GSS_PLEASE:
            client.sendall(b"N")
        if first == TLS_PLEASE:
            client.sendall(b"S")
            client = context.wrap_socket(client, server_side=True)
        else:
            server.sendall(first)
        _pump(client, server)


def _pump(client: socket.socket, server: socket.socket) -> None:
    others = {client: server, server: client}
    while True:
        pending = isinstance(client, ssl.SSLSocket) and client.pending()
        for each in [client] if pending else select.select([client, server], [], [])[0]:
            data = each.recv(1 << 16)
            if not data:
                return
            others[each].sendall(data)
