"""Makes once what every test would make again, the same each time: a third of the processor's time of copies.

Users make a client or two in a task; tests make thousands.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pymysql
from botocore.loaders import JSONFileLoader


def keep() -> None:
    """Keep botocore's models of services, and the TLS context of connections that verify nothing."""
    models: Any = JSONFileLoader
    load = models.load_file
    loaded = cache(lambda path: load(models(), path))
    models.load_file = lambda _, path: loaded(path)

    connections: Any = pymysql.connections.Connection
    made = connections._create_ssl_ctx
    unverified = made(connections.__new__(connections), {})
    connections._create_ssl_ctx = lambda self, given: made(self, given) if given else unverified
