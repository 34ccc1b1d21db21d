"""Templates that are written are read again as the same definitions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.definition import Definition
from datapipeline_converters.writers.api_form import api_form
from datapipeline_converters.writers.cloudformation import cloudformation

from tests.converters.writers.test_against_the_aws_cli import AWKWARD, REAL, read
from tests.corpus import needs_corpus


def again(definition: Definition) -> Definition:
    (found,) = read_definitions(json.dumps(cloudformation(definition)), "x.json")
    return found


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_real_definition_goes_into_a_template_and_back(path: Path) -> None:
    definition = replace(REAL[path], name="n")
    assert api_form(again(definition)) == api_form(definition)


def test_what_looks_like_a_function_is_text() -> None:
    texts = ["${AWS::Region}", "${!Literal}", "!Ref x", "Fn::Sub", '{"Ref": "X"}', "$${x}", "%{x}"]
    # What begins with @ is the service's own where the API has it, and not read there.
    others = [{key: value for key, value in item.items() if key[0] != "@"} for item in AWKWARD["objects"]]
    document = AWKWARD | {"objects": [{"id": "O", "name": "O", "command": texts}, *others]}
    definition = replace(read(document), name="Ä n", description="d", tags={"a": "${b}", "c": ""})
    found = again(definition)
    assert found.objects["O"].fields == {"command": tuple(texts)}
    assert api_form(found) == api_form(definition)
    assert (found.name, found.description, found.tags) == ("Ä n", "d", {"a": "${b}", "c": ""})
