"""Runs a script on a host by SSH, passes its output on as it comes, and leaves nothing of it running.

The host is a Linux with bash and util-linux.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from collections.abc import Callable

_VARIABLE = "DATAPIPELINE_TASK"
_POLL_SECONDS = 0.05
_CHUNK_BYTES = 64 * 1024
_GRACE_TENTHS = 30  # of a second, between SIGTERM and SIGKILL
# Children have the environment of their parents, wherever they have gone. The search itself has it not.
_END = """\
marked() { grep -lzx "VARIABLE=MARK" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
first=$(marked)
[ -n "$first" ] || exit 0
kill -TERM $first 2>/dev/null
for i in $(seq GRACE); do
  [ -n "$(marked)" ] || exit 0
  sleep 0.1
done
kill -KILL $(marked) 2>/dev/null
exit 0
"""


class SshError(DatapipelineError):
    """The host cannot be reached, or not any more."""

    def __init__(self, conn_id: str, reason: object) -> None:
        super().__init__(
            f"The host of the connection {conn_id!r} cannot be worked on: {str(reason).rstrip('.')}. Check its host, login and "
            "key, and the way through the network."
        )


class CancelledError(DatapipelineError):
    """The task was told to stop."""

    def __init__(self) -> None:
        super().__init__("The task was told to stop; its command was ended.")


class Host:
    """A host, as an Airflow connection of type `ssh` reaches it.

    :param conn_id: the connection
    :raises SshError: if it cannot be used at all
    """

    def __init__(self, conn_id: str) -> None:
        try:
            from airflow.providers.ssh.hooks.ssh import SSHHook
        except ImportError as error:
            reason = "apache-airflow-providers-ssh is not installed (the extra `ssh`)"
            raise SshError(conn_id, reason) from error
        self._conn_id = conn_id
        self._hook: Any = SSHHook(ssh_conn_id=conn_id)

    def run(
        self,
        script: str,
        mark: str,
        stdout: Callable[[bytes], None],
        stderr: Callable[[bytes], None],
        cancelled: Callable[[], bool],
    ) -> int:
        """Run a script and return its exit code; whatever happens, nothing of it is left running.

        :param script: for bash; it is not to be seen in the host's list of processes
        :param mark: what the processes of it are recognised by
        :param stdout: gets the standard output as it comes
        :param stderr: likewise
        :param cancelled: asked again and again whether to stop
        :raises CancelledError: if it was to stop
        :raises SshError: if the host is lost
        """
        over = False
        try:
            with closing(self._client()) as client:
                command = f"exec setsid -w env {_VARIABLE}={mark} bash -s"
                with closing(self._begun(client, command, script)) as channel:
                    code = self._passed_on(channel, stdout, stderr, cancelled)
            over = True
            return code
        finally:
            if not over:
                self.end(mark)

    def end(self, mark: str) -> None:
        """End what is left running of a mark.

        :raises SshError: if that cannot be done
        """
        text = _END.replace("VARIABLE", _VARIABLE).replace("MARK", mark).replace("GRACE", str(_GRACE_TENTHS))
        with (
            closing(self._client()) as client,
            closing(self._begun(client, "exec bash -s", text)) as channel,
        ):
            channel.recv_exit_status()

    def _client(self) -> Any:
        from paramiko import SSHException  # type: ignore[import-untyped, import-not-found, unused-ignore]

        try:
            return self._hook.get_conn()
        except (SSHException, OSError) as error:
            raise SshError(self._conn_id, error) from error

    def _begun(self, client: Any, command: str, script: str) -> Any:
        from paramiko import SSHException  # type: ignore[import-untyped, import-not-found, unused-ignore]

        try:
            channel = client.get_transport().open_session()
            channel.exec_command(command)
            channel.sendall(script.encode())
            channel.shutdown_write()
        except (SSHException, OSError, EOFError) as error:
            raise SshError(self._conn_id, error) from error
        return channel

    def _passed_on(
        self,
        channel: Any,
        stdout: Callable[[bytes], None],
        stderr: Callable[[bytes], None],
        cancelled: Callable[[], bool],
    ) -> int:
        while True:
            if cancelled():
                raise CancelledError
            ended = channel.eof_received or channel.closed
            came = False
            if channel.recv_ready():
                stdout(channel.recv(_CHUNK_BYTES))
                came = True
            if channel.recv_stderr_ready():
                stderr(channel.recv_stderr(_CHUNK_BYTES))
                came = True
            if came:
                continue
            if ended and channel.exit_status_ready():
                break
            if channel.closed:
                raise SshError(self._conn_id, "the connection was lost while the command ran")
            time.sleep(_POLL_SECONDS)
        code = int(channel.recv_exit_status())
        if code < 0:
            raise SshError(self._conn_id, "the connection was lost while the command ran")
        return code
