"""The activity HiveActivity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.operators._common import flat, once
from datapipeline_provider.operators._script_steps import OwnScript, OwnScriptOperator, pairs, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step


class HiveScript(OwnScript):
    """Runs a script of Hive, with data nodes as tables (dp-object-hiveactivity, dp-concepts-staging).

    With data nodes, `${input1}`, `${output1}` and so on in the script are the names of tables, which are made before it runs
    and removed after it; nothing else of the script changes. A table is made only where the script, or a variable, names it:

    - of an S3DataNode, with the columns of its format: CSV by Hive's CSV SerDe, TSV by its delimited one, JavaRegEx by its
      RegEx SerDe. A file that is read is copied into a directory first; what is written is a directory;
    - of an SqlDataNode: the worker exports its rows first into a directory below `scratch_uri`, or loads them after the script,
      before `post_script`. All columns are of the type STRING;
    - of a DynamoDBDataNode with a DynamoDBDataFormat, by EMR's storage handler.

    :param hive_script: the script; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated.
    :param script_variables: `NAME=value` each, read as `${NAME}`; lists inside are flattened; templated.
    :param hadoop_queue: the queue of YARN's scheduler; templated.
    :raises ScriptChoiceError: if not exactly one script is given.
    """

    language = "hive"
    extension = "q"
    inline = "hive_script"
    template_fields: Sequence[str] = ("hive_script", "hadoop_queue", *OwnScript.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {"hive_script": "sql"}

    def __init__(
        self, *, hive_script: str | None = None, hadoop_queue: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.hive_script = hive_script
        self.hadoop_queue = hadoop_queue
        self.check_script()

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step."""
        queue = {"mapreduce.job.queuename": self.hadoop_queue, "tez.queue.name": self.hadoop_queue}
        uri = self.to_run(context)
        return [self.script_step(uri, *settings("--hiveconf", queue), *pairs("-d", self.variables(context)))]

    def variables(self, context: Context) -> list[str]:
        """Return the variables as the script is to see them, `NAME=value` each."""
        from datapipeline_provider.emr import names, staged_names
        from datapipeline_provider.emr.staged import table_names

        tables = table_names(self.staged(), names.digest(context))
        return [staged_names.replaced(each, tables) for each in flat(self.script_variables)]

    def script_text(self, context: Context) -> str:
        """Return the user's script between the statements for the tables."""
        from datapipeline_provider.emr import hive_script, names
        from datapipeline_provider.emr.staged import table_names

        found = self.staged()
        return hive_script.script(self.text, found, table_names(found, names.digest(context)), self.staging)


class HiveActivityOperator(HiveScript, OwnScriptOperator):
    """Runs a script of Hive on a cluster."""

    template_fields: Sequence[str] = once(HiveScript.template_fields, OwnScriptOperator.template_fields)
