"""The activity ShellCommandActivity, where it runs on an EMR cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators._emr_steps import EmrStepsOperator
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.emr.steps import Step

_LONGEST_TEXT = 8000  # longer ones go by way of S3; EMR takes 10,280 characters
_WITHOUT_LIMIT = (1 << 40, 1 << 40)


class ShellCommandOnEmrOperator(EmrStepsOperator):
    """Runs a command or script with bash on the master node of a cluster (dp-object-shellcommandactivity).

    It runs as a step, in a new, empty directory, and is to AWS what the cluster's instance profile is; what is staged is
    copied there by the cluster's own AWS CLI. Both streams are in the logs of the step.

    :param command: text for bash; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated. Run by the interpreter in its first line, else bash.
    :param script_arguments: what the command sees as $1, $2, ...; lists inside are flattened, None is left out; templated.
    :param stage: whether the S3 data nodes are copied, as ShellCommandActivityOperator does it.
    :param input: data nodes; templated.
    :param output: likewise.
    :param stdout: `s3://bucket/key` that gets the standard output too, also on failure; templated.
    :param stderr: likewise for the standard error.
    :param kms_key_id: a key of KMS with which these two are encrypted; templated.
    :raises CommandArgumentError: if not exactly one of `command` and `script_uri` is given.
    """

    node_fields = ("input_nodes", "output_nodes", *EmrStepsOperator.node_fields)
    template_fields: Sequence[str] = (
        "command",
        "script_uri",
        "script_arguments",
        "input_nodes",
        "output_nodes",  # `output` is Airflow's name for a task's XCom
        "stdout",
        "stderr",
        "kms_key_id",
        *EmrStepsOperator.template_fields,
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"command": "bash"}

    def __init__(
        self,
        *,
        command: str | None = None,
        script_uri: str | None = None,
        script_arguments: Sequence[Any] = (),
        stage: bool = False,
        input: Sequence[object] = (),
        output: Sequence[object] = (),
        stdout: str | None = None,
        stderr: str | None = None,
        kms_key_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (command is None) == (script_uri is None):
            raise CommandArgumentError(self.task_id, "none is given" if command is None else "both are given")
        self.command = command
        self.script_uri = script_uri
        self.script_arguments = script_arguments
        self.stage = stage
        self.input_nodes = input
        self.output_nodes = output
        self.stdout = stdout
        self.stderr = stderr
        self.kms_key_id = kms_key_id

    def steps_to_run(self, context: Context) -> Sequence[Step]:
        """Return the one step.

        :raises CommandArgumentError: if the command is empty after rendering
        :raises DatapipelineError: if a place to stage from or to is none
        """
        from datapipeline_provider.emr.steps import command, script
        from datapipeline_provider.s3.encryption import write_arguments
        from datapipeline_provider.shell.remote_script import RemoteScript

        if not (self.command or self.script_uri or "").strip():
            raise CommandArgumentError(self.task_id, "it is empty after rendering")
        places = {"stdout": self.stdout, "stderr": self.stderr}
        kept = {stream: uri for stream, uri in places.items() if uri}
        text = RemoteScript(
            self.task_id,
            self.command,
            self.script_uri,
            list(flat(self.script_arguments)),
            inputs=self.input_nodes if self.stage else (),
            outputs=self.output_nodes if self.stage else (),
            places=kept,
            encryption=write_arguments("NONE", self.kms_key_id),
            limits=_WITHOUT_LIMIT if kept else None,
        ).text()
        if len(text) <= _LONGEST_TEXT:
            return [command("command", text)]
        return [script("command", self.put("command.sh", f"#!/bin/bash\n{text}"), [], self.region)]
