"""Reads a file in whatever form it is, by its content and not by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datapipeline_converters.carriers import api_form, definition_file
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import UnreadableError


def read_definitions(text: str, source: str) -> tuple[Definition, ...]:
    """Return the pipeline definitions in a text, one or, in a template, several.

    :param source: what the text was read from, for messages
    :raises UnreadableError: when it holds no definition
    """
    document, repairs = parse_json(text, source)
    if not isinstance(document, dict):
        raise UnreadableError(source, "its JSON is no object", 'A definition looks like {"objects": [...]}.')
    dropped: list[Repair] = []
    if api_form.is_api_form(document):
        document = api_form.to_definition_file(document, source, dropped)
    definition = definition_file.read(document, source)
    return (replace(definition, repairs=(*repairs, *dropped, *definition.repairs)),)


def read_text(path: Path) -> str:
    """Return a file's text.

    :raises UnreadableError: when there is no such file, or it is not UTF-8 text
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            str(path), f"not UTF-8 text (byte {error.start})", "Save it as UTF-8."
        ) from None
    except OSError as error:
        raise UnreadableError(str(path), error.strerror or str(error), "Check the path.") from None
