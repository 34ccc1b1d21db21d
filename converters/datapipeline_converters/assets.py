"""Knows the URIs under which Airflow shows data nodes as inlets and outlets.

Airflow refuses two assets that share a URI under different names, so the URI is the name, and both are a function of the data alone.
The schemes begin with `x-`: for any other, Airflow loads the URI handlers of all providers, boto3 with them, whenever it reads
the file, which takes longer than all the rest of it.
"""

from __future__ import annotations

from urllib.parse import quote

_LONGEST = 1500  # Airflow's limit


def s3_asset(path: str, whole: bool) -> str | None:
    """Return the URI for a path in S3, None when not even its bucket is known.

    :param path: the path, or what is fixed of it
    :param whole: whether it is the whole path; else it is cut at its last slash
    """
    scheme, _, rest = path.partition("://")
    bucket, slash, key = rest.partition("/")
    if scheme.lower() not in {"s3", "s3n", "s3a"} or not bucket or not (slash or whole):
        return None
    if not whole:
        key = key.rpartition("/")[0]
    return f"x-s3://{quote(bucket)}/{quote(key)}".rstrip("/")[:_LONGEST]


def table_asset(connection: str, table: str) -> str:
    """Return the URI for a table; the host is the connection, because only the connection says where the table is."""
    return f"x-sql://{quote(connection)}/{quote(table)}".rstrip("/")[:_LONGEST]
