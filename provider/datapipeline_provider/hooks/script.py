"""Runs an SQL script on a database."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import sql_text
from datapipeline_provider.hooks.errors import CancelledError
from datapipeline_provider.hooks.tables import create_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database
    from datapipeline_provider.hooks.sql_text import Statement
    from datapipeline_provider.hooks.tables import Log

# Statements whose beginning shows that the script handles its transactions itself.
TRANSACTION_WORDS = {
    ("BEGIN",), ("START", "TRANSACTION"), ("COMMIT",), ("ROLLBACK",), ("END",), ("ABORT",),
    ("SET", "AUTOCOMMIT"),
}  # fmt: skip
# Statements that PostgreSQL or Redshift refuses inside a transaction.
ALONE = {
    ("VACUUM",), ("CREATE", "DATABASE"), ("DROP", "DATABASE"), ("CREATE", "TABLESPACE"), ("DROP", "TABLESPACE"),
    ("ALTER", "SYSTEM"), ("CREATE", "EXTERNAL"), ("ALTER", "TABLE", "APPEND"),
}  # fmt: skip
# Likewise, wherever the word stands: CREATE INDEX CONCURRENTLY, REINDEX TABLE CONCURRENTLY ...
CONCURRENTLY = "CONCURRENTLY"


class ParameterCountError(DatapipelineError):
    """More or fewer parameters than placeholders."""

    def __init__(self, conn_id: str, placeholders: int, parameters: int) -> None:
        super().__init__(
            f"The script for connection {conn_id!r} has {placeholders} placeholders (?), but {parameters} parameters "
            "are given."
        )


class ScriptError(DatapipelineError):
    """A statement of a script failed."""

    def __init__(self, number: int, count: int, problem: str) -> None:
        super().__init__(f"Statement {number} of {count}: {problem}")


@dataclass
class Script:
    """An SQL script and what it runs with; see SqlActivityOperator for what the fields mean."""

    database: Database
    open_database: Callable[[str], Database]
    text: str
    parameters: Sequence[str]
    query_group: str | None
    output: SqlDataNode | None
    log: Log
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Run all statements; after an error a script without transactions of its own has changed nothing."""
        database, log = self.database, self.log
        statements = self.statements()
        if self.output is not None:
            self._create_table(self.output)
        with database:
            if self.query_group:
                group = sql_text.Statement(("SET query_group TO ", ""), ("SET", "QUERY_GROUP"))
                database.run(group, [self.query_group])
                database.commit()
            alone = next(filter(None, map(_own_transaction, statements)), None)
            if alone is not None:
                log.info("Each statement takes effect at once, because of %s", alone)
                database.autocommit()
            self._run_all(statements)
            if alone is None:
                database.commit()
        log.info("Ran %d statements", len(statements))

    def statements(self) -> list[Statement]:
        """Split the script; ParameterCountError unless the parameters fit the placeholders."""
        statements = sql_text.parse(self.text, self.database.dialect, placeholders=bool(self.parameters))
        placeholders = sum(statement.placeholders for statement in statements)
        if placeholders != len(self.parameters):
            raise ParameterCountError(self.database.conn_id, placeholders, len(self.parameters))
        return statements

    def interrupt(self) -> None:
        """Make `run`, in another thread, fail soon."""
        self._stop.set()
        self.database.cancel()

    def _create_table(self, output: SqlDataNode) -> None:
        with self.open_database(output.conn_id) as database:  # not always the script's own
            create_table(database, output, self.log)

    def _run_all(self, statements: Sequence[Statement]) -> None:
        waiting = iter(self.parameters)
        for number, statement in enumerate(statements, start=1):
            self._check()
            values = [next(waiting) for _ in range(statement.placeholders)]
            try:
                affected = self.database.run(statement, values)
            except DatapipelineError as error:
                raise ScriptError(number, len(statements), str(error)) from None
            what = " ".join(statement.words[:2]) or "statement"
            self.log.info("%d of %d, %s: %s", number, len(statements), what, _rows(affected))
        self._check()  # the last moment to stop

    def _check(self) -> None:
        if self._stop.is_set():
            raise CancelledError


def _rows(affected: int) -> str:
    return "done" if affected < 0 else f"{affected:,} rows"


def _own_transaction(statement: Statement) -> str | None:
    """Give the words because of which a statement cannot be part of one transaction, if there are any."""
    words = statement.words
    for beginning in TRANSACTION_WORDS | ALONE:
        if _begins(words, beginning):
            return " ".join(beginning)
    if CONCURRENTLY in words and words[0] in {"CREATE", "DROP", "REINDEX"}:
        return CONCURRENTLY
    return None


def _begins(words: tuple[str, ...], beginning: tuple[str, ...]) -> bool:
    if beginning == ("ALTER", "TABLE", "APPEND"):
        return words[:2] == beginning[:2] and "APPEND" in words
    return words[: len(beginning)] == beginning
