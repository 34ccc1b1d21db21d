"""Where a test server is, as a hook is told."""

from __future__ import annotations

from typing import Any

from datapipeline_provider.hooks.where import Where


def place(conn_type: str, server: Any, **more: Any) -> Where:
    """Say where a server's default database is and who logs in; `more` wins."""
    fields = {
        "conn_id": "orders",
        "conn_type": conn_type,
        "host": server.host,
        "port": server.port,
        "database": server.dbname,
        "user": server.user,
        "password": server.password,
        **more,
    }
    return Where(**fields)
