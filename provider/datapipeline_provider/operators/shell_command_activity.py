"""The activity ShellCommandActivity."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from datapipeline_provider.operators._command import (
    CommandArgumentError,
    ShellCommandError,
    StagedCommandOperator,
    WorkerCommandOperator,
)

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context

__all__ = ["CommandArgumentError", "ShellCommandActivityOperator", "ShellCommandError"]


class ShellCommandActivityOperator(WorkerCommandOperator, StagedCommandOperator):
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

    def execute(self, context: Context) -> None:
        """Stage, run, upload.

        :raises ShellCommandError: if the exit code is not 0.
        :raises DatapipelineError: if staging, the script's download or an upload fails.
        """
        self.check_arguments()
        with TemporaryDirectory(prefix="datapipeline-", ignore_cleanup_errors=True) as directory:
            self._execute_in(Path(directory))

    def _execute_in(self, root: Path) -> None:
        from datapipeline_provider.shell.staging import Staging

        command, transfers, env = self._prepared()
        staging = Staging(root, transfers, self.input_nodes, self.output_nodes) if self.stage else None
        if staging is not None:
            staging.fetch()
            env |= staging.environment
        code = command.run(root, transfers, env, self.places, self.encryption, self.log)
        if code != 0:
            raise ShellCommandError(self.task_id, code, self.streams.values())
        if staging is not None:
            staging.publish()
