"""Reads a file in whatever form it is, by its content and not by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from datapipeline_converters.carriers import api_form, cloudformation, definition_file, foreign
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.terraform import state as terraform_state
from datapipeline_converters.carriers.wrapped import Wrapped, wrapped
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.definition import Definition, Repair
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

# A larger file is no definition: Data Pipeline takes a few hundred objects.
MAX_BYTES = 64 * 1024 * 1024
# What every definition has in it, in whatever form.
_MARKS = re.compile(
    r"""["'“”]objects["'“”]|[pP]ipelineObjects|pipeline_object|AWS::DataPipeline::|[pP]arameterObjects"""
)
# JSON, with comments before it or not.
_JSON = re.compile(r"(?:\s++|#[^\n]*+|//[^\n]*+|/\*.*?\*/)*+[{\[]", re.DOTALL)
# So many bytes show whether every other one is zero; a definition starts with letters that have no more.
_LOOKED_AT = 16
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What packed files start with.
_PACKED = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z"}


def read_definitions(
    text: str, source: str, given: Mapping[str, tuple[str, ...]] | None = None, path: Path | None = None
) -> tuple[Definition, ...]:
    """Return the pipeline definitions in a text, one or, in a template, several.

    :param source: what the text was read from, for messages
    :param given: values from files and the command line, for the parameters of templates and Terraform's variables
    :param path: the file, None for standard input
    :raises NoDefinitionError: when it is something else
    :raises UnreadableError: when it is a definition and cannot be read
    """
    values = given or {}
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise NoDefinitionError(source, "the file is empty", "Give a pipeline definition.")
    if not _JSON.match(text):
        from datapipeline_converters.carriers.terraform.syntax import is_terraform

        if is_terraform(text):
            from datapipeline_converters.carriers.terraform import pipelines

            return pipelines.read(text, source, values, path)
    try:
        document, repairs = _parse(text, source)
    except UnreadableError as error:
        _refuse_other_texts(text, source)
        if looks_like_one(text):
            raise
        raise NoDefinitionError.of(error) from None
    if isinstance(document, str):
        _refuse_other_texts(text, source)
    return tuple(
        replace(definition, repairs=(*repairs, *definition.repairs))
        for definition in _definitions(document, source, values, path)
    )


def _refuse_other_texts(text: str, source: str) -> None:
    """Say what a text is that is no data at all.

    :raises NoDefinitionError: when it is known
    """
    if _JSON.match(text):  # what is broken is the definition
        return
    known = foreign.recognised_text(text)
    if known is not None:
        raise NoDefinitionError(source, f"{known[0]}, not a pipeline definition", known[1])


def looks_like_one(text: str) -> bool:
    """Tell whether a text has words of a definition in it, whole or broken."""
    return bool(_MARKS.search(text))


def decode(content: bytes, source: str) -> str:
    """Return the text of a file.

    :raises NoDefinitionError: when it is too large, packed, or neither UTF-8 nor UTF-16
    :raises UnreadableError: when it is a definition in another encoding
    """
    if len(content) > MAX_BYTES:
        fault = f"larger than {MAX_BYTES // 1024 // 1024} MiB, so no definition"
        raise NoDefinitionError(source, fault, "Check the path.")
    packed = next((name for start, name in _PACKED.items() if content.startswith(start)), None)
    if packed is not None:
        raise NoDefinitionError(source, f"a packed file ({packed})", "Unpack it, and give what is in it.")
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        fault = f"not UTF-8 text (byte {error.start})"
        # Letters of a definition are the same bytes in every encoding of the kind of Latin-1.
        is_one = looks_like_one(content.decode("latin-1"))
        raise (UnreadableError if is_one else NoDefinitionError)(source, fault, "Save it as UTF-8.") from None
    if "\0" in text:
        raise NoDefinitionError(source, "not a text file", "Check the path.")
    return text


def _encoding(content: bytes) -> str:
    """Return how a file's text is written; UTF-16 without its mark is known by every other byte, which is zero."""
    if content.startswith(_UTF_16):
        return "utf-16"
    start = content[:_LOOKED_AT]
    for encoding, letters, zeros in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        if len(start) >= 4 and not any(start[zeros::2]) and all(start[letters::2]):
            return encoding
    return "utf-8-sig"


def read_text(path: Path) -> str:
    """Return a file's text.

    :raises UnreadableError: when there is no such file, or it is too large or no text
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(str(path), error.strerror or str(error), "Check the path.") from None
    return decode(content, str(path))


def _parse(text: str, source: str) -> tuple[Any, tuple[Repair, ...]]:
    return parse_json(text, source) if _JSON.match(text) else parse_yaml(text, source)


def _definitions(
    document: Any, source: str, given: Mapping[str, tuple[str, ...]], path: Path | None
) -> tuple[Definition, ...]:
    if terraform_state.is_from_terraform(document):
        if "resource" in document:
            from datapipeline_converters.carriers.terraform import pipelines
            from datapipeline_converters.carriers.terraform.written_in_json import to_language

            return pipelines.read(to_language(document, source), source, given, path)
        return terraform_state.read(document, source)
    tool = foreign.recognised(document)
    if tool is not None:
        raise NoDefinitionError(source, f"a file of {tool[0]}, not a pipeline definition", tool[1])
    if cloudformation.is_template(document):
        try:
            return cloudformation.read(document, source, given)
        except NoDefinitionError:  # but a stack set has the template of its stacks as a text
            if not wrapped(document, source):
                raise
    is_one = isinstance(document, dict) and ("objects" in document or api_form.is_api_form(document))
    inside = [] if is_one else wrapped(document, source)
    if inside and not (isinstance(document, list) and all(_is_whole(item) for item in document)):
        return tuple(found for item in inside for found in _of_wrapped(item, source, given, path))
    if isinstance(document, list):
        return _of_list(document, source, given, path)
    if isinstance(document, str):  # YAML takes any words for a text
        fault = "not JSON, and no other form of a definition either"
        raise NoDefinitionError(source, fault, 'A definition looks like {"objects": [...]}.')
    if not isinstance(document, dict):
        raise NoDefinitionError(source, "no object at its top", 'A definition looks like {"objects": [...]}.')
    repairs: list[Repair] = []
    known: dict[str, Any] = {}
    if api_form.is_api_form(document):
        known = api_form.about(document)
        document = api_form.to_definition_file(document, source, repairs)
    definition = definition_file.read(document, source)
    return (replace(definition, repairs=(*repairs, *definition.repairs), **known),)


def _is_whole(item: Any) -> bool:
    """Tell whether an item of a list is a definition, or an object of one."""
    return isinstance(item, dict) and ("objects" in item or api_form.is_api_form(item) or "id" in item)


def _of_wrapped(
    item: Wrapped, source: str, given: Mapping[str, tuple[str, ...]], path: Path | None
) -> Iterator[Definition]:
    """Yield the definitions that stand somewhere within a file."""
    told = Repair(item.path, "a definition within something else: read alone") if item.path else None
    for found in _definitions(item.document, source, given, path):
        state = found.state
        if not state.pipeline_id:
            state = replace(state, pipeline_id=item.pipeline_id)
        yield replace(
            found,
            name=found.name or item.name,
            part=".".join(step for step in (item.path, found.part) if step),
            state=state,
            repairs=(*((told,) if told else ()), *item.repairs, *found.repairs),
        )


def _of_list(
    items: list[Any], source: str, given: Mapping[str, tuple[str, ...]], path: Path | None
) -> tuple[Definition, ...]:
    """Return the definitions of a list: it has whole definitions in it, or the objects of one."""
    if items and all(isinstance(item, dict) for item in items):
        if all("objects" in item or api_form.is_api_form(item) for item in items):
            return tuple(
                replace(found, part=f"{number}.{found.part}" if found.part else str(number))
                for number, item in enumerate(items, start=1)
                for found in _definitions(item, source, given, path)
            )
        if api_form.has_fields(items) or _has_references(items):
            return _definitions({"objects": items}, source, given, path)
    raise NoDefinitionError(
        source, "a list, not a pipeline definition", 'A definition looks like {"objects": [...]}.'
    )


def _has_references(items: list[dict[str, Any]]) -> bool:
    """Tell whether all items of a list have an id, and one of them refers to another."""
    ids = {item.get("id") for item in items if isinstance(item.get("id"), str)}
    return len(ids) == len(items) and any(
        isinstance(value, dict)
        and [key.lower() for key in value] == ["ref"]
        and any(isinstance(target, str) and target in ids for target in value.values())
        for item in items
        for value in item.values()
    )
