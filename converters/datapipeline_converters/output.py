"""Writes files so that all of them appear or none: beside their place first, then put there."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from datapipeline_converters.conversion import File
from datapipeline_converters.errors import UnwritableError

_OWNER_ONLY = 0o600
_READABLE = 0o644
# So much of a name stands in the name of a file beside it: with what is added it is no longer than a file system takes.
_PART_OF_NAME = 100
# How long it takes until a lock that another process has is tried again, in seconds.
_PAUSE = 0.02


def write_files(folder: Path, files: Mapping[str, File], removed: Iterable[str] = ()) -> list[Path]:
    """Write files into a folder, which is made if it is missing, and return their paths.

    Ctrl-C waits meanwhile, as does the wish to end the process.

    :param files: by name; a name may have one folder in it
    :param removed: names of files to remove, if they are there
    :raises UnwritableError: when any cannot be written; none is then
    """
    staged: list[tuple[Path, Path]] = []
    with _interrupts_held():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in files:
                if (folder / name).is_dir():  # found before anything is replaced
                    raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
            for name, file in files.items():
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                # mkstemp's files are open to nobody else until their mode is set.
                handle, temporary = tempfile.mkstemp(
                    prefix=f".{target.name[:_PART_OF_NAME]}.", dir=target.parent
                )
                staged.append((Path(temporary), target))
                _fill(handle, Path(temporary), file)
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
def locked(folder: Path, pipeline: str) -> Iterator[None]:
    """Let nobody else who asks for it write this pipeline's files meanwhile; the folder is made if it is missing.

    Where the system has no such lock, go on without.
    """
    path = folder / f".{pipeline[:_PART_OF_NAME]}.lock"
    with suppress(OSError):  # that it cannot be made is told when something is written
        folder.mkdir(parents=True, exist_ok=True)
    busy = True
    while busy:
        with _interrupts_held():  # nothing is left of the lock
            try:
                handle = _lock(path)
            except BlockingIOError:
                pass
            else:
                busy = False
                try:
                    yield
                finally:
                    _unlock(path, handle)
        if busy:
            time.sleep(_PAUSE)


def _unlock(path: Path, handle: int | None) -> None:
    if handle is not None:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _lock(path: Path) -> int | None:
    """Return the open file that is the lock; None where there are no locks, or the folder cannot be written.

    :raises BlockingIOError: when somebody else has it
    """
    try:
        import fcntl

        handle = os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        with suppress(OSError):
            path.unlink()
        return None
    if not _is_at(path, handle):  # whoever had it has removed it
        os.close(handle)
        raise BlockingIOError
    return handle


def _is_at(path: Path, handle: int) -> bool:
    """Tell whether an open file is still the one at a path."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(handle))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C and the wish to end wait."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    came: list[int] = []
    before = {
        int(number): signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


def _fill(handle: int, path: Path, file: File) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(file.text)
    path.chmod(_OWNER_ONLY if file.secret else _READABLE)
