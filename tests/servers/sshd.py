"""A host to log in to by SSH: commands really run, on this machine, in a folder of their own; as OpenSSH, it lets them go on when the client has gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from tests.servers.process import LOOPBACK, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_CHUNK_BYTES = 32 * 1024


@dataclass
class Sshd:
    """The server.

    :param env: the environment of commands
    :param commands: what clients have asked to run
    """

    port: int
    folder: Path
    env: Mapping[str, str]
    user: str = "etl"
    password: str = "secret of the host"
    commands: list[str] = field(default_factory=list)
    _key: Any = field(default_factory=lambda: paramiko.RSAKey.generate(2048))
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _transports: list[Any] = field(default_factory=list)

    @property
    def connection(self) -> dict[str, Any]:
        """The fields of an Airflow connection to it."""
        host_key = self._key.get_base64()
        return {
            "conn_type": "ssh",
            "host": LOOPBACK,
            "port": self.port,
            "login": self.user,
            "password": self.password,
            "extra": {"host_key": f"{self._key.get_name()} {host_key}"},
        }

    def accept(self, listening: socket.socket) -> None:
        """Serve clients until the socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self._key)
            self._transports.append(transport)
            with suppress(paramiko.SSHException, EOFError):
                transport.start_server(server=_Session(self))

    def run(self, channel: Any, command: str) -> None:
        """Run a command for a client."""
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=dict(self.env),
            start_new_session=True,
        )
        self._processes.append(process)
        threading.Thread(target=_feed, args=(channel, process), daemon=True).start()
        pumps = [
            threading.Thread(target=_pump, args=(stream, send), daemon=True)
            for stream, send in ((process.stdout, channel.sendall), (process.stderr, channel.sendall_stderr))
        ]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        code = process.wait()
        with suppress(OSError, EOFError):
            channel.send_exit_status(code if code >= 0 else 128 - code)
            channel.close()

    def drop(self) -> None:
        """Lose all connections, as a network does; commands go on."""
        for transport in self._transports:
            transport.close()

    def stop(self) -> None:
        """End all connections and commands."""
        self.drop()
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class _Session(paramiko.ServerInterface):
    def __init__(self, sshd: Sshd) -> None:
        self._sshd = sshd

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (self._sshd.user, self._sshd.password)
        return int(AUTH_SUCCESSFUL if right else AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(OPEN_SUCCEEDED)

    def check_channel_exec_request(self, channel: Any, command: bytes) -> bool:
        text = command.decode()
        self._sshd.commands.append(text)
        threading.Thread(target=self._sshd.run, args=(channel, text), daemon=True).start()
        return True


def _feed(channel: Any, process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(OSError, EOFError):
        while chunk := channel.recv(_CHUNK_BYTES):
            process.stdin.write(chunk)
            process.stdin.flush()
    with suppress(OSError):
        process.stdin.close()


def _pump(stream: Any, send: Any) -> None:
    with suppress(OSError, EOFError, ValueError):
        while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
            send(chunk)
    stream.close()


@contextmanager
def run(folder: Path, env: Mapping[str, str]) -> Iterator[Sshd]:
    """Run a server until the block ends."""
    sshd = Sshd(free_ports(1)[0], folder, env)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((LOOPBACK, sshd.port))
    listening.listen()
    accepting = threading.Thread(target=sshd.accept, args=(listening,), daemon=True)
    accepting.start()
    try:
        yield sshd
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        sshd.stop()
