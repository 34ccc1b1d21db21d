"""SqlActivity as an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._common import DataNodeOperator, flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.copy.running import Cancellable
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database


class SqlScriptError(DatapipelineError):
    """An SqlActivity whose script is missing or given twice."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"Task {task_id!r}: give exactly one of sql and script_uri.")


class SqlActivityOperator(DataNodeOperator):
    """Run an SQL script (dp-object-sqlactivity). What queries return goes nowhere.

    The script may hold several statements separated by semicolons; `?` placeholders are filled in order, across
    all statements, as text (which the database converts, as in a prepared statement). Without parameters a `?` is
    an ordinary character; with them `??` is PostgreSQL's operator `?`. A percent sign means nothing.

    **Transactions.** Data Pipeline does not say; here the whole script is one transaction, so that a retry after a
    failure starts from the beginning. Two kinds of scripts run statement by statement instead, each taking effect
    at once: those that say themselves where a transaction begins and ends, and those with a statement that no
    transaction may hold (VACUUM and the like). In MySQL every CREATE, ALTER, DROP and TRUNCATE also ends the
    transaction.

    :param conn_id: the Airflow connection of the database.
    :param sql: the script; templated.
    :param script_uri: an S3 address of the script, read in UTF-8; the address is templated, the script is not.
        Exactly one of the two is given.
    :param parameters: values for the placeholders; templated. Lists in it are flattened, None is left out.
    :param query_group: Redshift's query group; templated. Data Pipeline's `queue`.
    :param output: a SqlDataNode whose `create_table_sql` is run first if its table does not exist; templated.
    :param aws_conn_id: the AWS connection for the script, and for looking up RDS instances.
    :raises DatapipelineError: the script cannot be read, a statement fails, or the number of parameters is not the
        number of placeholders.
    """

    node_fields = ("output_node",)
    template_fields = ("sql", "script_uri", "parameters", "query_group", "output_node")
    template_fields_renderers = {"sql": "sql"}
    ui_color = "#d6e0f0"

    def __init__(
        self,
        *,
        conn_id: str,
        sql: str | None = None,
        script_uri: str | None = None,
        parameters: Sequence[Any] = (),
        query_group: str | None = None,
        output: SqlDataNode | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.sql = sql
        self.script_uri = script_uri
        self.parameters = parameters
        self.query_group = query_group
        self.output_node = output
        self.aws_conn_id = aws_conn_id
        self._running: Cancellable[None] | None = None
        if (sql is None) == (script_uri is None):
            raise SqlScriptError(self.task_id)

    def execute(self, context: Context) -> None:
        """Run the script."""
        from datapipeline_provider.copy.running import Cancellable
        from datapipeline_provider.hooks.script import Script

        script = Script(
            database=self._database(self.conn_id),
            open_database=self._database,
            text=self.sql if self.sql is not None else self._fetched(),
            parameters=list(flat(self.parameters)),
            query_group=self.query_group,
            output=self.output_node,
            log=self.log,
        )
        self._running = Cancellable(script.run, script.interrupt)
        self._running.run()

    def on_kill(self) -> None:
        """Cancel the running statement and undo the transaction."""
        if self._running is not None:
            self._running.cancel()

    def _database(self, conn_id: str) -> Database:
        from datapipeline_provider.hooks.database import database

        return database(conn_id, self.aws_conn_id)

    def _fetched(self) -> str:
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        from datapipeline_provider.s3 import download

        client = S3Hook(aws_conn_id=self.aws_conn_id).get_conn()
        return download.text(client, str(self.script_uri))
