"""The activity ShellCommandActivity."""

from __future__ import annotations

import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._common import DataNodeOperator, flat
from datapipeline_provider.s3.address import with_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.shell.command import Command


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


class ShellCommandActivityOperator(DataNodeOperator):
    """Runs a command or script with bash on the worker (dp-object-shellcommandactivity).

    The command runs in a new, empty directory that is removed afterwards, gets the worker's environment without
    Airflow's own settings, and the keys, region and endpoint that the connection names. Both output streams go to
    the task's log. When the task ends for whatever reason, no process of the command is left.

    :param command: text for bash; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated. Run by the interpreter in its first line, else bash.
    :param script_arguments: what the command sees as $1, $2, ...; lists inside are flattened, None is left out;
        templated.
    :param stage: whether the S3 data nodes are copied: input k to $INPUTk_STAGING_DIR before, and all files of
        $OUTPUTk_STAGING_DIR below output k's directory_path after exit code 0 (dp-concepts-staging).
    :param input: data nodes; templated. k is the place in the list, from 1.
    :param output: likewise.
    :param stdout: `s3://bucket/key` that gets the standard output too, also on failure; templated.
    :param stderr: likewise for the standard error.
    :param kms_key_id: a key of KMS (its id, ARN or alias), with which these two are encrypted; templated. If not
        given, they are as the bucket's own default has it. Staged outputs have the keys of their data nodes.
    :param aws_conn_id: the connection to AWS.
    :raises CommandArgumentError: if not exactly one of `command` and `script_uri` is given.
    """

    node_fields = ("input_nodes", "output_nodes")
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
    template_ext: Sequence[str] = ()  # a command that ends in .sh is no file to be read
    template_fields_renderers: ClassVar[dict[str, str]] = {"command": "bash"}

    _cancelled = False
    _command: Command | None = None

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
        aws_conn_id: str | None = "aws_default",
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
        self.aws_conn_id = aws_conn_id

    def execute(self, context: Context) -> None:
        """Stage, run, upload.

        :raises ShellCommandError: if the exit code is not 0.
        :raises DatapipelineError: if staging, the script's download or an upload fails.
        """
        self.check_arguments()
        with TemporaryDirectory(prefix="datapipeline-", ignore_cleanup_errors=True) as directory:
            self._execute_in(Path(directory))

    def check_arguments(self) -> None:
        """Refuse a command that rendering has left nothing of.

        :raises CommandArgumentError: if so
        """
        if not (self.command or self.script_uri or "").strip():
            raise CommandArgumentError(self.task_id, "it is empty after rendering")

    @property
    def streams(self) -> dict[str, str]:
        """Where in S3 the output streams go, by name, those that go there; after rendering."""
        places = {"stdout": self.stdout, "stderr": self.stderr}
        return {name: with_name(uri, name) for name, uri in places.items() if uri}

    def on_kill(self) -> None:
        """End the command and its children; transfers stop too."""
        self._cancelled = True
        if self._command is not None:
            self._command.cancel()

    def _execute_in(self, root: Path) -> None:
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        from datapipeline_provider.s3.encryption import write_arguments
        from datapipeline_provider.shell import environment
        from datapipeline_provider.shell.command import Command
        from datapipeline_provider.shell.staging import Staging
        from datapipeline_provider.shell.transfers import Transfers

        hook = S3Hook(aws_conn_id=self.aws_conn_id)
        transfers = Transfers(hook, lambda: self._cancelled)
        staging = Staging(root, transfers, self.input_nodes, self.output_nodes) if self.stage else None
        arguments = list(flat(self.script_arguments))
        self._command = Command(self.task_id, self.command, self.script_uri, arguments)
        env = environment.with_aws(environment.of_worker(), hook)
        if staging is not None:
            staging.fetch()
            env |= staging.environment
        code = self._command.run(
            root,
            transfers,
            env,
            {"stdout": self.stdout, "stderr": self.stderr},
            write_arguments("NONE", self.kms_key_id),
            self.log,
        )
        if code != 0:
            raise ShellCommandError(self.task_id, code, self.streams.values())
        if staging is not None:
            staging.publish()
