"""How the order of tasks is written: few lines, and all edges in them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from datapipeline_converters.rendering.edges import edge_lines
from datapipeline_converters.rendering.layout import Layout
from hypothesis import given
from hypothesis import strategies as st

Edges = Sequence[tuple[str, str]]
CASES: dict[str, tuple[Edges, list[str]]] = {
    "one": ([("a", "b")], ["a >> b"]),
    "a chain": ([("a", "b"), ("b", "c"), ("c", "d")], ["a >> b >> c >> d"]),
    "a chain from its end": ([("c", "d"), ("b", "c"), ("a", "b")], ["a >> b >> c >> d"]),
    "an edge twice": ([("a", "b"), ("a", "b")], ["a >> b"]),
    "several after one": ([("a", "b"), ("a", "c")], ["a >> [b, c]"]),
    "one after several": ([("a", "c"), ("b", "c"), ("c", "d")], ["[a, b] >> c >> d"]),
    "apart and together": (
        [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e")],
        ["a >> [b, c] >> d >> e"],
    ),
    "all after all": (
        [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")],
        ["cross_downstream([a, b], [c, d])"],
    ),
    "layers": (
        [("s", "a"), ("s", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "e"), ("d", "e")],
        ["s >> [a, b]", "cross_downstream([a, b], [c, d])", "[c, d] >> e"],
    ),
    "some of all": (
        [("a", "c"), ("a", "d"), ("b", "c")],
        ["a >> [c, d]", "b >> c"],
    ),
    "two chains": ([("a", "b"), ("c", "d")], ["a >> b", "c >> d"]),
    "too long for a line": (
        [("a" * 30, "b" * 30), ("b" * 30, "c" * 30)],
        [f"{'a' * 30} >> {'b' * 30}", f"{'b' * 30} >> {'c' * 30}"],
    ),
    "a long list behind": (
        [("a", "b" * 30), ("a", "c" * 30), ("a", "d" * 30)],
        [f"a >> [\n        {'b' * 30},\n        {'c' * 30},\n        {'d' * 30},\n    ]"],
    ),
    "a long list before": (
        [("b" * 30, "a"), ("c" * 30, "a"), ("d" * 30, "a")],
        [f"[\n        {'b' * 30},\n        {'c' * 30},\n        {'d' * 30},\n    ] >> a"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lines(case: str) -> None:
    edges, expected = CASES[case]
    assert edge_lines(edges, Layout()) == expected


def test_what_is_used_is_imported() -> None:
    layout = Layout()
    edge_lines(CASES["all after all"][0], layout)
    assert layout.imports == {"airflow.sdk.cross_downstream"}


def test_twenty_producers_and_twenty_consumers_take_few_lines() -> None:
    edges = [(f"producer_{i}", f"consumer_{j}") for i in range(20) for j in range(20)]
    (line,) = edge_lines(edges, Layout())
    assert line.count("\n") == 45


class Task:
    """Takes edges as an operator of Airflow does."""

    def __init__(self, name: str, found: set[tuple[str, str]]) -> None:
        self.name = name
        self.found = found

    def __rshift__(self, other: Task | list[Task]) -> Task | list[Task]:
        self.found |= {(self.name, one.name) for one in (other if isinstance(other, list) else [other])}
        return other

    def __rrshift__(self, other: list[Task]) -> Task:
        self.found |= {(one.name, self.name) for one in other}
        return self


def cross_downstream(before: list[Task], after: list[Task]) -> None:
    """Do what Airflow's function of this name does."""
    for task in before:
        task >> after


NAMES = [f"{name}{'_long' * length}" for name, length in zip("abcdefgh", range(8), strict=True)]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=30))
def test_all_edges_are_said_and_no_others(edges: Edges) -> None:
    found: set[tuple[str, str]] = set()
    variables: dict[str, object] = {name: Task(name, found) for name in NAMES}
    for line in edge_lines(edges, Layout()):
        exec(line, {"cross_downstream": cross_downstream}, variables)
    assert found == set(edges)
