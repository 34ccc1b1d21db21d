from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.carriers.api_form import is_api_form, to_definition_file
from datapipeline_converters.carriers.json_text import Number, Repeated
from datapipeline_converters.definition import Parameter, Ref, Repair
from datapipeline_converters.errors import UnreadableError


def read(document: dict[str, Any]) -> Any:
    return definition_file.read(document, "x.json")


def test_every_spelling_of_a_value() -> None:
    found = read(
        {
            "objects": [
                {
                    "id": "A",
                    "type": "T",
                    "text": "t",
                    "number": Number("3"),
                    "flag": True,
                    "ref": {"ref": "B"},
                },
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
    assert {(repair.place, repair.text) for repair in found.repairs} == {
        ("A.number", "the number 3 was read as the text '3'"),
        ("A.flag", "the boolean true was read as the text 'true'"),
    }


@pytest.mark.parametrize(
    ("key", "written", "values", "repairs"),
    [
        ("x", None, (), ["null: read as no value"]),
        ("x", ["a", None], ("a",), ["null: read as no value"]),
        ("x", [Number("1"), Number("2")], ("1", "2"), ["the number 1 was read as the text '1'"]),
        ("x", Number("1" * 5000), ("1" * 5000,), ["a number was read as text"]),
        ("*password", Number("123"), ("123",), ["a number was read as text"]),
        ("myPassword", Number("123"), ("123",), ["a number was read as text"]),
        ("x", "3", ("3",), []),
        ("x", [], (), []),
    ],
)
def test_what_is_no_text(key: str, written: Any, values: tuple[str, ...], repairs: list[str]) -> None:
    found = read({"objects": [{"id": "A", "type": "T", key: written}]})
    assert found.objects["A"].fields == {key: values}
    assert [(repair.place, repair.text) for repair in found.repairs] == [
        (f"A.{key}", text) for text in repairs
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"x": {"a": "b"}}, "x"),
        ({"x": ["a", {"ref": ["b"]}]}, "x"),
        ({"type": ["T", "U"]}, "type"),
        ({"type": {"ref": "A"}}, "type"),
        ({"name": ["a", "b"]}, "name"),
    ],
)
def test_values_that_cannot_be(fields: dict[str, Any], field: str) -> None:
    found = read({"objects": [{"id": "A"} | fields]})
    assert (("A", field)) in [(problem.object_id, problem.field) for problem in found.problems]


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


def test_a_reference_in_a_secret_field_is_not_shown() -> None:
    found = read({"objects": [{"id": "A", "type": "T", "*password": {"ref": "geheim"}}]})
    assert found.problems
    assert "geheim" not in str(found.problems)


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
            "values": {"*myPassword": "x", "myList": ["b"], "myCount": Number("3"), "myNone": None},
        }
    )
    assert found.parameters == {
        "myPassword": Parameter("myPassword", starred=True),
        "myList": Parameter(
            "myList", is_array=True, optional=True, default=("a", "b"), allowed_values=("a", "b")
        ),
    }
    assert found.values == {"*myPassword": ("x",), "myList": ("b",), "myCount": ("3",)}
    assert [(repair.place, repair.text) for repair in found.repairs] == [
        ("parameter myList.optional", "a boolean was read as text"),
        ("values.myCount", "a number was read as text"),
        ("values.myNone", "null: read as no value"),
    ]


def test_parts_that_are_null_are_no_parts() -> None:
    found = read({"objects": [], "parameters": None, "values": None})
    assert (found.parameters, found.values) == ({}, {})
    assert [repair.place for repair in found.repairs] == ["parameters", "values"]


def test_a_parameter_declared_twice() -> None:
    same = {"id": "myX", "default": "a"}
    found = read({"objects": [], "parameters": [same, dict(same)]})
    assert [repair.place for repair in found.repairs] == ["parameter myX"]
    assert found.problems == ()
    found = read({"objects": [], "parameters": [same, {"id": "*myX"}]})
    assert [str(problem) for problem in found.problems] == [
        "parameter 'myX': is declared twice, differently. Remove one of them."
    ]
    assert found.parameters == {"myX": Parameter("myX", starred=True, default=("a",))}


def test_an_attribute_that_is_no_text() -> None:
    found = read({"objects": [], "parameters": [{"id": "myX", "default": {"a": "b"}}]})
    assert [problem.field for problem in found.problems] == ["parameter 'myX'"]


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({}, "no list `objects`"),
        ({"objects": {}}, "`objects` is an object, not a list. Write it like"),
        ({"objects": None}, "`objects` is null, not a list"),
        ({"objects": Repeated([[], [{}]])}, "`objects` is given several times"),
        ({"objects": ["x"]}, "item 1 of `objects` is a text, not an object"),
        ({"objects": [None]}, "item 1 of `objects` is null, not an object"),
        ({"objects": [], "parameters": {"myX": "a"}}, "`parameters` is an object, not a list"),
        ({"objects": [], "parameters": ["myX"]}, "item 1 of `parameters` is a text, not an object"),
        ({"objects": [], "parameters": [{"id": "myX"}, {"type": "String"}]}, "parameter 2 has no id"),
        ({"objects": [], "values": ["myX"]}, "`values` is a list, not an object"),
        ({"objects": [], "values": "geheim"}, "`values` is a text, not an object"),
        ({"objects": [], "values": {"myX": {"a": "b"}}}, "the value of parameter 'myX' is neither text"),
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


@pytest.mark.parametrize(
    ("item", "expected", "repairs"),
    [
        (
            {"fields": [{"key": "input", "refValue": "B", "stringValue": None}]},
            {"input": [{"ref": "B"}]},
            [],
        ),
        ({"fields": [{"key": "x", "refValue": None, "stringValue": "a"}]}, {"x": ["a"]}, []),
        ({"fields": [{"key": "x"}]}, {"x": [None]}, []),
        ({"slots": [{"key": "x", "stringValue": "a"}]}, {"x": ["a"]}, []),
        (
            {"fields": [{"key": "x", "stringValue": "a", "comment": "why", "Unit": "b"}]},
            {"x": ["a"]},
            ["comment, Unit beside its value: not read"],
        ),
        (
            {"type": "T", "role": "R", "fields": [{"key": "x", "stringValue": "a"}]},
            {"type": "T", "role": "R", "x": ["a"]},
            [],
        ),
        ({"type": "T", "fields": [{"key": "type", "stringValue": "T"}]}, {"type": "T"}, []),
        ({"step": "a", "fields": [{"key": "step", "stringValue": "b"}]}, {"step": ["a", "b"]}, []),
        (
            {
                "fields": [
                    {"key": "@sphere", "stringValue": "COMPONENT"},
                    {"key": "@version", "stringValue": "1"},
                ]
            },
            {},
            ["fields of the service (@sphere, @version): not read"],
        ),
    ],
)
@pytest.mark.parametrize("part", ["pipelineObjects", "objects"])
def test_fields_in_api_form(part: str, item: Any, expected: Any, repairs: list[str]) -> None:
    document = {part: [{"id": "A"} | item]}
    found: list[Repair] = []
    assert is_api_form(document)
    assert to_definition_file(document, "x.json", found) == {"objects": [{"id": "A"} | expected]}
    assert [repair.text for repair in found] == repairs
    assert {repair.place for repair in found} <= {"A", "A.x"}


def test_a_field_with_both_values_is_refused() -> None:
    fields = [{"key": "x", "refValue": "A", "stringValue": "a"}]
    found = read(to_definition_file({"pipelineObjects": [{"id": "A", "fields": fields}]}))
    assert [(problem.object_id, problem.field) for problem in found.problems] == [("A", "x")]


def test_objects_of_the_file_with_values_of_the_api() -> None:
    document = {"objects": [{"id": "A", "x": "a"}], "parameterValues": [{"id": "*myX", "stringValue": "1"}]}
    assert is_api_form(document)
    assert read(to_definition_file(document)).values == {"*myX": ("1",)}


def test_a_parameter_value_without_a_value_is_none() -> None:
    document = {
        "pipelineObjects": [],
        "parameterValues": [
            {"id": "myX"},
            {"id": "myY", "stringValue": None},
            {"id": "myZ", "stringValue": "", "note": "n"},
        ],
    }
    found: list[Repair] = []
    assert read(to_definition_file(document, "x.json", found)).values == {"myZ": ("",)}
    assert found == [Repair("values.myZ", "note beside its value: not read")]


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({"pipelineObjects": None}, "`pipelineObjects` is null, not a list"),
        ({"pipelineObjects": {"id": "A"}}, "`pipelineObjects` is an object, not a list"),
        ({"pipelineObjects": ["A"]}, "item 1 of `pipelineObjects` is a text"),
        ({"pipelineObjects": [{"id": "A", "fields": ["x"]}]}, "item 1 of `fields` of A is a text"),
        ({"pipelineObjects": [{"id": "A", "fields": {"x": "a"}}]}, "`fields` of A is an object, not a list"),
        ({"pipelineObjects": [{"id": "A", "fields": [{"stringValue": "x"}]}]}, "of A has no key"),
        ({"objects": [{"fields": [None]}]}, "item 1 of `fields` of item 1 of `objects` is null"),
        (
            {"pipelineObjects": [], "parameterObjects": [{"id": "myX", "attributes": ["a"]}]},
            "item 1 of `attributes` of myX is a text",
        ),
        ({"pipelineObjects": [], "parameterValues": {"myX": "a"}}, "`parameterValues` is an object"),
        ({"pipelineObjects": [], "parameterValues": ["myX"]}, "item 1 of `parameterValues` is a text"),
        ({"pipelineObjects": [], "parameterValues": [{"stringValue": "a"}]}, "`parameterValues` has no id"),
        ({"pipelineObjects": [], "objects": []}, "both `pipelineObjects` and `objects`"),
    ],
)
def test_what_is_no_api_form(document: dict[str, Any], part: str) -> None:
    with pytest.raises(UnreadableError, match=part):
        to_definition_file(document, "x.json")
