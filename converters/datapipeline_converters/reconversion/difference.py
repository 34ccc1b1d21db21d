"""Shows what a new conversion would change, as a unified diff without a secret."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from datapipeline_converters.conversion import File
from datapipeline_converters.passwords import masked as without_passwords
from datapipeline_converters.reconversion.documents import masked, parsed, written
from datapipeline_converters.reconversion.there import read_there

_HIDDEN = "(not shown: it may hold secrets)\n"


def difference(folder: Path, files: Mapping[str, File | None]) -> str:
    """Return the differences between what is in a folder and what is to be there; "" if there is none.

    :param files: what is to be there by name, None where a file is to go
    :raises UnwritableError: when a file cannot be read
    """
    return "".join(line for name, file in files.items() for line in _lines(folder / name, file))


def _lines(path: Path, file: File | None) -> Iterator[str]:
    there = read_there(path)
    text = None if file is None else file.text
    # A file that is to go may be one with secrets.
    secret = path.suffix == ".json" if file is None else file.secret
    if there == text:
        return
    before, after = there or "", text or ""
    if secret:
        before, after = _masked(before, after, "there"), _masked(after, before, "new")
    names = (
        str(path) if there is not None else "/dev/null",
        f"{path} (new conversion)" if text is not None else "/dev/null",
    )
    for number, raw in enumerate(difflib.unified_diff(_split(before), _split(after), *names)):
        # The first two lines name the files.
        line = raw if number < 2 else raw[0] + without_passwords(raw[1:])
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []


def _masked(text: str, beside: str, word: str) -> str:
    if not text:
        return text
    other = None
    with suppress(ValueError):
        other = parsed(beside)
    try:
        return written(masked(parsed(text), other, word))
    except ValueError:
        return _HIDDEN
