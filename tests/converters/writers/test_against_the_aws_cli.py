"""Definitions written in both of the AWS CLI's forms agree with what its own translator makes of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from awscli.customizations.datapipeline import translator
from datapipeline_converters.carriers.read import read_definitions, read_text
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.writers.api_form import api_form
from datapipeline_converters.writers.definition_file import definition_file

from tests.corpus import files, needs_corpus


def real_definitions() -> Iterator[tuple[Path, Definition]]:
    """Yield real files with what is in them; some in these folders are no definitions."""
    for form in ("architect", "api"):
        for path in files(form):
            with suppress(UnreadableError):
                yield path, read_definitions(read_text(path), path.name)[0]


REAL = dict(real_definitions())
# Files that need no repair, and have nothing in them as the API has it, are what the AWS CLI takes as they are.
CLEAN = [
    path
    for path, definition in REAL.items()
    if path.parent.name == "architect"
    and not definition.repairs
    and '"fields"' not in path.read_text(encoding="utf-8-sig")
]


def their_api(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the AWS CLI sends for a definition file; it changes what it is given."""
    taken = copy.deepcopy(document)
    sent = {
        "pipelineObjects": translator.definition_to_api_objects(taken),
        "parameterObjects": translator.definition_to_api_parameters(taken),
        "parameterValues": translator.definition_to_parameter_values(taken),
    }
    return {part: items for part, items in sent.items() if items}


def their_file(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the AWS CLI prints for an answer of the API."""
    return {
        part: items for part, items in translator.api_to_definition(copy.deepcopy(document)).items() if items
    }


def read(document: dict[str, Any]) -> Definition:
    (definition,) = read_definitions(json.dumps(document), "x.json")
    return definition


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """Return a definition file without what no form but the file has: metadata, and fields with no value."""
    kept = {part: items for part, items in document.items() if part != "metadata"}
    for part in ("objects", "parameters"):
        if part in kept:
            kept[part] = [{key: value for key, value in item.items() if value != []} for item in kept[part]]
    return kept


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_real_definition_goes_to_the_api_and_back(path: Path) -> None:
    definition = REAL[path]
    as_file, as_api = definition_file(definition), api_form(definition)
    assert as_api == their_api(as_file)
    assert their_file(as_api) == canonical(as_file)
    assert definition_file(read(as_api)) == their_file(as_api)
    assert api_form(read(as_file)) == as_api


@needs_corpus
@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.name)
def test_a_clean_real_file_is_sent_as_the_aws_cli_sends_it(path: Path) -> None:
    """Without our reading in between."""
    assert api_form(REAL[path]) == their_api(json.loads(path.read_text(encoding="utf-8-sig")))


@needs_corpus
def test_most_real_files_are_compared() -> None:
    assert len(REAL) >= 70
    assert len(CLEAN) >= 60


AWKWARD: dict[str, Any] = {
    "objects": [
        {"id": "Default", "name": "Default", "scheduleType": "ondemand", "onFail": {"ref": "Alarm"}},
        {
            "id": "A",
            "name": "Ä \U0001f4a7",
            "type": "EmrActivity",
            "step": ["b,--x,\\\\,", "a", "a", ""],
            "*password": "#{*myPassword}",
            "dependsOn": [{"ref": "B"}, {"ref": "Default"}],
            "mix": ["text", {"ref": "B"}],
            "@own": "kept by a file",
            "Zed": "capitals first",
            "command": "line\nline\ttab ${INPUT1_STAGING_DIR} #{format(@scheduledStartTime,'YYYY')}",
        },
        {"id": "B", "name": "B"},
        {"id": "Alarm", "name": "Alarm", "type": "SnsAlarm"},
    ],
    "parameters": [
        {"id": "*myPassword", "type": "String"},
        {"id": "myList", "isArray": "true", "allowedValues": ["x", "y"], "default": ["x"]},
        {"id": "myBare"},
    ],
    "values": {"*myPassword": "p", "myList": ["y", "x", "y"], "myEmpty": ""},
}


def test_an_awkward_definition() -> None:
    definition = read(AWKWARD)
    assert definition.repairs == ()
    once = their_file(their_api(AWKWARD))
    assert api_form(definition) == their_api(AWKWARD)
    assert definition_file(read(once)) == once


@pytest.mark.parametrize(
    ("objects", "fields"),
    [
        ({"k": "v"}, [{"key": "k", "stringValue": "v"}]),
        ({"k": {"ref": "X"}}, [{"key": "k", "refValue": "X"}]),
        ({"k": ["v1", {"ref": "X"}]}, [{"key": "k", "stringValue": "v1"}, {"key": "k", "refValue": "X"}]),
        ({"*k": "v"}, [{"key": "*k", "stringValue": "v"}]),
        (
            {"b": "1", "type": "T", "A": "2"},
            [
                {"key": "A", "stringValue": "2"},
                {"key": "b", "stringValue": "1"},
                {"key": "type", "stringValue": "T"},
            ],
        ),
        ({"k": []}, []),
    ],
)
def test_each_spelling_of_a_field(objects: dict[str, Any], fields: list[dict[str, str]]) -> None:
    document = {"objects": [{"id": "O", **objects}, {"id": "X", "name": "Ex"}]}
    assert api_form(read(document))["pipelineObjects"] == [
        {"id": "O", "name": "O", "fields": fields},
        {"id": "X", "name": "Ex", "fields": []},
    ]


def test_numbers_and_booleans_become_the_texts_that_the_api_has() -> None:
    # The CLI leaves them, and its own validation then refuses the request.
    document = {"objects": [{"id": "O", "n": 1.50, "b": True}], "values": {"myN": 3}}
    assert api_form(read(document)) == {
        "pipelineObjects": [
            {
                "id": "O",
                "name": "O",
                "fields": [{"key": "b", "stringValue": "true"}, {"key": "n", "stringValue": "1.5"}],
            }
        ],
        "parameterValues": [{"id": "myN", "stringValue": "3"}],
    }
