"""Writes files so that all of them appear or none: beside their place first, then put there."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from datapipeline_converters.conversion import File
from datapipeline_converters.errors import UnwritableError

_OWNER_ONLY = 0o600
_READABLE = 0o644


def write_files(folder: Path, files: Mapping[str, File], removed: Iterable[str] = ()) -> list[Path]:
    """Write files into a folder, which is made if it is missing, and return their paths.

    Ctrl-C waits while files are put in their places.

    :param files: by name; a name may have one folder in it
    :param removed: names of files to remove, if they are there
    :raises UnwritableError: when any cannot be written; none is then
    """
    staged: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():  # found before anything is replaced
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
        for name, file in files.items():
            target = folder / name
            target.parent.mkdir(exist_ok=True)
            # mkstemp's files are open to nobody else until their mode is set.
            handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
            staged.append((Path(temporary), target))
            _fill(handle, Path(temporary), file)
        with _interrupts_held():
            for path, target in staged:
                path.replace(target)
            for name in removed:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableError(str(folder), error.strerror or str(error)) from None
    except UnicodeError as error:
        raise UnwritableError(str(folder), f"{error}") from None
    finally:
        for path, _ in staged:
            with suppress(OSError):  # those that were put in place are gone already
                path.unlink()
    return [target for _, target in staged]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let nobody else who asks for it write into a folder meanwhile; where the system has no such lock, go on without."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = None
    with suppress(OSError):  # no such folder yet, or a file system without locks
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came and callable(before):
            before(came[0], None)


def _fill(handle: int, path: Path, file: File) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(file.text)
    path.chmod(_OWNER_ONLY if file.secret else _READABLE)
