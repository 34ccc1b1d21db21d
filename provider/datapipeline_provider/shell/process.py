"""Runs a command in a process group of its own, passes its output on line by line, and leaves nothing running."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

GRACE_SECONDS = 3.0  # between SIGTERM and SIGKILL; Airflow itself kills a cancelled task after 5
POLL_SECONDS = 0.05
_CHUNK_BYTES = 64 * 1024  # also the longest line shown as one


class ProcessGroup:
    """A command and all processes that it starts, as far as they do not leave its session.

    :param command: the program and its arguments.
    :param env: all environment variables.
    :param cwd: the working directory.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - to run what it is given is the purpose
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self._gone = False  # after that the group's number may be another's

    def wait(self, stdout: Callable[[bytes], None], stderr: Callable[[bytes], None]) -> int:
        """Hand out both streams as they come and return the exit code; negative: ended by that signal.

        Waits for everything that holds the streams, so also for work in the background, and ends what is left.
        """
        try:
            self._pass_on({self._process.stdout: stdout, self._process.stderr: stderr})
            return self._process.wait()
        finally:
            self.terminate()
            for stream in filter(None, (self._process.stdout, self._process.stderr)):
                stream.close()

    def _pass_on(self, sinks: Mapping[IO[bytes] | None, Callable[[bytes], None]]) -> None:
        with selectors.DefaultSelector() as selector:
            for stream, sink in sinks.items():
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ, sink)
            while selector.get_map():
                for key, _ in selector.select():
                    if chunk := os.read(key.fd, _CHUNK_BYTES):
                        key.data(chunk)
                    else:
                        selector.unregister(key.fileobj)

    def terminate(self) -> None:
        """End all processes of the group: politely, then not. May be called at any time, also in a signal handler.

        So it takes no lock that the interrupted code could hold, writes no log, and may be called twice.
        """
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while self._alive() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self._signal(signal.SIGKILL)

    def _alive(self) -> bool:
        self._process.poll()  # a dead leader that nobody waits for keeps its group alive
        return self._signal(0)

    def _signal(self, number: int) -> bool:
        """Send a signal, 0 for none; False if nobody is left to get it."""
        if not self._gone:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                self._gone = True
            except PermissionError:  # all that is left runs as another user, by sudo
                pass
        return not self._gone


class Lines:
    """Cuts a stream into lines and hands out each as text.

    :param show: called with each line, without its end.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the stream."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._show_text(line)
        if len(self._rest) > _CHUNK_BYTES:
            self.end()

    def end(self) -> None:
        """Hand out what has no line end yet."""
        if self._rest:
            self._show_text(self._rest)
        self._rest = b""

    def _show_text(self, line: bytes) -> None:
        self._show(line.decode(errors="replace").rstrip("\r"))
