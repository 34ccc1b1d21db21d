"""The precondition Exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._common import DataNodeOperator
from datapipeline_provider.sensors._precondition import PreconditionSensor, RefusedError
from datapipeline_provider.sensors.presence import Presence
from datapipeline_provider.sensors.s3_precondition import S3PreconditionSensor

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context
    from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode


class DataNodeError(DatapipelineError):
    """A data node whose existence cannot be asked for."""

    def __init__(self, task_id: str, why: str) -> None:
        super().__init__(f"{task_id}: {why}")


class TableRefusedError(RefusedError):
    """A database does not say whether a table is there."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"{error} It needs the right to SELECT from it, without which nobody can tell whether it is there."
        )


class ExistsSensor(DataNodeOperator, S3PreconditionSensor):
    """Waits until what a data node names exists (dp-object-exists).

    An S3 file exists when there is an object with exactly its key, an S3 directory when there is any object below it,
    be it only the marker that some tools make for a folder; a table, or a view, when one can select from it.

    :param data_node: an S3DataNode with a path, or an SqlDataNode with a table; templated.
    :param deferrable: as for every precondition on S3. A table is asked for by a worker, which has the database's driver
        and the way to it: then the sensor waits by its mode.
    :param kwargs: the arguments of S3PreconditionSensor and of every Airflow sensor.
    :raises DataNodeError: in `execute`, if the node is a manifest or something else.
    """

    node_fields = ("data_node",)
    template_fields = ("data_node",)

    def __init__(self, *, data_node: S3DataNode | SqlDataNode, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_node = data_node

    @property
    def presence(self) -> Presence:
        """What is waited for in S3; after rendering."""
        node = self._in_s3()
        return Presence(node.bucket, node.key, whole=not node.is_directory)

    @property
    def missed(self) -> str:
        """What did not happen."""
        if isinstance(self.data_node, S3DataNode):
            return super().missed
        table = ".".join(filter(None, [self.data_node.schema_name, self.data_node.table]))
        return f"Table {table} of connection {self.data_node.conn_id!r} was not there"

    def fulfilled(self, context: Context) -> bool:
        """Look once."""
        if isinstance(self.data_node, S3DataNode):
            return super().fulfilled(context)
        return self._has_table(self._table())

    def execute(self, context: Context) -> None:
        """Return when it is there.

        :raises PreconditionTimeoutError: if it is not there within the timeout.
        :raises AirflowFailException: if a right is missing.
        :raises DatabaseError: if the database does not answer.
        """
        if isinstance(self.data_node, S3DataNode):
            super().execute(context)
        else:
            PreconditionSensor.execute(self, context)

    def _has_table(self, node: SqlDataNode) -> bool:
        from datapipeline_provider.hooks.database import database
        from datapipeline_provider.hooks.errors import RightMissingError

        name = node.needed_table()
        with database(node.conn_id, self.aws_conn_id) as opened:
            table = opened.quoted(name, node.schema_name)
            self.log.info("Looking for table %s of connection %s", table, node.conn_id)
            try:
                return opened.table_exists(table)
            except RightMissingError as error:
                raise TableRefusedError(error) from error

    def _in_s3(self) -> S3DataNode:
        node = self.data_node
        if not isinstance(node, S3DataNode) or node.manifest_file_path is not None:
            raise DataNodeError(self.task_id, f"{node} has neither a file_path nor a directory_path.")
        return node

    def _table(self) -> SqlDataNode:
        from datapipeline_provider.data_nodes.sql_data_node import SqlDataNode

        if not isinstance(self.data_node, SqlDataNode):
            raise DataNodeError(self.task_id, f"{self.data_node!r} is no data node that can be looked for.")
        return self.data_node
