"""Reads parameter values from files and from the command line; each key by itself, later ones win."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from datapipeline_converters.carriers.json_text import check_characters, parse_json
from datapipeline_converters.carriers.parameters import read_values
from datapipeline_converters.carriers.read import read_text
from datapipeline_converters.carriers.shapes import dictionary
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import UnreadableError, UsageError

_WORD = re.compile(r"[^\W\d]\w*")


def merge_values(files: Iterable[Path], settings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return values by name: those of the files in order, then those of `NAME=VALUE` settings.

    A name keeps its star, which makes a secret of it; with and without it is the same parameter.

    :raises UnreadableError: when a file holds no values
    :raises UsageError: when a setting has no `=`
    """
    values: dict[str, tuple[str, ...]] = {}
    for path in files:
        values = _over(values, _read_file(path))
    return _over(values, _settings(settings))


def _over(
    earlier: dict[str, tuple[str, ...]], later: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return both, the later values last: of two spellings of a name, with and without star, the last wins."""
    return {name: values for name, values in earlier.items() if name not in later} | later


def names_known(definition: Definition) -> set[str]:
    """Return the names, without the star, that a value can be given for with any effect.

    Besides parameters and values these are the words of every text that has an expression.
    """
    given = [
        *definition.values.values(),
        *(parameter.default for parameter in definition.parameters.values()),
    ]
    fields = [values for item in definition.objects.values() for values in item.fields.values()]
    texts = [value for values in (*fields, *given) for value in values if isinstance(value, str)]
    used = {word for text in texts if "#{" in text for word in _WORD.findall(text)}
    return used.union(definition.parameters, (name.removeprefix("*") for name in definition.values))


def _read_file(path: Path) -> dict[str, tuple[str, ...]]:
    source = str(path)
    document = _parse(read_text(path), source)
    if isinstance(document, dict) and "values" in document:
        document = dictionary(document, "values", source)
    if not isinstance(document, dict):
        raise UnreadableError(source, "no values in it", 'Write {"values": {"myName": "value"}}.')
    return read_values(document, source)


def _parse(text: str, source: str) -> Any:
    """Return what a JSON or YAML text says; a fault is told without the text, which holds secrets."""
    if text.lstrip().startswith("{"):
        # YAML reads most of JSON, yet not characters in two halves, nor null as no value.
        with suppress(UnreadableError):
            return parse_json(text, source)[0]
    try:
        # The base loader keeps every scalar as the text that was written: 007 and yes stay what they are.
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts only
        check_characters(document, source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UnreadableError(
            source, f"neither JSON nor YAML: {error.problem}{place}", "Correct it."
        ) from None
    except yaml.YAMLError:
        raise UnreadableError(source, "neither JSON nor YAML: a control character", "Remove it.") from None
    except RecursionError:
        raise UnreadableError(source, "nested too deeply", "Values are texts and lists of texts.") from None
    return document


def _settings(settings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise UsageError(f"--set {name}: write it as NAME=VALUE; repeat it for a list.")
        if not setting.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in setting):
            raise UsageError(f"--set {name!r}: its value is not UTF-8 text.")
        values[name] = (*values.get(name, ()), value)
    return values
