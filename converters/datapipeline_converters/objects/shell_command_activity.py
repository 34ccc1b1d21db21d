"""ShellCommandActivity: runs a shell command or script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, exact, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.place import Place
from datapipeline_converters.objects.runnable import ACTIVITY, ON_CLUSTER, ORDER, Activity
from datapipeline_converters.plan import Argument, Call, FieldText

_OPERATORS = {
    "worker": "shell_command_activity.ShellCommandActivityOperator",
    "queue": "shell_command_activity.ShellCommandActivityOperator",
    "ec2": "shell_command_on_ec2.ShellCommandOnEc2Operator",
    "ssh": "shell_command_by_ssh.ShellCommandBySshOperator",
    "cluster": "shell_command_on_emr.ShellCommandOnEmrOperator",
}
_ON_CLUSTER = Place("cluster", ON_CLUSTER["runsOn"])


@dataclass(frozen=True, kw_only=True)
class ShellCommandActivity(Activity):
    """One command, in the definition or in S3, with or without files staged around it."""

    command: FieldText | None = None
    script_uri: FieldText | None = None
    script_argument: tuple[FieldText, ...] = ()
    stage: bool = False
    stdout: FieldText | None = None
    stderr: FieldText | None = None

    page = "dp-object-shellcommandactivity"
    works_on_cluster = True
    leaves_files = True
    runs_commands = True
    verdicts = verdict_table(
        ACTIVITY,
        {
            "command": exact("the operator's `command`"),
            "input": ORDER,
            "output": ORDER,
            "scriptArgument": exact("the operator's `script_arguments`"),
            "scriptUri": exact("the operator's `script_uri`"),
            "stage": exact("the operator's `stage`"),
            "stderr": exact("the operator's `stderr`"),
            "stdout": exact("the operator's `stdout`"),
        },
    )

    def operator(self, context: Context) -> Call:
        """Return the shell operator."""
        arguments: dict[str, Argument] = {}
        arguments |= {"command": self.command} if self.command else {"script_uri": self.script_uri}
        if self.script_argument:
            arguments["script_arguments"] = self.script_argument
        if self.stage:
            arguments["stage"] = True
            arguments |= self._staged(context)
        if self.stdout is not None or self.stderr is not None:
            arguments |= context.chosen(self, "kms_key_id")
        arguments |= {key: text for key in ("stdout", "stderr") if (text := getattr(self, key)) is not None}
        operator, where = self._operator_there(context)
        return Call(f"datapipeline_provider.operators.{operator}", {**arguments, **where})

    def place(self, context: Context) -> Place | None:
        """Return where the command runs."""
        on_cluster = self.is_on_cluster(context) or context.wanted(self, "cluster_id") is not None
        return _ON_CLUSTER if on_cluster else super().place(context)

    def _operator_there(self, context: Context) -> tuple[str, Mapping[str, Argument]]:
        """Return the operator for where the command runs, and its arguments that say where."""
        place = self.place(context)
        kind = "worker" if place is None else place.kind
        arguments: Mapping[str, Argument] = {}
        if kind == "cluster":
            arguments = self.cluster(context)
        elif kind == "ec2":
            user = None if self.runs_on is None else context.get(self.runs_on).as_user(context)
            arguments = {"instance": context.cluster_of(self)} | (
                {} if user is None else {"remote_user": user}
            )
        elif place is not None and kind == "ssh":
            arguments = {"ssh_conn_id": place.connection}
        return _OPERATORS[kind], arguments

    def _staged(self, context: Context) -> dict[str, Argument]:
        sides: dict[str, Iterable[Ref]] = {"input": self.input, "output": self.output}
        staged = {side: [self._files(context, side, ref) for ref in refs] for side, refs in sides.items()}
        found: dict[str, Argument] = {side: nodes for side, nodes in staged.items() if any(nodes)}
        for side in found:
            context.note(self.id, side, exact(f"the operator's `{side}`"))
        return found

    def _files(self, context: Context, side: str, ref: Ref) -> Call | None:
        """Return a node whose files are staged; None keeps the place of another, because places give directories names."""
        node = context.get(ref)
        if not node.in_s3:
            context.note(self.id, side, approximated(f"{ref.id!r} is not in S3, so it is not staged"))
            return None
        return node.as_files(context)
