from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.carriers.api_form import is_api_form, to_definition_file
from datapipeline_converters.definition import Parameter, Ref
from datapipeline_converters.errors import UnreadableError


def read(document: dict[str, Any]) -> Any:
    return definition_file.read(document, "x.json")


def test_every_spelling_of_a_value() -> None:
    found = read(
        {
            "objects": [
                {"id": "A", "type": "T", "text": "t", "number": 3, "flag": True, "ref": {"ref": "B"}},
                {"id": "B", "name": "Bee", "list": ["x", {"ref": "A"}, ["y"]]},
            ]
        }
    )
    assert found.objects["A"].type == "T"
    assert found.objects["A"].name == "A"
    assert found.objects["A"].fields == {
        "text": ("t",),
        "number": ("3",),
        "flag": ("true",),
        "ref": (Ref("B"),),
    }
    assert found.objects["B"].type is None
    assert found.objects["B"].fields == {"list": ("x", Ref("A"), "y")}
    assert found.problems == ()


def test_references_by_name_and_as_text_are_repaired() -> None:
    found = read(
        {
            "objects": [
                {
                    "id": "A",
                    "type": "T",
                    "precondition": "Ready",
                    "input": {"ref": "Bee"},
                    "command": "Ready",
                },
                {"id": "Ready", "type": "T"},
                {"id": "B", "name": "Bee", "type": "T"},
            ]
        }
    )
    assert found.objects["A"].fields == {
        "precondition": (Ref("Ready"),),
        "input": (Ref("B"),),
        "command": ("Ready",),
    }
    assert {repair.place for repair in found.repairs} == {"A.precondition", "A.input"}


def test_a_name_that_two_objects_have_is_no_reference() -> None:
    found = read(
        {
            "objects": [
                {"id": "A", "type": "T", "input": {"ref": "Same"}},
                {"id": "B", "name": "Same"},
                {"id": "C", "name": "Same"},
            ]
        }
    )
    assert [(problem.object_id, problem.field) for problem in found.problems] == [("A", "input")]


def test_one_id_twice() -> None:
    same = {"id": "A", "type": "T"}
    assert [repair.place for repair in read({"objects": [same, dict(same)]}).repairs] == ["A"]
    found = read({"objects": [same, same | {"command": "x"}]})
    assert "two different objects" in found.problems[0].text


def test_default_without_id() -> None:
    found = read({"objects": [{"name": "Default", "role": "R"}]})
    assert found.objects["Default"].fields == {"role": ("R",)}


def test_parameters_and_values() -> None:
    found = read(
        {
            "objects": [],
            "parameters": [
                {"id": "*myPassword", "type": "String"},
                {
                    "id": "myList",
                    "isArray": "true",
                    "optional": True,
                    "default": ["a", "b"],
                    "allowedValues": ["a", "b"],
                },
            ],
            "values": {"*myPassword": "x", "myList": ["b"], "myCount": 3},
        }
    )
    assert found.parameters == {
        "myPassword": Parameter("myPassword", starred=True),
        "myList": Parameter(
            "myList", is_array=True, optional=True, default=("a", "b"), allowed_values=("a", "b")
        ),
    }
    assert found.values == {"myPassword": ("x",), "myList": ("b",), "myCount": ("3",)}


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({}, "no list `objects`"),
        ({"objects": {}}, "no list `objects`"),
        ({"objects": ["x"]}, "item 1"),
        ({"objects": [{"id": "A"}, {"type": "T"}]}, "object 2 .* has no id"),
        ({"objects": [{"id": 3}]}, "has no id"),
        ({"objects": [{"id": "", "name": "N"}]}, r"\(name 'N'\) has no id"),
    ],
)
def test_what_is_no_definition(document: dict[str, Any], part: str) -> None:
    with pytest.raises(UnreadableError, match=part):
        read(document)


def test_the_api_form_says_the_same() -> None:
    api = {
        "pipelineObjects": [
            {
                "id": "A",
                "name": "A",
                "fields": [
                    {"key": "type", "stringValue": "T"},
                    {"key": "step", "stringValue": "1"},
                    {"key": "step", "stringValue": "2"},
                    {"key": "input", "refValue": "B"},
                ],
            },
            {"id": "B", "name": "B", "fields": []},
        ],
        "parameterObjects": [{"id": "myX", "attributes": [{"key": "type", "stringValue": "String"}]}],
        "parameterValues": [{"id": "myX", "stringValue": "1"}, {"id": "myX", "stringValue": "2"}],
    }
    file = {
        "objects": [{"id": "A", "type": "T", "step": ["1", "2"], "input": {"ref": "B"}}, {"id": "B"}],
        "parameters": [{"id": "myX", "type": "String"}],
        "values": {"myX": ["1", "2"]},
    }
    assert is_api_form(api)
    assert not is_api_form(file)
    assert read(to_definition_file(api)) == read(file)
