"""The precondition ShellCommandPrecondition."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from datapipeline_provider.operators._command import WorkerCommandOperator
from datapipeline_provider.sensors._precondition import PreconditionSensor

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context


class ShellCommandPreconditionSensor(WorkerCommandOperator, PreconditionSensor):
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

    @property
    def missed(self) -> str:
        """What did not happen."""
        return f"{self.task_id}: the command did not end with exit code 0"

    def fulfilled(self, context: Context) -> bool:
        """Run it once.

        :raises DatapipelineError: if the script cannot be fetched, or the output not be stored.
        """
        self.check_arguments()
        command, transfers, env = self._prepared()
        limit = threading.Timer(min(self.timeout, threading.TIMEOUT_MAX), command.cancel)
        limit.daemon = True
        limit.start()
        try:
            with TemporaryDirectory(prefix="datapipeline-", ignore_cleanup_errors=True) as directory:
                code = command.run(Path(directory), transfers, env, self.places, {}, self.log)
        finally:
            limit.cancel()
        self.log.info("The command ended with exit code %d", code)
        return code == 0
