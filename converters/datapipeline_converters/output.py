"""Writes files so that all of them appear or none: beside their place first, then put there."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from datapipeline_converters.conversion import File
from datapipeline_converters.errors import UnwritableError

_OWNER_ONLY = 0o600
_READABLE = 0o644


def write_files(folder: Path, files: Mapping[str, File]) -> list[Path]:
    """Write files into a folder, which is made if it is missing, and return their paths.

    :raises UnwritableError: when any cannot be written; none is then
    """
    staged: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():  # found before anything is replaced
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
        for name, file in files.items():
            staged.append((_stage(folder, name, file), folder / name))
        for temporary, target in staged:
            Path(temporary).replace(target)
    except OSError as error:
        for temporary, _ in staged:
            with suppress(OSError):
                Path(temporary).unlink()
        raise UnwritableError(str(folder), error.strerror or str(error)) from None
    return [target for _, target in staged]


def _stage(folder: Path, name: str, file: File) -> str:
    """Write a file under a passing name; it is never open to others before its mode is set."""
    handle, path = tempfile.mkstemp(prefix=f".{name[:100]}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(file.text)
        Path(path).chmod(_OWNER_ONLY if file.secret else _READABLE)
    except OSError:
        with suppress(OSError):
            Path(path).unlink()
        raise
    return path
