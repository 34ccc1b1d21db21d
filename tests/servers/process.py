"""Knows how a server is started, waited for, recorded and stopped by its process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

LOOPBACK = "127.0.0.1"
START_SECONDS = 90.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 120
"""How long a client of ours waits for one answer: what does not come then never does."""

_reserved: list[socket.socket] = []


class ServerError(Exception):
    """A server did not start; the message names its log file and ends with the last lines of it."""


class ProgramMissingError(Exception):
    """A program that the server needs is not on this machine; the message says what to install."""


def reach_loopback_directly() -> None:
    """Keep this process, and those that it starts, from asking a proxy for what is on this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), LOOPBACK, "localhost"]))


def free_ports(count: int) -> list[int]:
    """Return `count` different TCP ports that nobody listens on, and that nobody else is given while this process runs.

    A server takes its port later, and again after it was killed. Another program's server that stood there then
    would be waited for without end: MySQL's clients speak second. So the ports stay bound; who sets SO_REUSEADDR, as
    servers do, can listen there nevertheless.
    """
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind((LOOPBACK, 0))
        # Only now, or the system might choose a port that is bound already.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _reserved.extend(sockets)
    return [one.getsockname()[1] for one in sockets]


def wait_until(ready: Callable[[], bool], seconds: float, what: str, poll: float = POLL_SECONDS) -> None:
    """Ask `ready` every `poll` seconds until it says yes; TimeoutError names `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not so after {seconds:.0f} seconds")
        time.sleep(poll)


def listens(port: int) -> bool:
    """Say whether something accepts connections on the loopback port."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


@contextmanager
def started(
    name: str,
    command: Sequence[str | Path],
    directory: Path,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own until the block ends.

    `env` is its whole environment, this process's own if None. Leaves `NAME.log` (its output) in `directory`, and `NAME.pid` for as long as it runs, so that whoever
    finds the directory after a crash can stop exactly this process.
    """
    pid_file = directory / f"{name}.pid"
    with _log(directory, name).open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=env,
            start_new_session=True,
        )
    try:
        record(process.pid, pid_file)
        yield process
    finally:
        stop_group(process, stop_signal)
        pid_file.unlink(missing_ok=True)


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    directory: Path,
    *,
    ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server until the block ends, which begins when `ready` says yes; ServerError if it does not."""
    with started(name, command, directory, env, stop_signal) as process:
        wait_ready({name: process}, directory, ready, START_SECONDS)
        yield


def run_to_end(
    name: str, command: Sequence[str | Path], directory: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command, recorded like a server while it runs; return its exit status and what it printed."""
    with started(name, command, directory, env) as process:
        status = process.wait()
    return status, _log(directory, name).read_text(errors="replace")


def wait_ready(
    processes: Mapping[str, subprocess.Popen[bytes]],
    directory: Path,
    ready: Callable[[], bool],
    seconds: float,
) -> None:
    """Wait until `ready` says yes; ServerError shows the log of the process that ended first, or of all of them."""

    def ended() -> list[str]:
        return [name for name, process in processes.items() if process.poll() is not None]

    with suppress(TimeoutError):
        wait_until(lambda: bool(ended()) or ready(), seconds, "ready")
        if not ended():
            return
    names = ended() or list(processes)
    what = f"ended at once: {', '.join(names)}" if ended() else f"not ready after {seconds:.0f} seconds"
    raise ServerError("\n".join([what, *(f"{name}.log:\n{tail(_log(directory, name))}" for name in names)]))


def _log(directory: Path, name: str) -> Path:
    return directory / f"{name}.log"


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log file."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stop_together(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask processes that lead their own groups to end, all at once, and after STOP_SECONDS kill who still runs."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0))
        _kill_group(process)


def stop_group(process: subprocess.Popen[bytes], stop_signal: signal.Signals = signal.SIGTERM) -> None:
    """Stop a process that leads its own group, and whatever is left of the group after it."""
    process.send_signal(stop_signal)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_with_children(pid: int) -> None:
    """Kill a process and all below it at once; PostgreSQL's lead groups of their own."""
    process = psutil.Process(pid)
    processes = [process, *process.children(recursive=True)]
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    _, left = psutil.wait_procs(processes[1:], STOP_SECONDS)
    if left:
        raise TimeoutError(f"{left}: killed, and still there after {STOP_SECONDS:.0f} seconds")


def record(pid: int, file: Path) -> None:
    """Write down a process: its id, and when it began, since ids are used again."""
    file.write_text(f"{pid} {psutil.Process(pid).create_time()}")


def recorded(file: Path) -> psutil.Process | None:
    """Find the process that was written down in a file, if it still runs."""
    with suppress(OSError, ValueError, psutil.Error):
        pid, began = file.read_text().split()
        process = psutil.Process(int(pid))
        if abs(process.create_time() - float(began)) < 1 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def stop_recorded(directory: Path) -> list[str]:
    """Stop the servers that an interrupted run left, by their `NAME.pid` files under `directory`; give names."""
    stopped = []
    for file in sorted(directory.rglob("*.pid")):
        if (process := recorded(file)) is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            stopped.append(file.stem)
    return stopped
