"""The activity HiveCopyActivity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datapipeline_provider.emr.errors import EmrFailError
from datapipeline_provider.operators._script_steps import ScriptStepsOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode
    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
    from datapipeline_provider.emr.staged import Staged
    from datapipeline_provider.emr.steps import Step


class HiveCopyError(EmrFailError):
    """A copy that Hive cannot do this way."""

    def __init__(self, task_id: str, problem: str) -> None:
        super().__init__(f"{task_id}: {problem}.")


class HiveCopyActivityOperator(ScriptStepsOperator):
    """Copies items of DynamoDB with Hive, between tables or between a table and S3 (dp-object-hivecopyactivity).

    Items are copied whole, whatever their attributes. Items that are put replace those of the same key; none is removed. In S3
    they have the form of Hive's own exports; what is in an output directory is replaced.

    :param input: an S3DataNode or DynamoDBDataNode, with a DynamoDBExportDataFormat whose columns `filter_sql` names;
        templated.
    :param output: likewise; one of the two is in DynamoDB.
    :param filter_sql: what stands behind WHERE in Hive's language; templated.
    :raises HiveCopyError: if both are in S3, or one has another format.
    """

    language = "hive"
    extension = "q"
    template_fields: Sequence[str] = ("filter_sql", *ScriptStepsOperator.template_fields)

    def __init__(
        self,
        *,
        input: S3DataNode | DynamoDBDataNode,
        output: S3DataNode | DynamoDBDataNode,
        filter_sql: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(input=[_plain(input)], output=[_plain(output)], **kwargs)
        self.filter_sql = filter_sql
        self._check()

    def _check(self) -> None:
        from datapipeline_provider.data_formats.dynamo_db import DynamoDBExportDataFormat
        from datapipeline_provider.data_nodes.dynamo_db_data_node import DynamoDBDataNode

        nodes = [*self.input_nodes, *self.output_nodes]
        if not any(isinstance(node, DynamoDBDataNode) for node in nodes):
            raise HiveCopyError(self.task_id, "one of input and output has to be a table of DynamoDB")
        for node in nodes:
            if not isinstance(node.data_format, DynamoDBExportDataFormat):
                found = type(node.data_format).__name__
                raise HiveCopyError(self.task_id, f"it copies DynamoDBExportDataFormat, not {found}")

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step."""
        return [self.script_step(self.made_script(context))]

    def script_text(self, context: Context) -> str:
        """Return the statement that copies, between those for the two tables."""
        from datapipeline_provider.emr import hive_script, names
        from datapipeline_provider.emr.hive_tables import ITEM
        from datapipeline_provider.emr.hive_text import identifier
        from datapipeline_provider.emr.staged import table_names

        found = self.staged()
        text = f"INSERT OVERWRITE TABLE ${{output1}} SELECT {identifier(ITEM)} FROM ${{input1}}"  # noqa: S608 - names of ours
        if self.filter_sql and self.filter_sql.strip():
            text += f"\nWHERE {self.filter_sql}"
        return hive_script.script(text, found, table_names(found, names.digest(context)), self.staging)

    def staged(self) -> Sequence[Staged]:
        """Return the two; an output has no columns beside the whole items."""
        from datapipeline_provider.data_formats.dynamo_db import DynamoDBExportDataFormat
        from datapipeline_provider.emr.staged import staged

        written = [replace(node, data_format=DynamoDBExportDataFormat()) for node in self.output_nodes]
        return staged(["${input1} ${output1}"], self.input_nodes, written, self.scratch)


def _plain(node: Any) -> Any:
    """Give a node without a format the one that is meant: whole items, of which no attribute is known."""
    from datapipeline_provider.data_formats.csv import CSV
    from datapipeline_provider.data_formats.dynamo_db import DynamoDBExportDataFormat

    if node.data_format in (None, CSV()):
        return replace(node, data_format=DynamoDBExportDataFormat())
    return node
