"""Asks PostgreSQL's catalogue what happens when a row comes into a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datapipeline_provider.hooks.postgresql import PostgreSQL

# Parents and children, since a row may go into a partition, whose triggers then run.
FAMILY = """WITH RECURSIVE up (oid) AS (
  SELECT {table}::regclass::oid UNION SELECT inhparent FROM pg_inherits JOIN up ON inhrelid = up.oid
), family (oid) AS (
  SELECT oid FROM up UNION SELECT inhrelid FROM pg_inherits JOIN family ON inhparent = family.oid
)"""
TRIGGERS = (
    FAMILY + " SELECT count(*) FROM pg_trigger JOIN family ON tgrelid = family.oid WHERE NOT tgisinternal"  # noqa: S608 - literals
)
TABLE = """SELECT relkind, relhasrules, relrowsecurity,
  EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped {identity})
FROM pg_class c WHERE oid = {table}::regclass"""
DOING = "reading the catalogue"


def why_not_insert(database: PostgreSQL, table: str) -> str | None:
    """Say why many rows at once may not be the same as one after another; None if they are.

    :param table: its name, quoted.
    """
    [(triggers,)] = database.fetch(TRIGGERS.format(table=database.literal(table)), DOING)
    return "the table has triggers" if triggers else None


def why_not_copy(database: PostgreSQL, table: str) -> str | None:
    """Say why COPY into a table is not the same as INSERT; None if it is."""
    identity = "AND (attidentity = 'a' OR attgenerated <> '')" if database.version >= 120_000 else ""
    if not identity:
        identity = "AND attidentity = 'a'" if database.version >= 100_000 else "AND false"
    query = TABLE.format(table=database.literal(table), identity=identity)
    [(kind, rules, policies, generated)] = database.fetch(query, DOING)
    reasons = {
        "the output is not a table": kind not in {"r", "p"},
        "the table has rules": rules,
        "the table has row-level security": policies,
        "the table has columns that it fills itself": generated,
    }
    return next((reason for reason, holds in reasons.items() if holds), None) or why_not_insert(
        database, table
    )
