"""Turns an INSERT of one record into an INSERT of all records of a temporary table."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datapipeline_provider.hooks import postgresql_tables, sql_text
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from datapipeline_provider.hooks.postgresql import PostgreSQL
    from datapipeline_provider.hooks.sql_text import Statement

NAME = "datapipeline_stage"
TYPES = f"""SELECT format_type(type, -1) FROM pg_prepared_statements,
  unnest(parameter_types::oid[]) WITH ORDINALITY AS parameter (type, number)
WHERE name = '{NAME}' ORDER BY number"""  # noqa: S608 - our own name
FUNCTIONS = """SELECT count(*) FROM pg_proc JOIN pg_language l ON l.oid = prolang
WHERE proname IN ({names}) AND lanname NOT IN ('internal', 'c') AND pronamespace <> 'pg_catalog'::regnamespace"""
VALUES = re.compile(r"\bVALUES\s*\Z", re.IGNORECASE)
LOOKS = {"SELECT", "TABLE", "WITH"}
DOING = "preparing the insert query"


@dataclass(frozen=True)
class Stage:
    """A temporary table that ends with the transaction.

    :param columns: their names; one for each placeholder.
    :param statement: the INSERT ... SELECT.
    """

    database: PostgreSQL
    table: str
    columns: tuple[str, ...]
    statement: str

    def insert(self) -> None:
        """Bring what was loaded to its place; raises what the driver raises."""
        with self.database.cursor() as cursor:
            cursor.execute(self.statement)

    def described(self, column: str) -> str:
        """Say for which value of the insert query a column stands."""
        return str(self.columns.index(column) + 1)


def stage(database: PostgreSQL, insert: Statement) -> Stage | Declined:
    """Make the temporary table, in a transaction that has just begun, if all records at once give the same."""
    parsed = sql_text.values_clause(insert, database.dialect)
    if parsed is None or not insert.placeholders:
        return Declined("the insert query has no single VALUES with all its placeholders")
    before, bracket, after = parsed
    before, found = VALUES.subn("", before)
    words = {*bracket.words, *sql_text.parse_one(after, database.dialect).words}
    if insert.words[0] != "INSERT" or not found or LOOKS & {*insert.words}:
        return Declined("the insert query does more than insert values")
    if "DEFAULT" in bracket.words:
        return Declined("the insert query has DEFAULT among its values")
    if after and not after.upper().startswith(("ON", "RETURNING")):
        return Declined("the insert query has more than one bracket of values")
    try:
        return _made(database, insert, before, bracket, after, words)
    except DatabaseError as error:  # the plain way says it where it matters, if it does
        database.rollback()
        return Declined(error.reason)


def _made(
    database: PostgreSQL, insert: Statement, before: str, bracket: Statement, after: str, words: set[str]
) -> Stage | Declined:
    names = ", ".join(database.literal(word.lower()) for word in sorted(words)) or "''"
    [(functions,)] = database.fetch(FUNCTIONS.format(names=names), DOING)
    if functions:
        return Declined("the insert query calls functions of the database's own")
    marks = [f"${number}" for number in range(1, insert.placeholders + 1)]
    database.do(f"PREPARE {NAME} AS {insert.filled(marks)}", DOING)
    types = [kind for (kind,) in database.fetch(TYPES, DOING)]
    database.do(f"DEALLOCATE {NAME}", DOING)
    columns = tuple(f"value_{number}" for number in range(1, len(types) + 1))
    list_of_columns = ", ".join(map(" ".join, zip(columns, types, strict=True)))
    database.do(f"CREATE TEMPORARY TABLE {NAME} ({list_of_columns}) ON COMMIT DROP", DOING)
    values = bracket.filled(f"{NAME}.{column}" for column in columns).strip()[1:-1]
    statement = f"{before} SELECT {values}\nFROM pg_temp.{NAME} {after}"
    [(plan,)] = database.fetch(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}", DOING)
    table = _inserted_into(database, plan)
    if table is None:
        database.rollback()
        return Declined("a rule changes the insert query")
    if reason := postgresql_tables.why_not_insert(database, table):
        database.rollback()
        return Declined(reason)
    return Stage(database, f"pg_temp.{NAME}", columns, statement)


def _inserted_into(database: PostgreSQL, plan: Any) -> str | None:
    plans = json.loads(plan) if isinstance(plan, str) else plan
    nodes = [each["Plan"] for each in plans if "Plan" in each]
    if len(nodes) != 1 or nodes[0].get("Operation") != "Insert":
        return None
    parts = (nodes[0]["Schema"], nodes[0]["Relation Name"])
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
