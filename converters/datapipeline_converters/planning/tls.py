"""Knows how a connection of each type is told to encrypt, and to check the server's certificate."""

from __future__ import annotations

from collections.abc import Mapping

_POSTGRESQL: Mapping[str, Mapping[str, object]] = {
    "require": {"sslmode": "require"},
    "verify": {"sslmode": "verify-full"},
}
_MYSQL: Mapping[str, Mapping[str, object]] = {
    "require": {"ssl": {"verify_mode": "none"}},
    "verify": {"ssl_verify_cert": True, "ssl_verify_identity": True},
}
# What stands in a connection's extra, and under which name the file with certificates does.
_EXTRAS: Mapping[str, tuple[Mapping[str, Mapping[str, object]], str]] = {
    "postgres": (_POSTGRESQL, "sslrootcert"),
    "redshift": (_POSTGRESQL, "sslrootcert"),
    "mysql": (_MYSQL, "ssl_ca"),
}


def tls_extra(
    conn_type: str, chosen: Mapping[str, bool | int | str]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return what a connection's extra says of encryption, and what is left to the user about it.

    :param chosen: what the user chose for the database: `tls` and `tls_ca` matter
    """
    tls, certificates = chosen.get("tls"), chosen.get("tls_ca")
    if tls is None:
        return {}, ()
    if conn_type not in _EXTRAS:
        return {}, (f"how a connection of type `{conn_type}` encrypts is its driver's affair: set it there",)
    extras, name = _EXTRAS[conn_type]
    extra = dict(extras[str(tls)])
    if certificates is not None:
        return {**extra, name: certificates}, ()
    if tls == "verify":
        return extra, (
            f"name the file with the certificates to trust in its extra, as `{name}` (option `--tls-ca`)",
        )
    return extra, ()
