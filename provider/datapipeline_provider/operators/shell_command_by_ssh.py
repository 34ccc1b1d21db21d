"""The activity ShellCommandActivity, on a host that there is already."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._command import ShellCommandError
from datapipeline_provider.operators._stopping import StoppableOperator
from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context
    from datapipeline_provider.shell.by_ssh import Host
    from datapipeline_provider.shell.transfers import Transfers

_TAIL_BYTES = 4096  # of the standard error, in which the script says what went wrong around the command


class RemoteError(DatapipelineError):
    """What is done around the command on the host failed."""


class ShellCommandBySshOperator(StoppableOperator, ShellCommandActivityOperator):
    """Runs a command or script with bash on a host that an Airflow connection of type `ssh` leads to.

    It runs as the connection's user, in a new, empty directory, with the region, endpoint and keys that the AWS connection
    names, if it names any, or else as the host itself is to AWS; what is staged is copied there by the host's own AWS CLI.
    Both streams come to the task's log as they are written. When the task ends for whatever reason, no process of the
    command is left; a further try ends what an earlier one has left. The host is a Linux with bash and util-linux. Needs
    the extra `ssh`.

    :param ssh_conn_id: the connection to the host.
    :param command: this and all others are as `ShellCommandActivityOperator` has them.
    """

    def __init__(self, *, ssh_conn_id: str = "ssh_default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ssh_conn_id = ssh_conn_id

    def execute(self, context: Context) -> None:
        """Run it there.

        :raises ShellCommandError: if it does not end with 0
        :raises RemoteError: if something is not copied to the host or from it
        :raises SshError: if the host cannot be reached
        """
        from airflow.providers.amazon.aws.hooks.s3 import S3Hook

        from datapipeline_provider.shell import environment, marks
        from datapipeline_provider.shell.by_ssh import Host
        from datapipeline_provider.shell.transfers import Transfers

        self.check_arguments()
        hook = S3Hook(aws_conn_id=self.aws_conn_id)
        script = self.remote_script(environment=environment.with_aws({}, hook)).text()
        host, mark = Host(self.ssh_conn_id), marks.of_task(context)
        host.end(mark)  # an earlier try's, whose worker nobody hears of any more
        self._run_there(host, script, mark, Transfers(hook, lambda: self._cancelled))

    def _run_there(self, host: Host, script: str, mark: str, transfers: Transfers) -> None:
        from datapipeline_provider.shell.remote_script import said
        from datapipeline_provider.shell.streams import Stream, upload

        tail = b""
        with (
            TemporaryDirectory(prefix="datapipeline-", ignore_cleanup_errors=True) as directory,
            Stream("stdout", self.stdout, Path(directory), self.log, self.encryption) as out,
            Stream("stderr", self.stderr, Path(directory), self.log, self.encryption) as err,
        ):

            def take_error(chunk: bytes) -> None:
                nonlocal tail
                tail = (tail + chunk)[-_TAIL_BYTES:]
                err.take(chunk)

            try:
                code = host.run(script, mark, out.take, take_error, lambda: self._cancelled)
            finally:
                problem = upload([out, err], transfers)
        if code != 0:
            reason, told = said(tail.decode(errors="replace"))
            if reason:
                raise RemoteError(f"{self.task_id}: on the host of {self.ssh_conn_id!r}: {reason}.")
            raise ShellCommandError(self.task_id, code if told is None else told, self.streams.values())
        if problem is not None:
            raise problem
