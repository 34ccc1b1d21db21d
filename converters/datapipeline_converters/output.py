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
    staged: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():  # found before anything is replaced
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
        for name, file in files.items():
            # mkstemp's files are open to nobody else until their mode is set.
            handle, temporary = tempfile.mkstemp(prefix=f".{name[:100]}.", dir=folder)
            staged.append((Path(temporary), folder / name))
            _fill(handle, Path(temporary), file)
        for path, target in staged:
            path.replace(target)
    except OSError as error:
        raise UnwritableError(str(folder), error.strerror or str(error)) from None
    except UnicodeError as error:
        raise UnwritableError(str(folder), f"{error}") from None
    finally:
        for path, _ in staged:
            with suppress(OSError):  # those that were put in place are gone already
                path.unlink()
    return [target for _, target in staged]


def _fill(handle: int, path: Path, file: File) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(file.text)
    path.chmod(_OWNER_ONLY if file.secret else _READABLE)
