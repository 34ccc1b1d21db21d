"""Inheritance and custom fields: every rule of them, and what the ledger says of who has what from whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.definition import Ref
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.inheritance import EffectiveField, inherit

from tests.converters.planned import arguments, converted, grades, only_dag, ref, shell


def effective(*objects: dict[str, Any]) -> Any:
    return inherit(definition_file.read({"objects": list(objects)}, "x.json"))


def fields(found: Any, object_id: str) -> dict[str, tuple[tuple[Any, ...], str]]:
    """Return an object's fields as values and owner."""
    return {key: (field.values, field.owner) for key, field in found[object_id].fields.items()}


# Which field holds


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        # A parent's fields are included in the child.
        (
            [{"id": "P", "a": "1"}, {"id": "X", "type": "T", "parent": ref("P")}],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "P")},
        ),
        # Without a parent of its own an object inherits from Default.
        ([{"id": "Default", "a": "1"}, {"id": "X", "type": "T"}], {"a": (("1",), "Default")}),
        ([{"id": "X", "type": "T"}, {"id": "Default", "a": "1"}], {"a": (("1",), "Default")}),
        # There need not be any Default, and its name has a capital letter.
        ([{"id": "X", "type": "T", "a": "1"}], {"a": (("1",), "X")}),
        ([{"id": "default", "b": "1"}, {"id": "X", "type": "T"}], {}),
        # With a parent it inherits from the chain, at whose end Default's fields arrive.
        (
            [
                {"id": "Default", "a": "1"},
                {"id": "P", "b": "2"},
                {"id": "X", "type": "T", "parent": ref("P")},
            ],
            {"parent": ((Ref("P"),), "X"), "b": (("2",), "P"), "a": (("1",), "Default")},
        ),
        # Default may be named as the parent.
        (
            [{"id": "Default", "a": "1"}, {"id": "X", "type": "T", "parent": ref("Default")}],
            {"parent": ((Ref("Default"),), "X"), "a": (("1",), "Default")},
        ),
        # The nearest definition of a key wins: own, parent, grandparent, Default.
        (
            [
                {"id": "Default", "a": "4", "b": "4", "c": "4", "d": "4"},
                {"id": "G", "a": "3", "b": "3", "c": "3"},
                {"id": "P", "a": "2", "b": "2", "parent": ref("G")},
                {"id": "X", "type": "T", "a": "1", "parent": ref("P")},
            ],
            {
                "a": (("1",), "X"),
                "parent": ((Ref("P"),), "X"),
                "b": (("2",), "P"),
                "c": (("3",), "G"),
                "d": (("4",), "Default"),
            },
        ),
        # It wins by key as a whole: lists are not merged, and a longer one does not show through.
        (
            [
                {"id": "Default", "a": ["1", "2", "3"], "b": ref("D")},
                {"id": "D", "type": "T"},
                {"id": "X", "type": "T", "a": ["x"], "b": [ref("D"), "text"]},
            ],
            {"a": (("x",), "X"), "b": ((Ref("D"), "text"), "X")},
        ),
        # A parent may have a type; neither it nor id and name are inherited.
        (
            [{"id": "P", "name": "Pea", "type": "T", "a": "1"}, {"id": "X", "parent": ref("P")}],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "P")},
        ),
        # Custom fields are inherited like any other, references among them.
        (
            [{"id": "Default", "myFlag": "1", "my_flag": ["a", ref("X")]}, {"id": "X", "type": "T"}],
            {"myFlag": (("1",), "Default"), "my_flag": (("a", Ref("X")), "Default")},
        ),
        # A parent's own parent is not a field of the child.
        (
            [
                {"id": "G", "a": "1"},
                {"id": "P", "parent": ref("G")},
                {"id": "X", "type": "T", "parent": ref("P")},
            ],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "G")},
        ),
        # A parent is found by its name and as a plain text too.
        (
            [
                {"id": "P", "name": "The parent", "a": "1"},
                {"id": "X", "type": "T", "parent": ref("The parent")},
            ],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "P")},
        ),
        (
            [{"id": "P", "a": "1"}, {"id": "X", "type": "T", "parent": "P"}],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "P")},
        ),
        (
            [{"id": "P", "name": "The parent", "a": "1"}, {"id": "X", "type": "T", "parent": "The parent"}],
            {"parent": ((Ref("P"),), "X"), "a": (("1",), "P")},
        ),
        # No value is no parent.
        (
            [{"id": "Default", "a": "1"}, {"id": "X", "type": "T", "parent": []}],
            {"parent": ((), "X"), "a": (("1",), "Default")},
        ),
    ],
)
def test_which_field_holds(objects: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    found, problems = effective(*objects)
    assert problems == ()
    assert fields(found, "X") == expected


def test_identity_is_never_inherited() -> None:
    found, _ = effective(
        {"id": "P", "name": "Pea", "type": "T"},
        {"id": "X", "parent": {"ref": "P"}},
        {"id": "Default", "type": "Default"},
    )
    assert (found["X"].name, found["X"].type) == ("X", None)
    assert found["X"].ancestors == ("P", "Default")


def test_a_key_given_several_times_is_a_list_that_wins_as_a_whole() -> None:
    text = """{"objects": [
        {"id": "Default", "step": "d"},
        {"id": "P", "step": "1", "step": "2", "step": "1"},
        {"id": "X", "type": "T", "parent": {"ref": "P"}, "parent": {"ref": "P"}}
    ]}"""
    document, repairs = parse_json(text, "x.json")
    found, problems = inherit(definition_file.read(document, "x.json"))
    assert problems == ()
    assert found["X"].fields == {
        "parent": EffectiveField((Ref("P"),), "X"),
        "step": EffectiveField(("1", "2", "1"), "P"),
    }
    assert [repair.place for repair in repairs] == ["P.step", "X.parent"]


def test_repairs_of_a_parent_are_told() -> None:
    found = definition_file.read(
        {
            "objects": [
                {"id": "P", "name": "Pea"},
                {"id": "X", "type": "T", "parent": "P"},
                {"id": "Y", "type": "T", "parent": ref("Pea")},
            ]
        },
        "x.json",
    )
    assert [(repair.place, repair.text) for repair in found.repairs] == [
        ("X.parent", "the text 'P' names an object: read as a reference"),
        ("Y.parent", "'Pea' is a name: read as the id 'P'"),
    ]


@pytest.mark.parametrize(
    ("objects", "faults"),
    [
        (
            [
                {"id": "A", "parent": ref("B")},
                {"id": "B", "parent": ref("A")},
                {"id": "C", "parent": ref("C")},
            ],
            {"A": "A -> B -> A", "B": "B -> A -> B", "C": "C -> C"},
        ),
        (
            [{"id": "A", "parent": ref("B")}, {"id": "B", "parent": ref("B")}],
            {"A": "A -> B -> B", "B": "B -> B"},
        ),
        (
            [{"id": "A", "parent": [ref("B"), ref("C")]}, {"id": "B"}, {"id": "C"}],
            {"A": "takes one reference and has 2."},
        ),
        ([{"id": "A", "parent": "#{myX}"}], {"A": "takes a reference and has the text '#{myX}'."}),
    ],
)
def test_parents_that_cannot_be(objects: list[dict[str, Any]], faults: dict[str, str]) -> None:
    _, problems = effective(*objects)
    assert [problem.object_id for problem in problems] == list(faults)
    for problem in problems:
        assert problem.field == "parent"
        assert faults[problem.object_id] in problem.text


@pytest.mark.parametrize("parent", [ref("Nowhere"), "Nowhere"])
def test_a_parent_that_is_nowhere(parent: Any) -> None:
    with pytest.raises(
        InvalidDefinitionError, match="field 'parent': refers to 'Nowhere', which is no object"
    ):
        converted(shell("A", parent=parent))


def test_default_may_have_a_parent_that_inherits_default() -> None:
    found, problems = effective({"id": "Default", "parent": {"ref": "P"}, "a": "1"}, {"id": "P", "b": "2"})
    assert problems == ()
    assert found["P"].fields["a"].values == ("1",)


# What inherited fields do


def test_inherited_expressions_mean_the_inheriting_object() -> None:
    found = converted(
        {
            "id": "Default",
            "scheduleType": "ondemand",
            "workerGroup": "w",
            "command": "[#{name} #{id} #{myWord}]",
        },
        {"id": "P", "myWord": "from P: #{name}", "parent": ref("Default")},
        {"id": "A", "name": "The A", "type": "ShellCommandActivity", "parent": ref("P")},
        {
            "id": "B",
            "type": "ShellCommandActivity",
            "myWord": "own",
            "scriptArgument": "#{@scheduledStartTime}",
        },
    )
    assert arguments(found, "A")["command"] == "[The A A from P: The A]"
    assert arguments(found, "B")["command"] == "[B B own]"


def test_what_is_required_may_be_inherited() -> None:
    with pytest.raises(InvalidDefinitionError, match="object 'Db' field 'connectionString': is missing"):
        converted(
            {"id": "Db", "type": "JdbcDatabase"},
            {"id": "Q", "type": "SqlActivity", "database": ref("Db"), "script": "x"},
        )
    found = converted(
        {
            "id": "P",
            "connectionString": "jdbc:mysql://h/d",
            "jdbcDriverClass": "com.mysql.jdbc.Driver",
            "username": "u",
            "*password": "p",
        },
        {"id": "Db", "type": "JdbcDatabase", "parent": ref("P")},
        {"id": "Q", "type": "SqlActivity", "database": ref("Db"), "script": "x"},
    )
    assert found.complete


def test_an_inherited_field_that_means_nothing_to_a_type_is_ignored() -> None:
    found = converted(
        {
            "id": "Default",
            "scheduleType": "cron",
            "schedule": ref("S"),
            "workerGroup": "w",
            "command": "echo",
        },
        {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2036-01-01T00:00:00"},
        {"id": "A", "type": "ShellCommandActivity"},
    )
    assert found.complete
    assert grades(found)["Default", "command"] == "exact"


def test_several_values_of_a_field_for_one_are_an_error() -> None:
    with pytest.raises(
        InvalidDefinitionError, match="object 'A' field 'retryDelay': takes one value and has 2"
    ):
        converted({"id": "P", "retryDelay": ["1 hour", "2 hours"]}, shell("A", parent=ref("P")))


# Custom fields


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("#{myFlag}", "flag"),
        ("#{my_flag}", "under"),
        ("#{myOther.myFlag}", "flag of O"),
        ("#{myOther.filePath}", "s3://b/O"),
        ("#{myOther.myNext.myFlag}", "flag of N"),
        ("#{input.myFlag}", "flag of O"),
        ("#{input.myInherited}", "to O"),
        ("#{myInherited}", "to A"),
        ("#{myList}", "a,b"),
        ("#{'<' + myList}", "<a,<b"),
        ("#{myOther}", "O"),
        ("#{myNested}", "(flag: flag of O)"),
    ],
)
def test_custom_fields(command: str, expected: str) -> None:
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w", "myInherited": "to #{id}"},
        shell(
            "A",
            command=command,
            input=ref("O"),
            myFlag="flag",
            my_flag="under",
            myOther=ref("O"),
            myList=["a", "b"],
            myNested="(#{myFlag}: #{myOther.myFlag})",
        ),
        {
            "id": "O",
            "type": "S3DataNode",
            "filePath": "s3://b/#{id}",
            "myFlag": "flag of #{id}",
            "myNext": ref("N"),
        },
        {"id": "N", "type": "S3DataNode", "filePath": "s3://b/n", "myFlag": "flag of #{id}"},
    )
    assert arguments(found, "A")["command"] == expected


def test_a_list_of_custom_values_is_a_list_where_several_are_taken() -> None:
    found = converted(
        {"id": "P", "myList": ["a", "#{id}"]},
        shell(
            "A", parent=ref("P"), scriptArgument=["-x", "#{myList}", "#{myOther.myList}"], myOther=ref("B")
        ),
        shell("B", myList="alone"),
    )
    assert arguments(found, "A")["script_arguments"] == ["-x", "a", "A", "alone"]


def test_a_reference_in_a_custom_field_has_to_lead_somewhere() -> None:
    with pytest.raises(
        InvalidDefinitionError, match="object 'A' field 'myOther': refers to 'Nowhere', which is no object"
    ):
        converted(shell("A", myOther=ref("Nowhere")))
    # A text in a custom field is a text, whatever it names.
    assert (
        arguments(converted(shell("A", command="#{myOther}", myOther="Nowhere")), "A")["command"] == "Nowhere"
    )


def test_custom_fields_in_the_ledger() -> None:
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w", "myRead": "r", "myIdle": "i"},
        {"id": "P", "myDeep": "#{myRead}"},
        shell("A", command="#{myDeep}", parent=ref("P"), myComment="c", myOwn="o"),
    )
    expected = {
        ("Default", "myRead"): "exact",
        ("Default", "myIdle"): "not needed",
        ("P", "myDeep"): "exact",
        ("A", "myComment"): "exact",
        ("A", "myOwn"): "not needed",
    }
    assert {key: grades(found)[key] for key in expected} == expected
    assert "\n\nc" in arguments(found, "A")["doc_md"]


# Who has what from whom


FAMILY = (
    {
        "id": "Default",
        "scheduleType": "ondemand",
        "workerGroup": "w",
        "maximumRetries": "1",
        "myWord": "d",
        "pipelineLogUri": "s3://b/l",
    },
    {"id": "P", "maximumRetries": "2", "parent": ref("G")},
    {"id": "G", "maximumRetries": "3", "retryDelay": "1 hour", "myWord": "g"},
    shell("A", parent=ref("P")),
    shell("B", maximumRetries="4", parent=ref("P")),
    shell("C"),
    shell("D", workerGroup="own"),
    shell("E", parent=ref("A"), myWord="e"),
)


@pytest.mark.parametrize(
    ("object_id", "field", "inherited_by", "overridden_for"),
    [
        ("Default", "scheduleType", ["A", "B", "C", "D", "E"], []),
        ("Default", "workerGroup", ["A", "B", "C", "E"], ["D"]),
        ("Default", "maximumRetries", ["C", "D"], ["A", "B", "E"]),
        ("Default", "myWord", ["C", "D"], ["A", "B", "E"]),
        ("G", "maximumRetries", [], ["A", "B", "E"]),
        ("G", "retryDelay", ["A", "B", "E"], []),
        ("G", "myWord", ["A", "B"], ["E"]),
        ("P", "maximumRetries", ["A", "E"], ["B"]),
        ("P", "parent", [], []),
        ("A", "command", [], ["E"]),
        ("B", "maximumRetries", [], []),
        ("E", "myWord", [], []),
    ],
)
def test_the_ledger_says_who_inherits(
    object_id: str, field: str, inherited_by: list[str], overridden_for: list[str]
) -> None:
    found = converted(*FAMILY)
    ledger = json.loads(found.files["x.ledger.json"].text)
    (line,) = [line for line in ledger["lines"] if (line["object"], line["field"]) == (object_id, field)]
    assert (line["inherited_by"], line["overridden_for"]) == (inherited_by, overridden_for)


def test_the_ledger_has_one_line_for_each_raw_field() -> None:
    found = converted(*FAMILY)
    raw = [(item["id"], key) for item in FAMILY for key in item if key not in {"id", "name", "type"}]
    assert [(line.object_id, line.field) for line in found.lines] == raw


def test_the_report_says_who_inherits() -> None:
    report = converted(*FAMILY).files["x.report.md"].text
    rows = {
        tuple(cells[1:4:2]): cells[6]
        for line in report.splitlines()
        if line.startswith("| `")
        for cells in [[cell.strip() for cell in line.split("|")]]
    }
    assert rows["`Default`", "`scheduleType`"] == "5 objects"
    assert rows["`Default`", "`workerGroup`"] == "4 objects; not `D`"
    assert rows["`Default`", "`maximumRetries`"] == "`C`, `D`; not `A`, `B`, `E`"
    assert rows["`G`", "`maximumRetries`"] == "not `A`, `B`, `E`"
    assert rows["`B`", "`maximumRetries`"] == ""
    assert "| object | type | field | grade | reason | inherited by |" in report


def test_what_is_inherited_holds() -> None:
    found = converted(*FAMILY)
    shared = only_dag(found).default_args["retries"]
    retries = {task: arguments(found, task).get("retries", shared) for task in "ABCDE"}
    assert retries == {"A": 2, "B": 4, "C": 1, "D": 1, "E": 2}
