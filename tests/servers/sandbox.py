"""A sandbox for commands that come from elsewhere: no network but the emulator, no files but its own, no rights.

Made of the kernel's namespaces. Of this machine it shows the system's programs, Java, the AWS command line and the engines,
all to be read only; its disk is the folder of the machine that it runs on. Whatever a command leaves running ends with it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import sandbox_init
from tests.servers.process import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOBODY = 65534
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = (
    "alternatives",
    "group",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "nsswitch.conf",
)
OURS = (
    Path(sys.base_prefix),
    ROOT / ".venv",
    ROOT / ".venvs" / "engines",
    Path(__file__).with_name("programs"),
)
"""What steps use of this project: the AWS command line, the engines and what starts them."""


@dataclass(frozen=True)
class Sandbox:
    """Where the emulator is reached from inside.

    :param port: its port, inside as outside
    :param socket: the file by which calls come out
    :param root: an empty folder, where the new root is built
    """

    port: int
    socket: Path
    root: Path

    def around(self, command: list[str], folder: Path, cwd: Path) -> list[str]:
        """Give the command that runs another one in the sandbox.

        :param folder: what may be written, everything under it
        :param cwd: where the command begins
        """
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        readable = [
            *SYSTEM,
            *(f"/etc/{name}" for name in SETTINGS),
            *map(str, Path("/etc").glob("java-*")),
            *map(str, OURS),
        ]
        settings = {
            "root": str(self.root),
            "port": self.port,
            "socket": str(self.socket),
            "readable": readable,
            "folder": str(folder),
            "cwd": str(cwd),
            "nobody": NOBODY,
        }
        return [sys.executable, "-I", sandbox_init.__file__, json.dumps(settings), *command]


@contextmanager
def run(port: int) -> Iterator[Sandbox]:
    """Let sandboxes reach a port of this machine until the block ends, and nothing else."""
    folder = Path(tempfile.mkdtemp(prefix="sandbox-"))
    folder.chmod(0o755)
    (folder / "root").mkdir()
    file = folder / "emulator"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(file))
        file.chmod(0o666)
        listening.listen()
        threading.Thread(target=_accept, args=(listening, port), daemon=True).start()
        try:
            yield Sandbox(port, file, folder / "root")
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            shutil.rmtree(folder, ignore_errors=True)


def missing() -> str:
    """Say why there can be no sandbox on this machine; nothing if there can."""
    with tempfile.TemporaryDirectory() as folder, run(9) as sandbox:
        command = sandbox.around(["true"], Path(folder), Path(folder))
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"No sandbox: namespaces are not to be had ({done.stderr.strip().splitlines()[-1]})"
    return ""


def _accept(listening: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        try:
            server = socket.create_connection((LOOPBACK, port))
        except OSError:
            client.close()
            continue
        for pair in ((client, server), (server, client)):
            threading.Thread(target=sandbox_init.pass_on, args=pair, daemon=True).start()
