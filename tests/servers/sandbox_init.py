"""Runs a command in a sandbox, and is its first process: `python -I sandbox_init.py SETTINGS COMMAND ARGUMENT...`.

Stands alone: it imports nothing of the project's, and gets what it is to do as JSON. See tests/servers/sandbox.py.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
LAST_CAPABILITY = 40
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
BLOCK = 1 << 16
DEVICES = ("null", "zero", "full", "random", "urandom")

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library; OSError."""
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def main() -> int:
    """Run the command, and give its exit status as a shell does."""
    settings, command = json.loads(sys.argv[1]), sys.argv[2:]
    as_root = os.geteuid() == 0
    ids = os.getuid(), os.getgid()
    call(
        "unshare",
        CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | (0 if as_root else CLONE_NEWUSER),
    )
    if not as_root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {ids[0]} 1")
        Path("/proc/self/gid_map").write_text(f"0 {ids[1]} 1")
    first = os.fork()
    if not first:
        os._exit(_inside(settings, command, settings["nobody"] if as_root else None))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _: os.kill(first, got))
    return os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])


def _inside(settings: dict[str, Any], command: list[str], user: int | None) -> int:
    """Be the first process: build the world, run the command; all that is left of it ends with this process."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    try:
        _build(settings, user or 0)
        _listen(settings["port"], settings["socket"])
        for capability in range(LAST_CAPABILITY + 1):
            _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        who: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd=settings["cwd"], **who)
    except OSError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 127
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _: process.send_signal(got))
    status = process.wait()
    return status if status >= 0 else 128 - status


def _build(settings: dict[str, Any], number: int) -> None:
    """Make a root of nothing but what is given, and go there.

    :param number: of the user who will run the command
    """
    root = Path(settings["root"])
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    call("mount", b"tmpfs", os.fsencode(root), b"tmpfs", MS_NOSUID, b"mode=0755")
    for path in settings["readable"]:
        _give(root, Path(path), writable=False)
    for name in DEVICES:
        _give(root, Path("/dev", name), writable=True)
    (root / "etc").mkdir(exist_ok=True)
    # Java looks up the name of the machine that it runs on, and there is nobody to ask.
    (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
    for user in (
        "ec2-user",
        "hadoop",
    ):  # whose homes Amazon's images have; the first one is who runs commands
        with (root / "etc" / "passwd").open("a") as users:
            users.write(f"{user}:x:{number}:{number}::/home/{user}:/bin/bash\n")
        (root / "home").mkdir(exist_ok=True)
        (root / "home" / user).symlink_to(settings["folder"])
    for name, target in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        (root / "dev" / name).symlink_to(f"/proc/self/fd{target}")
    (root / "tmp").mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
    _give(root, Path(settings["folder"]), writable=True)
    _give(root, Path(settings["socket"]), writable=True)
    (root / "proc").mkdir()
    call("mount", b"proc", os.fsencode(root / "proc"), b"proc", MS_NOSUID | MS_NODEV, None)
    os.chroot(root)
    os.chdir("/")


def _give(root: Path, path: Path, *, writable: bool) -> None:
    """Let a file or folder be seen under its own name; a link stays a link."""
    target = root / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(path.readlink())
        return
    if not path.exists() or target.is_symlink():
        return
    if path.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    where = os.fsencode(target)
    call("mount", os.fsencode(path), where, None, MS_BIND | MS_REC, None)
    if not writable:
        call("mount", None, where, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID, None)


def _listen(port: int, path: str) -> None:
    """Bring the emulator's port into this network, which has nothing else; connections go through a socket file."""
    with socket.socket() as one:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(one, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))
    listening = socket.create_server(("127.0.0.1", port))

    def accept() -> None:
        while True:
            client, _ = listening.accept()
            outside = socket.socket(socket.AF_UNIX)
            outside.connect(path)
            for pair in ((client, outside), (outside, client)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Send on what comes, and the end of it."""
    with suppress(OSError):
        while data := source.recv(BLOCK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    sys.exit(main())
