"""What all share that run a command or script: how it is given, where its output goes, and what is staged around it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider._compat import BaseOperator
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._common import DataNodeOperator, flat
from datapipeline_provider.s3.address import with_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from datapipeline_provider.shell.command import Command
    from datapipeline_provider.shell.remote_script import RemoteScript
    from datapipeline_provider.shell.transfers import Transfers


class CommandArgumentError(DatapipelineError):
    """There is no command, or two."""

    def __init__(self, task_id: str, found: str) -> None:
        super().__init__(f"{task_id}: exactly one of command and script_uri is needed; {found}.")


class ShellCommandError(DatapipelineError):
    """The command failed."""

    def __init__(self, task_id: str, code: int, streams: Iterable[str]) -> None:
        ended = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        places = ", ".join(["in this task's log", *streams])
        super().__init__(f"{task_id}: the command ended with {ended}, not with 0. Its output is {places}.")


class CommandOperator(BaseOperator):
    """An operator or sensor with a command or script.

    :param command: text for bash; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated. Run by the interpreter in its first line, else bash.
    :param script_arguments: what the command sees as $1, $2, ...; lists inside are flattened, None is left out;
        templated.
    :param stdout: `s3://bucket/key` that gets the standard output too; templated.
    :param stderr: likewise for the standard error.
    :raises CommandArgumentError: if not exactly one of `command` and `script_uri` is given.
    """

    template_fields: Sequence[str] = ("command", "script_uri", "script_arguments", "stdout", "stderr")
    template_ext: Sequence[str] = ()  # a command that ends in .sh is no file to be read
    template_fields_renderers: ClassVar[dict[str, str]] = {"command": "bash"}

    def __init__(
        self,
        *,
        command: str | None = None,
        script_uri: str | None = None,
        script_arguments: Sequence[Any] = (),
        stdout: str | None = None,
        stderr: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (command is None) == (script_uri is None):
            raise CommandArgumentError(self.task_id, "none is given" if command is None else "both are given")
        self.command = command
        self.script_uri = script_uri
        self.script_arguments = script_arguments
        self.stdout = stdout
        self.stderr = stderr

    def check_arguments(self) -> None:
        """Refuse a command that rendering has left nothing of.

        :raises CommandArgumentError: if so
        """
        if not (self.command or self.script_uri or "").strip():
            raise CommandArgumentError(self.task_id, "it is empty after rendering")

    @property
    def arguments(self) -> list[str]:
        """What the command sees as $1, $2, ...; after rendering."""
        return list(flat(self.script_arguments))

    @property
    def places(self) -> dict[str, str | None]:
        """Where in S3 each output stream goes, as it is given; after rendering."""
        return {"stdout": self.stdout, "stderr": self.stderr}

    @property
    def streams(self) -> dict[str, str]:
        """The addresses of those that go there."""
        return {name: with_name(uri, name) for name, uri in self.places.items() if uri}


class WorkerCommandOperator(CommandOperator):
    """One that runs its command on the worker.

    :param aws_conn_id: the connection to AWS.
    """

    _cancelled = False
    _command: Command | None = None

    def __init__(self, *, aws_conn_id: str | None = "aws_default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.aws_conn_id = aws_conn_id

    def on_kill(self) -> None:
        """End the command and its children; transfers stop too."""
        self._cancelled = True
        if self._command is not None:
            self._command.cancel()

    def _prepared(self) -> tuple[Command, Transfers, dict[str, str]]:
        """Return the command, what moves files for it, and the environment it gets."""
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        from datapipeline_provider.shell import environment
        from datapipeline_provider.shell.command import Command
        from datapipeline_provider.shell.transfers import Transfers

        hook = S3Hook(aws_conn_id=self.aws_conn_id)
        self._command = Command(self.task_id, self.command, self.script_uri, self.arguments)
        env = environment.with_aws(environment.of_worker(), hook)
        return self._command, Transfers(hook, lambda: self._cancelled), env


class StagedCommandOperator(CommandOperator, DataNodeOperator):
    """One with data nodes.

    :param stage: whether the S3 data nodes are copied.
    :param input: data nodes; templated.
    :param output: likewise.
    :param kms_key_id: a key of KMS (its id, ARN or alias), with which `stdout` and `stderr` are encrypted; templated.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("input_nodes", "output_nodes")
    template_fields: Sequence[str] = (
        "command",
        "script_uri",
        "script_arguments",
        "input_nodes",
        "output_nodes",  # `output` is Airflow's name for a task's XCom
        "stdout",
        "stderr",
        "kms_key_id",
    )

    def __init__(
        self,
        *,
        stage: bool = False,
        input: Sequence[object] = (),
        output: Sequence[object] = (),
        kms_key_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stage = stage
        self.input_nodes = input
        self.output_nodes = output
        self.kms_key_id = kms_key_id

    @property
    def encryption(self) -> Mapping[str, str]:
        """What boto3 is told when the output streams are stored; after rendering."""
        from datapipeline_provider.s3.encryption import write_arguments

        return write_arguments("NONE", self.kms_key_id)

    def remote_script(self, **fields: Any) -> RemoteScript:
        """Return the script that does the work on another machine.

        :param fields: what else RemoteScript takes.
        :raises OutputPathError: if an output is no directory
        """
        from datapipeline_provider.shell.remote_script import RemoteScript

        return RemoteScript(
            name=self.task_id,
            command=self.command,
            script_uri=self.script_uri,
            arguments=self.arguments,
            inputs=self.input_nodes if self.stage else (),
            outputs=self.output_nodes if self.stage else (),
            **fields,
        )
