"""Reads what is in the folder of the files already."""

from __future__ import annotations

from pathlib import Path

from datapipeline_converters.errors import UnwritableError

# What stands for a file that is no text: no conversion writes such.
NO_TEXT = "\0"


def read_there(path: Path) -> str | None:
    """Return the text of a file, lines ended as the conversion ends them; None where there is no file.

    :raises UnwritableError: when nobody can tell what is in it
    """
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return NO_TEXT
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None  # whether it can be written shows when it is
    except OSError as error:
        raise UnwritableError(str(path), error.strerror or str(error)) from None
