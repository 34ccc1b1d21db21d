"""The catalogue says what the guide says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datapipeline_converters.catalogue import (
    CATEGORIES,
    FieldSpec,
    groups,
    is_user_defined,
    limit,
    parameter_attributes,
    regions,
    types,
    types_with_field,
)

REFERENCE = Path(__file__).parent.parent.parent.parent / "shared" / "reference" / "objects.yaml"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_file(), reason="no ../shared/reference/objects.yaml to compare with"
)


def reference() -> Any:
    return yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))


def as_text(value: object) -> str:
    """Return a value as a definition writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_reference(spec: FieldSpec) -> dict[str, Any]:
    """Return a field in the words of the reference."""
    found: dict[str, Any] = {"slot": spec.slot, "array": spec.array, "desc": spec.text}
    found["required"] = f"one_of:{spec.group}" if spec.required == "one_of" else spec.required
    if spec.guide_slot:
        found["guide_slot"] = spec.guide_slot
    if spec.ref_types:
        found["ref_types"] = list(spec.ref_types)
    if spec.enum:
        found["enum"] = list(spec.enum)
    if spec.default is not None:
        found["default"] = spec.default
    if spec.default_note:
        found["default_note"] = spec.default_note
    if not spec.documented:
        found["source"] = "example"
    found |= {key: True for key in ("secure", "forbidden", "invocation") if getattr(spec, key)}
    return found


@needs_reference
def test_it_has_every_type_and_field_of_the_reference() -> None:
    expected = reference()["types"]
    assert len(expected) == 42
    assert sum(len(spec["fields"]) for spec in expected.values()) == 662
    assert {name: set(spec.fields) for name, spec in types().items()} == {
        name: set(spec["fields"]) for name, spec in expected.items()
    }


@needs_reference
def test_each_type_says_what_the_reference_says() -> None:
    for name, expected in reference()["types"].items():
        spec = types()[name]
        assert (spec.category, spec.page, spec.summary) == (
            expected["category"],
            expected["doc"],
            expected["summary"],
        )
        assert spec.managed == expected.get("managed", "")
        assert spec.runtime_fields == set(expected["runtime_fields"]), name


@needs_reference
def test_each_field_says_what_the_reference_says() -> None:
    for name, expected in reference()["types"].items():
        for key, field in expected["fields"].items():
            wanted = dict(field)
            if "default" in wanted:
                wanted["default"] = as_text(wanted["default"])
            if "enum" in wanted:
                wanted["enum"] = [as_text(value) for value in wanted["enum"]]
            assert as_reference(types()[name].fields[key]) == wanted, f"{name}.{key}"


@needs_reference
def test_everything_else_says_what_the_reference_says() -> None:
    expected = reference()
    for name, group in expected["groups"].items():
        assert (list(groups()[name].members), groups()[name].rule) == (group["members"], group["rule"])
    for name, item in expected["limits"].items():
        if isinstance(item["value"], int):
            assert limit(name) == item["value"]
    assert list(regions()) == expected["region_codes"]
    for name, attribute in expected["parameter_object"]["attributes"].items():
        spec = parameter_attributes()[name]
        assert (spec.slot, list(spec.enum), spec.array) == (
            attribute["type"],
            attribute.get("enum", []),
            attribute.get("array", False),
        )
    assert parameter_attributes().keys() == expected["parameter_object"]["attributes"].keys()
    names = {word for spec in types().values() for field in spec.fields.values() for word in field.ref_types}
    assert names <= {"Any", *CATEGORIES, *types()}
    assert {spec.category for spec in types().values()} == set(expected["categories"])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("myFlag", True),
        ("my_flag", True),
        ("my_", True),
        ("myflag", False),
        ("my", False),
        ("MyFlag", False),
        ("filePath", False),
    ],
)
def test_user_defined_fields(key: str, expected: bool) -> None:
    assert is_user_defined(key) is expected


@pytest.mark.parametrize(
    ("source", "field", "target", "expected"),
    [
        ("CopyActivity", "runsOn", "Ec2Resource", True),
        ("CopyActivity", "runsOn", "S3DataNode", False),
        ("CopyActivity", "schedule", "Schedule", True),
        ("CopyActivity", "dependsOn", "SqlActivity", True),
        ("CopyActivity", "dependsOn", "S3DataNode", True),
        ("CopyActivity", "dependsOn", "Schedule", False),
        ("CopyActivity", "onFail", "Terminate", True),
        ("CopyActivity", "onFail", "Exists", False),
        ("SqlActivity", "database", "JdbcDatabase", True),
        ("CSV", "parent", "TSV", True),
    ],
)
def test_where_a_reference_may_lead(source: str, field: str, target: str, expected: bool) -> None:
    assert types()[source].fields[field].accepts(types()[target]) is expected


def test_types_with_a_field() -> None:
    assert types_with_field("releaseLabel") == ("EmrCluster",)
    assert types_with_field("filePath") == ("S3DataNode",)
    # listed for resources only to say that they cannot have it
    assert not {"Ec2Resource", "EmrCluster"} & set(types_with_field("runsOn"))
    assert types_with_field("nothingHasThis") == ()


def test_several_members_of_a_group_may_be_given_only_where_one_wins() -> None:
    assert {name for name, group in groups().items() if group.several} == {"compute"}
