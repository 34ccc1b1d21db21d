from __future__ import annotations

from typing import Any

from datapipeline_converters.carriers import definition_file
from datapipeline_converters.definition import Ref
from datapipeline_converters.inheritance import EffectiveField, inherit


def effective(*objects: dict[str, Any]) -> Any:
    return inherit(definition_file.read({"objects": list(objects)}, "x.json"))


def test_the_nearest_definition_wins_as_a_whole() -> None:
    found, problems = effective(
        {"id": "Default", "a": "default", "b": "default", "c": ["1", "2"], "d": "default"},
        {"id": "Grand", "a": "grand", "b": "grand"},
        {"id": "Parent", "a": "parent", "parent": {"ref": "Grand"}},
        {"id": "X", "type": "T", "c": "3", "parent": {"ref": "Parent"}},
    )
    assert problems == ()
    assert found["X"].fields == {
        "parent": EffectiveField((Ref("Parent"),), "X"),
        "c": EffectiveField(("3",), "X"),
        "a": EffectiveField(("parent",), "Parent"),
        "b": EffectiveField(("grand",), "Grand"),
        "d": EffectiveField(("default",), "Default"),
    }


def test_identity_is_never_inherited() -> None:
    found, _ = effective(
        {"id": "P", "name": "Pea", "type": "T"},
        {"id": "X", "parent": {"ref": "P"}},
        {"id": "Default", "type": "Default"},
    )
    assert (found["X"].name, found["X"].type) == ("X", None)


def test_circles_are_reported_once_for_each_object_in_them() -> None:
    _, problems = effective(
        {"id": "A", "parent": {"ref": "B"}},
        {"id": "B", "parent": {"ref": "A"}},
        {"id": "C", "parent": {"ref": "C"}},
    )
    assert [problem.object_id for problem in problems] == ["A", "B", "C"]
    assert "A -> B -> A" in problems[0].text


def test_default_may_have_a_parent_that_inherits_default() -> None:
    found, problems = effective({"id": "Default", "parent": {"ref": "P"}, "a": "1"}, {"id": "P", "b": "2"})
    assert problems == ()
    assert found["P"].fields["a"].values == ("1",)
