"""CopyActivity as an operator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from datapipeline_provider.operators._common import DataNodeOperator

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from datapipeline_provider._compat import Context
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
    :param aws_conn_id: the AWS connection for S3, and for looking up RDS instances.
    :return: XCom with `rows` (None if S3 copied objects itself), `bytes` (stored in S3) and `objects`
        (written to S3); see `copy.progress.Moved`.
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
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input_node = input
        self.output_node = output
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
        )
        self._running = Cancellable(work.run, work.interrupt)
        return self._running.run()

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
