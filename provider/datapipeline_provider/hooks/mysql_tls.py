"""Turns what a connection says about TLS into options of PyMySQL that verify what they seem to verify.

PyMySQL alone verifies nothing where only `ssl_ca` is given, and not the server's name where `ssl_verify_identity` is given
without `ssl_ca`.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = {"ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"}
MODE = "ssl_mode"
"""What the `mysql` program and Airflow's own hook call it; Connector/J's `sslMode` is the same."""
MODES: dict[str, dict[str, Any]] = {
    "DISABLED": {"ssl_disabled": True},
    "PREFERRED": {},
    "REQUIRED": {"ssl": {"verify_mode": "none"}},
    "VERIFY_CA": {"ssl_verify_cert": True},
    "VERIFY_IDENTITY": {"ssl_verify_cert": True, "ssl_verify_identity": True},
}


def options(conn_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give options of PyMySQL.

    :param given: some of OPTIONS and MODE; everything else is given back.
    :raises DatabaseError: the mode is unknown, or a certificate cannot be read.
    """
    chosen = dict(given)
    mode = str(chosen.pop(MODE, "PREFERRED")).upper()
    if mode not in MODES:
        raise DatabaseError(conn_id, "connecting", f"{MODE} is {mode!r}, none of {', '.join(MODES)}")
    chosen = MODES[mode] | chosen
    if chosen.get("ssl_ca"):
        chosen.setdefault("ssl_verify_cert", True)
    elif chosen.get("ssl_verify_identity"):
        own = {name: chosen.pop(name, None) for name in OPTIONS}
        chosen["ssl"] = _context(conn_id, own["ssl_cert"], own["ssl_key"])
    return chosen


def _context(conn_id: str, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """Trust the authorities of this machine."""
    context = ssl.create_default_context()
    if certificate:
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:
            raise unusable(conn_id, error) from None
    return context


def unusable(conn_id: str, error: OSError) -> DatabaseError:
    """Say that the files which the options name cannot be used."""
    return DatabaseError(conn_id, "connecting", f"the files of the ssl options cannot be used: {error}")
