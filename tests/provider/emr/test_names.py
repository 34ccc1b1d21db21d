"""What clusters and steps are called: the same whenever one try looks for what another has begun, and not too long."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from datapipeline_provider.emr import names
from hypothesis import given
from hypothesis import strategies as st


def context(**more: Any) -> Any:
    given = {"dag_id": "d", "task_id": "t", "run_id": "r", "map_index": -1, "try_number": 2} | more
    return {"ti": SimpleNamespace(**given)}


def test_names() -> None:
    assert names.of_cluster(context(), "create") == "d.create.r"
    assert names.of_task(context()) == "d.t.r try "
    assert names.of_task(context(map_index=3)) == "d.t.r.3 try "
    assert names.of_step(context(), 1, 3, "step 1") == "d.t.r try 2: 1/3 step 1"


def test_a_task_does_not_take_anothers_steps_for_its_own() -> None:
    other = names.of_step(context(task_id="t.r", run_id="x"), 1, 1, "step")
    assert not other.startswith(names.of_task(context()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("d.t.r try 1: 1/3 step 1", True),
        ("d.t.r try 2: 3/3 try 9: x", True),
        ("d.t.r try 3: 1/3 step 1", False),
        ("d.t.r.1 try 1: 1/3 step 1", False),
        ("d.t.r try again", False),
        ("d.t.r try ", False),
    ],
)
def test_steps_of_this_try_and_those_before(name: str, expected: bool) -> None:
    assert names.is_mine(context(), name) == expected


@pytest.mark.parametrize("length", [1, 100, 250, 1000])
def test_long_names_fit_and_stay_apart(length: int) -> None:
    long = [context(run_id="r" * length + end) for end in ("1", "2")]
    clusters = {names.of_cluster(each, "create") for each in long}
    steps = {names.of_step(each, 255, 255, "post-step command 255") for each in long}
    assert len(clusters) == len(steps) == 2
    assert all(len(name) <= 256 for name in clusters | steps)
    assert all(names.of_step(each, 255, 255, "x").startswith(names.of_task(each)) for each in long)


@given(st.text(max_size=40), st.integers(20, 30))
def test_fit(text: str, limit: int) -> None:
    fitted = names.fit(text, limit)
    assert len(fitted) <= limit
    assert (fitted == text) is (len(text) <= limit)
