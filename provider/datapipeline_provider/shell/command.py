"""Runs one command, or one script from S3, on this worker, and says how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.shell.process import ProcessGroup
from datapipeline_provider.shell.script import fetch
from datapipeline_provider.shell.streams import Stream, upload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from datapipeline_provider.shell.transfers import Transfers


class Command:
    """A command for bash, or a script that its first line's interpreter runs, else bash.

    :param name: what it sees as $0.
    :param text: the command; None if there is a script.
    :param script_uri: `s3://bucket/key` of the script.
    :param arguments: what it sees as $1, $2, ...
    """

    def __init__(self, name: str, text: str | None, script_uri: str | None, arguments: Sequence[str]) -> None:
        self._name = name
        self._text = text
        self._script_uri = script_uri
        self._arguments = arguments
        self._processes: ProcessGroup | None = None
        self._cancelled = False

    def run(
        self,
        root: Path,
        transfers: Transfers,
        env: Mapping[str, str],
        places: Mapping[str, str | None],
        encryption: Mapping[str, str],
        log: Any,
    ) -> int:
        """Run it in a new, empty directory and return the exit code; negative: ended by that signal.

        :param root: an empty directory, which holds that directory, the script and the streams.
        :param env: all environment variables.
        :param places: `s3://bucket/key` that gets the whole `stdout`, and `stderr`, or None; also when it fails.
        :param encryption: what boto3 is told of it when these are stored.
        :param log: gets both streams, line by line.
        :raises DatapipelineError: if the script cannot be fetched or, after exit code 0, a stream not be stored.
        """
        program = self._program(root, transfers)
        work = root / "work"
        work.mkdir()
        with (
            Stream("stdout", places["stdout"], root, log, encryption) as out,
            Stream("stderr", places["stderr"], root, log, encryption) as err,
        ):
            transfers.check()
            try:
                self._processes = ProcessGroup(program, env, work)
                if self._cancelled:  # between the check and here
                    self._processes.terminate()
                code = self._processes.wait(out.take, err.take)
            finally:
                problem = upload([out, err], transfers)
        if code == 0 and problem is not None:
            raise problem
        transfers.check()  # a command may end with 0 on being cancelled
        return code

    def cancel(self) -> None:
        """End it and its children; may be called at any time, also in a signal handler."""
        self._cancelled = True
        if self._processes is not None:
            self._processes.terminate()

    def _program(self, root: Path, transfers: Transfers) -> list[str]:
        if self._text is not None:
            return ["bash", "-c", self._text, self._name, *self._arguments]
        return [*fetch(self._script_uri or "", root / "script", transfers), *self._arguments]
