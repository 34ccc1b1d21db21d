"""A rented computer, played by a folder on this one: commands really run there, and end when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.servers.moto import Aws
    from tests.servers.sandbox import Sandbox

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
NOT_FOUND = 127
"""What a shell says of a command that is not there."""

SUDO = """\
#!/bin/sh
# Runs the command as whoever asks for it.
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
"""
YUM = """\
#!/bin/sh
# Can install nothing: what is there is up to date, what is not there cannot be had.
what=
for word; do
    case "$word" in
        -*) ;;
        install | update | upgrade) what="$word" ;;
        *) [ "$what" != install ] || command -v "$word" || { echo "No package $word available." >&2 && exit 1; } ;;
    esac
done
"""


@dataclass
class Running:
    """A command that runs, or has ended.

    :param folder: has its output, in the files `stdout` and `stderr`
    """

    process: subprocess.Popen[bytes]
    folder: Path

    def wait(self, seconds: float | None = None) -> int:
        """Give the exit status, -15 after SIGTERM; subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def interrupt(self) -> None:
        """Ask the command alone to end, not what it started."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    def kill(self) -> None:
        """End the command and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def output(self, name: str) -> str:
        """Read `stdout` or `stderr`, as far as it was written."""
        return (self.folder / name).read_text(errors="replace")


@dataclass
class Machine:
    """A folder in which commands run, with an environment that has nothing of the tests' own.

    :param folder: the home directory
    :param env: what commands find in their environment beside HOME and PATH
    :param programs: folders of further programs, in front of the system's
    :param sandbox: where commands run that come from elsewhere; None for our own, which run as they are
    """

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    programs: Sequence[Path] = ()
    sandbox: Sandbox | None = None
    _commands: list[Running] = field(default_factory=list)
    _off: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def path(self) -> str:
        """Give the PATH of commands."""
        return os.pathsep.join([*map(str, self.programs), *SYSTEM_PATH])

    def start(
        self,
        command: Sequence[str],
        output: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Running:
        """Start a command.

        :param output: a folder for `stdout` and `stderr`
        :param cwd: the home directory if None
        :param env: for this command alone
        :raises OSError: there is no such program; the text names it
        """
        output.mkdir(parents=True, exist_ok=True)
        where = cwd or self.folder
        words = list(command)
        if self.sandbox is not None:
            words = self.sandbox.around(words, self.folder, where)
        whole = {"LANG": "C.UTF-8", **self.env, "HOME": str(self.folder), "PATH": self.path, **(env or {})}
        with self._lock, (output / "stdout").open("wb") as out, (output / "stderr").open("wb") as err:
            if self._off:
                raise ConnectionAbortedError("the machine is off")
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=where,
                env=whole,
                start_new_session=True,
            )
            running = Running(process, output)
            self._commands.append(running)
        return running

    def switch_off(self) -> None:
        """Kill all that runs, and start nothing any more."""
        with self._lock:
            self._off = True
        for command in self._commands:
            command.kill()
            command.wait()


def environment_of(aws: Aws) -> dict[str, str]:
    """Give the environment in which AWS's tools reach the emulator."""
    return {
        "AWS_ACCESS_KEY_ID": aws.access_key,
        "AWS_SECRET_ACCESS_KEY": aws.secret_key,
        "AWS_DEFAULT_REGION": aws.region,
        "AWS_REGION": aws.region,
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def put_amazon_programs(folder: Path) -> Path:
    """Make a folder of programs that Amazon's images have: `aws` itself, `sudo` and `yum` as far as one without rights goes."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = {"aws": f'#!/bin/sh\nexec {sys.executable} -m awscli "$@"\n', "sudo": SUDO, "yum": YUM}
    for name, text in programs.items():
        program = folder / name
        program.write_text(text)
        program.chmod(0o755)
    return folder


def fetch(aws: Aws, address: str, folder: Path) -> Path:
    """Give a file by its address: an object of the emulator's S3 is copied into `folder`, another one is on the machine.

    :raises ClientError: botocore's: S3 has no such object
    :raises FileNotFoundError: the machine has no such file
    """
    scheme, _, rest = address.partition("://")
    if scheme not in {"s3", "s3n", "s3a"}:
        file = Path(address.removeprefix("file://"))
        if not file.is_file():
            raise FileNotFoundError(f"{address}: no such file on this cluster")
        return file
    bucket, _, key = rest.partition("/")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (Path(key).name or "unnamed")
    aws.client("s3").download_file(bucket, key, str(file))
    file.chmod(0o755)
    return file


def runnable(script: Path) -> list[str]:
    """Say how a script is run: by what its first line says, by bash otherwise."""
    with script.open("rb") as file:
        return [str(script)] if file.read(2) == b"#!" else ["bash", str(script)]
