"""What the activities have in common that run a script of Hive or Pig on an EMR cluster."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import Verdict, approximated, exact, not_needed, verdict_table
from datapipeline_converters.objects.cluster_activity import (
    CLUSTER_ACTIVITY,
    HANDLES,
    RESIZING,
    SCRIPTS_AROUND,
    scripts_around,
)
from datapipeline_converters.objects.component import CannotConvertError, Context
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.plan import Argument, Call, FieldText

SCRIPT_ON_CLUSTER: Mapping[str, Verdict] = verdict_table(
    CLUSTER_ACTIVITY,
    HANDLES,
    RESIZING,
    SCRIPTS_AROUND,
    {"generatedScriptsPath": exact("the operator's `generated_scripts_path`")},
)
OWN_SCRIPT: Mapping[str, Verdict] = verdict_table(
    SCRIPT_ON_CLUSTER,
    {
        "scriptUri": exact("the operator's `script_uri`"),
        "scriptVariable": exact("the operator's `script_variables`"),
        "stage": exact("whether the operator has `input` and `output`"),
    },
)
_NOTHING_TO_STAGE = {"stage": not_needed("the script names no data that could be staged")}
_SQL = ".SqlDataNode"
_BY_WORKER = {
    "input": approximated(
        "the Airflow worker exports the rows to a directory in S3 beside the cluster's logs first; Hive sees every column as a "
        "STRING",
        "Where the type of a column matters, CAST it in the script.",
    ),
    "output": approximated(
        "Hive writes a directory in S3 beside the cluster's logs, with every column a STRING; the Airflow worker loads it then",
        "Let the Airflow worker reach the database.",
    ),
}
_A_DIRECTORY = approximated(
    "the cluster writes a directory of this name, with files in it that it names itself",
    "Let those who read it read the directory.",
)


@dataclass(frozen=True, kw_only=True)
class ScriptOnCluster(Activity):
    """A script, with what runs around it and how the cluster is resized for it."""

    works_on_cluster = True

    generated_scripts_path: FieldText | None = None
    pre_activity_task_config: Ref | None = None
    post_activity_task_config: Ref | None = None
    resize_cluster_before_running: bool = False
    resize_cluster_max_instances: int | None = None

    def around(self, context: Context) -> dict[str, Argument]:
        """Return the operator's arguments for the cluster and for what is around the script."""
        arguments = {
            **self.cluster(context),
            **scripts_around(context, self.pre_activity_task_config, self.post_activity_task_config),
        }
        if self.generated_scripts_path is not None:
            arguments["generated_scripts_path"] = self.generated_scripts_path
        return arguments

    def note_staged(self, context: Context, side: str, node: Call) -> None:
        """Note what becomes of an input or output that is staged."""
        context.note(self.id, side, exact(f"the operator's `{side}`"))
        if node.path.endswith(_SQL):
            context.note(self.id, side, _BY_WORKER[side])
        if side == "output" and "file_path" in node.arguments:
            context.note(node.name, "filePath", _A_DIRECTORY)


@dataclass(frozen=True, kw_only=True)
class OwnScript(ScriptOnCluster):
    """A script of the user's, in the definition or in S3, with its data as tables or relations."""

    script_uri: FieldText | None = None
    script_variable: tuple[FieldText, ...] = ()

    names: ClassVar[re.Pattern[str]] = re.compile(r"\$\{((?:input|output)[1-9]\d*)\}")
    """How the script names data nodes."""

    def scripted(
        self, context: Context, inline: str, text: FieldText | None, *, stage: bool
    ) -> dict[str, Argument]:
        """Return the operator's arguments for the script and its data.

        :param inline: the argument for a script that stands in the definition
        :param text: that script
        """
        arguments: dict[str, Argument] = {}
        arguments |= {inline: text} if text is not None else {"script_uri": self.script_uri}
        if self.script_variable:
            arguments["script_variables"] = self.script_variable
        texts = [each.source for each in (text, *self.script_variable) if each is not None]
        named = {name.lower() for each in texts for name in self.names.findall(each)}
        if text is not None and not named and not any("#{" in each for each in texts):
            context.note_instead(self, _NOTHING_TO_STAGE)
            return arguments
        return arguments | (self._staged(context, named) if stage else {})

    def node_for(self, context: Context, side: str, ref: Ref) -> Call:
        """Return the data node for an input or output.

        :raises CannotConvertError: if it is none for this type of script
        """
        return context.get(ref).as_staged(context, columns=True)

    def _staged(self, context: Context, named: Collection[str]) -> dict[str, Argument]:
        """Return the data nodes; None keeps the place of one that cannot be staged, which the script must not have named."""
        found: dict[str, Argument] = {}
        for side, refs in {"input": self.input, "output": self.output}.items():
            nodes = [
                self._node(context, side, ref, needed=f"{side}{n}" in named) for n, ref in enumerate(refs, 1)
            ]
            if any(nodes):
                found[side] = nodes
        return found

    def _node(self, context: Context, side: str, ref: Ref, *, needed: bool) -> Call | None:
        try:
            node = self.node_for(context, side, ref)
        except CannotConvertError:
            if needed:
                raise
            return None
        self.note_staged(context, side, node)
        return node
