"""What a name means does not depend on what was read before it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from datapipeline_converters.expressions import ExpressionError, evaluate
from datapipeline_converters.model import Model

from tests.converters.expressions.definitions import bound, model


def value(found: Model, text: str) -> str | tuple[str, ...]:
    return evaluate(bound(found, "A", text, "A"))


def seen_from_itself() -> Model:
    return model(
        {"id": "A", "myP": "#{node.input.myQ}", "myQ": "#{myP}", "input": {"ref": "A"}},
        {"id": "B", "myP": "#{myQ}", "myQ": "#{myP}"},
    )


@pytest.mark.parametrize("text", ["#{node.input.myQ}#{myP}", "#{myP}#{node.input.myQ}"])
def test_a_field_seen_from_elsewhere_is_another_reading(text: str) -> None:
    # Reached through the input nothing refers to A any more, so `node` means nothing there: no circle.
    assert value(seen_from_itself(), text) == "#{node.input.myQ}" * 2


def test_a_field_made_of_itself_in_the_same_reading_is_a_circle() -> None:
    with pytest.raises(ExpressionError, match="refers to itself"):
        bound(seen_from_itself(), "B", "#{myP}")


def test_a_list_inside_a_text_stays_a_text_where_another_field_quotes_it() -> None:
    found = model(
        {"id": "A", "myQ": "#{myT}#{input.name}", "input": [{"ref": "A"}, {"ref": "B"}]},
        {"id": "B"},
        parameters=[{"id": "myT", "optional": "true"}],
    )
    assert value(found, "#{myQ}") == "A,B"
    assert value(found, "#{input.name}") == ("A", "B")


@pytest.mark.parametrize("number", [16, 40])
def test_values_that_quote_each_other_without_end_are_refused_at_once(number: int) -> None:
    names = [f"myP{position}" for position in range(number)]
    parameters = [
        {"id": name, "default": f"#{{{following}}}#{{{following}}}"} for name, following in pairwise(names)
    ]
    found = model({"id": "A"}, parameters=[*parameters, {"id": names[-1], "default": "x"}])
    with pytest.raises(ExpressionError, match="more than 10000 expressions"):
        bound(found, "A", "#{myP0}")
