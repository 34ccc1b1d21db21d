"""Made-up values: of the right kind, different from each other, and none where none fits."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.definition import Parameter
from datapipeline_converters.expressions import ParameterKind
from datapipeline_converters.plan import Param
from datapipeline_converters.verification import values

MANY = range(40)


def param(held: tuple[str, ...] | None = None, form: ParameterKind = "text", **declared: Any) -> Param:
    return Param(Parameter("p", **declared), held, form)


def every(param: Param) -> list[Any]:
    """Return all values that are given for a parameter, None where none is given."""
    return [values.given({"p": param}, number).get("p", "held") for number in MANY]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (param(("t",)), {str}),
        (param(("5",), "integer", kind="Integer"), {int}),
        (param(("2.5",), "number", kind="DOUBLE"), {int, float}),
        (param(("t",), is_array=True), {list}),
        (param(("t",), optional=True), {str, type(None)}),
    ],
)
def test_every_other_run_gives_a_value_of_the_parameters_kind(wanted: Param, kinds: set[type]) -> None:
    found = every(wanted)
    assert found[::2] == ["held"] * 20
    assert {type(value) for value in found[1::2]} == kinds
    assert len({repr(value) for value in found[1::2]}) >= 4


def test_a_parameter_without_value_always_gets_one() -> None:
    assert "held" not in every(param(None))


def test_each_optional_parameter_is_alone_without_value_at_some_time() -> None:
    """What fails without one must not hide what another gives."""
    params = {name: param(("t",), optional=True) for name in "abcd"}
    found = [values.given(params, number) for number in range(27)]
    without = {
        name: {number for number, given in enumerate(found) if given.get(name, "held") is None}
        for name in params
    }
    assert all(without.values())
    assert all(without[one] - without[other] for one in params for other in params if one != other)


def test_only_allowed_values_are_given() -> None:
    assert {*every(param(("a",), allowed_values=("a", "b")))} == {"held", "a", "b"}
    assert {*every(param(("1",), "integer", kind="Integer", allowed_values=("1", "20")))} == {"held", 1, 20}


@pytest.mark.parametrize("held", ["007", "1e3", "five", "+5", "9" * 5000])
def test_a_number_in_another_spelling_keeps_its_value(held: str) -> None:
    assert {*every(param((held,), kind="Integer"))} == {"held"}


def test_the_value_that_holds_stays_a_text() -> None:
    assert values.held(param(("5",), kind="Integer")) == "5"
    assert values.held(param(("5", "6"), is_array=True)) == ["5", "6"]
    assert values.held(param(None, optional=True)) is None


def test_texts_tell_whose_they_are_unless_they_are_numbers_or_dates() -> None:
    found = {values.text("key", number) for number in MANY}
    assert {text for text in found if not text.startswith("key")} == {"7", "2024-02-29T12:34:56"}
    together = "".join(found)
    assert [
        piece
        for piece in ("{{", "{%", "{#", '"', "'", "\n", "\r\n", "é", "\\", "${")
        if piece not in together
    ] == []
