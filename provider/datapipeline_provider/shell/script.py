"""Knows how a script from S3 is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.s3 import address
from datapipeline_provider.shell.staging import InputMissingError, claim
from datapipeline_provider.shell.transfers import Download

if TYPE_CHECKING:
    from pathlib import Path

    from datapipeline_provider.shell.transfers import Transfers

_FIRST_LINE_BYTES = 256


def fetch(uri: str, directory: Path, transfers: Transfers) -> list[str]:
    """Download a script and return what runs it: the interpreter its first line names, else bash.

    :param uri: `s3://bucket/key`.
    :param directory: where it goes, under its own name.
    :raises InputMissingError: if there is no such object.
    """
    bucket, key = address.split(uri)
    stored = transfers.find(bucket, key) if key else None
    if stored is None:
        raise InputMissingError(uri)
    path = claim(directory, stored, key.rpartition("/")[2])
    transfers.download([Download(stored, path)])
    return [*_interpreter(path), str(path)]


def _interpreter(path: Path) -> list[str]:
    with path.open("rb") as script:
        line = script.readline(_FIRST_LINE_BYTES)
    named = line[2:].decode(errors="replace").split() if line.startswith(b"#!") else []
    return named or ["bash"]
