"""Every type of Data Pipeline has a file, and says what becomes of every field it has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from datapipeline_converters import catalogue
from datapipeline_converters.ledger import Grade
from datapipeline_converters.objects import types
from datapipeline_converters.objects.fields import attributes
from datapipeline_converters.objects.runnable import Runnable

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "objects.yaml"
NAMES = sorted(catalogue.types())


def test_every_type_has_a_class_of_its_name() -> None:
    assert types().keys() == catalogue.types().keys()
    assert all(name == cls.__name__ for name, cls in types().items())


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_verdict_and_nothing_else_has(name: str) -> None:
    assert types()[name].verdicts.keys() == catalogue.types()[name].fields.keys()


@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_is_a_field(name: str) -> None:
    cls = types()[name]
    shared = {"input", "output", "preconditionTimeout"}  # of all activities, and of all preconditions
    keys = {key for key, _ in attributes(cls).values()}
    assert keys - shared <= cls.verdicts.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_the_guides(name: str) -> None:
    assert types()[name].page == catalogue.types()[name].page


@pytest.mark.parametrize("name", NAMES)
def test_every_reason_says_something_and_every_loss_what_to_do(name: str) -> None:
    for verdict in types()[name].verdicts.values():
        assert verdict.reason
        assert not verdict.reason.endswith(".")
        if verdict.grade is Grade.REFUSED:
            assert verdict.suggestion.endswith(".")


@pytest.mark.parametrize("name", [name for name in NAMES if types()[name].awaits])
def test_what_nothing_is_made_of_yet_claims_no_more_than_every_task_has(name: str) -> None:
    """A type without an operator may claim only what tasks have that fail."""
    of_every_task = {
        "attemptTimeout",
        "dependsOn",
        "failureAndRerunMode",
        "lateAfterTimeout",
        "maxActiveInstances",
        "maximumRetries",
        "onFail",
        "onLateAction",
        "onSuccess",
        "parent",
        "precondition",
        "reportProgressTimeout",
        "retryDelay",
        "schedule",
        "scheduleType",
    }
    handles = {"input", "output"} if name in {"EmrActivity", "HadoopActivity"} else set()
    claimed = {
        field
        for field, verdict in types()[name].verdicts.items()
        if verdict.grade in {Grade.EXACT, Grade.EMULATED}
    }
    of_every_node = {"onSuccess", "parent", "precondition"}
    allowed = of_every_task | handles if issubclass(types()[name], Runnable) else of_every_node
    assert claimed - {"dependsOn", "onFail"} <= allowed


@pytest.mark.skipif(not REFERENCE.is_file(), reason="no catalogue in ../shared/reference")
def test_no_type_and_no_field_of_the_reference_is_left_out() -> None:
    reference = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["types"]
    found = {(name, field) for name, cls in types().items() for field in cls.verdicts}
    assert found == {(name, field) for name, spec in reference.items() for field in spec["fields"]}
    assert (len(types()), len(found)) == (42, 662)
