"""Reads parameter values from files and from the command line; each key by itself, later ones win."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from datapipeline_converters.carriers.definition_file import read_values
from datapipeline_converters.carriers.read import read_text
from datapipeline_converters.errors import UnreadableError, UsageError


def merge_values(files: Iterable[Path], settings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return values by name: those of the files in order, then those of `NAME=VALUE` settings.

    :raises UnreadableError: when a file holds no values
    :raises UsageError: when a setting has no `=`
    """
    values: dict[str, tuple[str, ...]] = {}
    for path in files:
        values |= _read_file(path)
    return values | _settings(settings)


def _read_file(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        # The base loader keeps every scalar as the text that was written: 007 and yes stay what they are.
        document: Any = yaml.load(read_text(path), Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts only
    except yaml.YAMLError as error:
        raise UnreadableError(str(path), f"neither JSON nor YAML: {error}", "Correct it.") from None
    if isinstance(document, dict) and isinstance(document.get("values"), dict):
        document = document["values"]
    if not isinstance(document, dict):
        raise UnreadableError(str(path), "no values in it", 'Write {"values": {"myName": "value"}}.')
    return read_values(document)


def _settings(settings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise UsageError(f"--set {setting}: write it as NAME=VALUE; repeat it for a list.")
        name = name.removeprefix("*")
        values[name] = (*values.get(name, ()), value)
    return values
