"""Reads parameter values from files and from the command line; each key by itself, later ones win.

A file is a mapping, or has it under `values`; beside it, `environments` may hold a mapping for each environment.
CloudFormation's own files with the parameters of a stack will do as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datapipeline_converters.carriers.json_text import check_characters, parse_json
from datapipeline_converters.carriers.parameters import read_values
from datapipeline_converters.carriers.read import read_text
from datapipeline_converters.carriers.shapes import dictionary
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import UnreadableError, UsageError
from datapipeline_converters.yaml_nodes import NotYamlError, ReadingError
from datapipeline_converters.yaml_texts import load_texts

_WORD = re.compile(r"[^\W\d]\w*")
# What a definition has beside its values: a whole one may be given for them.
_PARTS = frozenset({"metadata", "objects", "parameters", "values"})


@dataclass(frozen=True)
class Given:
    """The parameter values of one file, or of the command line.

    :param place: the file, or the option
    :param values: by name; a star on it makes a secret of it, and with and without it is the same parameter
    :param unread: what stands beside the values
    """

    place: str
    values: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names without the star."""
        return {name.removeprefix("*") for name in self.values}


def read_given(
    files: Iterable[Path], settings: Iterable[str], environment: str | None = None
) -> tuple[Given, ...]:
    """Return the values of the files in order, then those of `NAME=VALUE` settings.

    :param environment: whose values a file gives that holds several environments
    :raises UnreadableError: when a file holds no values
    :raises UsageError: when a setting has no `=`, or a file has no values for the environment
    """
    return (*(_read_file(path, environment) for path in files), Given("--set", _settings(settings)))


def merge_values(given: Iterable[Given]) -> dict[str, tuple[str, ...]]:
    """Return values by name, each key by itself; later ones win."""
    values: dict[str, tuple[str, ...]] = {}
    for part in given:
        values = _over(values, part.values)
    return values


def _over(
    earlier: Mapping[str, tuple[str, ...]], later: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return both, the later values last: of two spellings of a name, with and without star, the last wins.

    The other spelling stays, because a star once given keeps the name secret.
    """
    return {name: values for name, values in earlier.items() if name not in later} | dict(later)


def names_known(definition: Definition) -> set[str]:
    """Return the names, without the star, that a value can be given for with any effect.

    Besides parameters and values these are the words of every text that has an expression.
    """
    stored = [
        *definition.values.values(),
        *(parameter.default for parameter in definition.parameters.values()),
    ]
    fields = [values for item in definition.objects.values() for values in item.fields.values()]
    used = words(value for values in (*fields, *stored) for value in values if isinstance(value, str))
    return used.union(
        definition.parameters, definition.used, (name.removeprefix("*") for name in definition.values)
    )


def words(texts: Iterable[str]) -> set[str]:
    """Return the words of every text that has an expression: what it names is among them."""
    return {word for text in texts if "#{" in text for word in _WORD.findall(text)}


def read_document(path: Path) -> Any:
    """Return what a JSON or YAML file says, scalars as texts; UnreadableError where it is neither."""
    return _parse(read_text(path), str(path))


def _read_file(path: Path, environment: str | None) -> Given:
    source = str(path)
    if path.suffix == ".tfvars":
        from datapipeline_converters.carriers.terraform.variables import read_variables

        return Given(source, read_values(read_variables(read_text(path), source), source))
    document = _stack_parameters(read_document(path))
    if not isinstance(document, dict):
        raise UnreadableError(source, "no values in it", 'Write {"values": {"myName": "value"}}.')
    environments = document.get("environments")
    if not isinstance(environments, dict):  # a parameter may have this name
        values, unread = _section(document, source)
        return Given(source, values, unread)
    common, unread = _section(
        {key: value for key, value in document.items() if key != "environments"}, source
    )
    own, unread_there = _section(_chosen(environments, environment, source), source)
    return Given(source, _over(common, own), (*unread, *unread_there))


def _stack_parameters(document: Any) -> Any:
    """Return the values of a file with parameters of a stack, as CloudFormation and CodePipeline have them, by name."""
    if isinstance(document, list):
        items = [item for item in document if isinstance(item, dict) and "ParameterKey" in item]
        if items and len(items) == len(document):
            return {"values": {str(item["ParameterKey"]): item.get("ParameterValue") for item in items}}
    elif isinstance(document, dict) and document.keys() == {"Parameters"}:
        values = document["Parameters"]
        return {"values": values} if isinstance(values, dict) else document
    return document


def _chosen(environments: dict[str, Any], environment: str | None, source: str) -> dict[str, Any]:
    names = ", ".join(environments) or "none"
    if environment is None:
        raise UsageError(f"{source} holds environments ({names}): choose one with --environment NAME.")
    if environment not in environments:
        raise UsageError(f"{source} has no environment {environment!r}; there are: {names}.")
    if environments[environment] in (None, ""):  # as JSON and YAML write one that only has the common values
        return {}
    return dictionary(environments, environment, source)


def _has_items(part: Any) -> bool:
    return isinstance(part, list) and any(isinstance(item, dict) for item in part)


def _section(section: dict[str, Any], source: str) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the values of a plain mapping, or of the envelope `values`, and the keys beside the envelope."""
    if "values" not in section:
        part = next((key for key in ("objects", "parameters") if _has_items(section.get(key))), None)
        if part is not None:
            fault = f"no values in it, but `{part}` of a definition"
            advice = (
                'Write {"values": {"myName": "value"}}; declarations stand in the definition\'s own file.'
            )
            raise UnreadableError(source, fault, advice)
        return read_values(section, source), ()
    beside = tuple(key for key in section if key not in _PARTS)
    return read_values(dictionary(section, "values", source), source), beside


def _parse(text: str, source: str) -> Any:
    """Return what a JSON or YAML text says; a fault is told without the text, which holds secrets."""
    if text.lstrip().startswith("{"):
        # YAML reads most of JSON, yet not characters in two halves, nor null as no value.
        with suppress(UnreadableError):
            return parse_json(text, source)[0]
    try:
        document = load_texts(text)
        check_characters(document, source)
    except NotYamlError as error:
        raise UnreadableError(source, f"neither JSON nor YAML: {error.fault}", error.advice) from None
    except ReadingError as error:
        raise UnreadableError(source, error.fault, error.advice) from None
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
