"""Writes connections and variables in the forms that Airflow imports; the only files that hold secrets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from datapipeline_converters.plan import Connection, Variable


def connections_json(connections: Sequence[Connection]) -> str:
    """Return the text for `airflow connections import`."""
    document = {
        connection.id: {
            "conn_type": connection.conn_type,
            "host": connection.host,
            "port": connection.port,
            "schema": connection.schema,
            "login": connection.login,
            "password": connection.password,
            "extra": dict(connection.extra),
        }
        for connection in connections
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def variables_json(variables: Sequence[Variable]) -> str:
    """Return the text for `airflow variables import`; a Variable without value is empty."""
    document = {variable.key: variable.value or "" for variable in variables}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
