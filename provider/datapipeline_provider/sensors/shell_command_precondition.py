"""The precondition ShellCommandPrecondition."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from datapipeline_provider.operators._common import flat
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError
from datapipeline_provider.sensors._precondition import PreconditionSensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.shell.command import Command


class ShellCommandPreconditionSensor(PreconditionSensor):
    """Waits until a command or script ends with exit code 0 on the worker (dp-object-shellcommandprecondition).

    Each check runs it anew, as ShellCommandActivityOperator runs its own: with bash, in a new, empty directory, with
    the worker's environment without Airflow's own settings and with what the AWS connection names. Any other exit code
    is "not yet". A check that lasts longer than `timeout` is ended. Between two checks no worker slot is held, and
    however the task ends, no process of the command is left.

    :param command: text for bash; templated. Exactly one of this and `script_uri`.
    :param script_uri: `s3://bucket/key` of a script; templated. Run by the interpreter in its first line, else bash.
    :param script_arguments: what the command sees as $1, $2, ...; lists inside are flattened, None is left out;
        templated.
    :param stdout: `s3://bucket/key` that gets the standard output of the latest check; templated.
    :param stderr: likewise for the standard error.
    :param aws_conn_id: the connection to AWS.
    :param kwargs: the arguments of PreconditionSensor and of every Airflow sensor.
    :raises CommandArgumentError: if not exactly one of `command` and `script_uri` is given.
    """

    template_fields = ("command", "script_uri", "script_arguments", "stdout", "stderr")
    template_ext: Sequence[str] = ()  # a command that ends in .sh is no file to be read
    template_fields_renderers: ClassVar[dict[str, str]] = {"command": "bash"}

    _cancelled = False
    _running: Command | None = None

    def __init__(
        self,
        *,
        command: str | None = None,
        script_uri: str | None = None,
        script_arguments: Sequence[Any] = (),
        stdout: str | None = None,
        stderr: str | None = None,
        aws_conn_id: str | None = "aws_default",
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
        self.aws_conn_id = aws_conn_id

    @property
    def missed(self) -> str:
        """What did not happen."""
        return f"{self.task_id}: the command did not end with exit code 0"

    def fulfilled(self, context: Context) -> bool:
        """Run it once.

        :raises DatapipelineError: if the script cannot be fetched, or the output not be stored.
        """
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        from datapipeline_provider.shell import environment
        from datapipeline_provider.shell.command import Command
        from datapipeline_provider.shell.transfers import Transfers

        if not (self.command or self.script_uri or "").strip():
            raise CommandArgumentError(self.task_id, "it is empty after rendering")
        hook = S3Hook(aws_conn_id=self.aws_conn_id)
        transfers = Transfers(hook, lambda: self._cancelled)
        env = environment.with_aws(environment.of_worker(), hook)
        places = {"stdout": self.stdout, "stderr": self.stderr}
        command = Command(self.task_id, self.command, self.script_uri, list(flat(self.script_arguments)))
        self._running = command
        limit = threading.Timer(min(self.timeout, threading.TIMEOUT_MAX), command.cancel)
        limit.daemon = True
        limit.start()
        try:
            with TemporaryDirectory(prefix="datapipeline-", ignore_cleanup_errors=True) as directory:
                code = command.run(Path(directory), transfers, env, places, {}, self.log)
        finally:
            limit.cancel()
        self.log.info("The command ended with exit code %d", code)
        return code == 0

    def on_kill(self) -> None:
        """End the command and its children; transfers stop too."""
        self._cancelled = True
        if self._running is not None:
            self._running.cancel()
