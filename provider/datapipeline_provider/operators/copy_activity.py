"""CopyActivity as an operator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from datapipeline_provider.copy import choices
from datapipeline_provider.operators._common import DataNodeOperator

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from datapipeline_provider._compat import Context
    from datapipeline_provider.copy.markers import Marker
    from datapipeline_provider.copy.progress import Moved
    from datapipeline_provider.copy.running import Cancellable
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode
    from datapipeline_provider.hooks.database import Database


class CopyActivityOperator(DataNodeOperator):
    r"""Copy records from one data node to another (dp-object-copyactivity).

    From S3 or a database to S3 or a database. Files are unquoted text: a backslash precedes a separator inside a
    value, the two characters `\n` are NULL, there is no header. Memory stays bounded whatever the size.

    A copy takes effect whole or not at all, so a retry is safe: an S3 object appears when it is complete, a load
    into a database is one transaction. (MySQL's MyISAM tables know no transactions.) In a directory, records that
    do not come from a file get one file, whose name is the same for each attempt of a task run.

    :param input: the S3DataNode or SqlDataNode to read; templated.
    :param output: the S3DataNode or SqlDataNode to write; templated.
    :param unwritable: what becomes of a value that the format of a file cannot carry, such as one with a line feed
        in CSV: `fail` (the copy fails and names the row), `space` (a space stands for the character), `remove`
        (nothing does) or `escape` (the escape character precedes it, which Redshift's COPY with ESCAPE reads).
    :param exactly_once: for an output in a database: a row in its table `datapipeline_loads` (made if it is missing,
        in the output's schema) is committed with the load, and a later attempt of the same task run that finds the
        row loads nothing. So a worker that dies between the commit and its report does not load twice. A task
        that is cleared, and a run that is deleted and made again, load again: the row is named after what these
        change and a retry does not, the task's `max_tries` and the run's start.
        Files in S3 do not need it.
    :param aws_conn_id: the AWS connection for S3, and for looking up RDS instances.
    :return: XCom with `rows` (None if S3 copied objects itself), `bytes` (stored in S3) and `objects`
        (written to S3); see `copy.progress.Moved`.
    :raises UnwritableChoiceError: `unwritable` is another word.
    :raises DatapipelineError: anything that keeps the copy from being complete; never with values of a row.
    """

    node_fields = ("input_node", "output_node")
    template_fields = ("input_node", "output_node")  # `output` is Airflow's name for a task's XCom
    ui_color = "#d6e9c6"

    def __init__(
        self,
        *,
        input: S3DataNode | SqlDataNode,
        output: S3DataNode | SqlDataNode,
        unwritable: str = "fail",
        exactly_once: bool = False,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input_node = input
        self.output_node = output
        self.unwritable = choices.checked(unwritable)
        self.exactly_once = exactly_once
        self.aws_conn_id = aws_conn_id
        self._running: Cancellable[Moved] | None = None

    def execute(self, context: Context) -> Moved:
        """Copy everything."""
        from datapipeline_provider.copy.planning import Copy, generated_name
        from datapipeline_provider.copy.progress import Progress
        from datapipeline_provider.copy.running import Cancellable

        task = context["ti"]
        work = Copy(
            source=self.input_node,
            sink=self.output_node,
            client=cache(self._client),
            open_database=self._database,
            generated_name=generated_name(task.dag_id, task.task_id, task.run_id, task.map_index),
            progress=Progress(self.log),
            marker=self._marker(context),
            on_unwritable=self.unwritable,
        )
        self._running = Cancellable(work.run, work.interrupt)
        return self._running.run()

    def _marker(self, context: Context) -> Marker | None:
        from datapipeline_provider.copy.markers import Marker
        from datapipeline_provider.copy.planning import generated_name
        from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode

        if not self.exactly_once or not isinstance(self.output_node, SqlDataNode):
            return None
        task, started = context["ti"], context["dag_run"].start_date
        # Neither the id nor the number of the try: both change with each retry too.
        run = (task.dag_id, task.task_id, task.run_id, task.map_index, task.max_tries, started)
        return Marker(generated_name(*run), " / ".join(map(str, run)), self.output_node.schema_name)

    def on_kill(self) -> None:
        """Cancel the running query and discard what has been uploaded."""
        if self._running is not None:
            self._running.cancel()

    def _client(self) -> S3Client:
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        client: S3Client = S3Hook(aws_conn_id=self.aws_conn_id).get_conn()
        return client

    def _database(self, conn_id: str) -> Database:
        from datapipeline_provider.hooks.database import database

        return database(conn_id, self.aws_conn_id)
