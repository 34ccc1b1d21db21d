"""What the ledger says of the fields that databases share."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters.ledger import Verdict, approximated, exact

DATABASE: Mapping[str, Verdict] = {
    "*password": exact("the connection's password"),
    "databaseName": exact("the connection's database"),
    "jdbcProperties": approximated(
        "kept in the connection's extra; those of a JDBC driver only have no effect"
    ),
    "parent": exact("the parent's fields are applied"),
    "username": exact("the connection's login"),
}
BY_URL: Mapping[str, Verdict] = {
    "connectionString": exact("the connection's type, host, port, database and options"),
}
WITH_DRIVER: Mapping[str, Verdict] = {
    "jdbcDriverJarUri": approximated(
        "a Python driver is used; the JAR's place is kept in the connection's extra"
    ),
}
