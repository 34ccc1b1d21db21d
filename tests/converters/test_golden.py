"""The examples: golden files, documentation and loadable DAGs at once."""

from __future__ import annotations

import pytest

from tests.golden import DAGS, NAMES, convert_example
from tests.ruff import linted, reformatted


@pytest.mark.parametrize("name", NAMES)
def test_an_example_becomes_its_golden_file(name: str) -> None:
    found = convert_example(name).files[f"{name}.py"].text
    assert found == (DAGS / f"{name}.py").read_text(encoding="utf-8"), "if meant: python -m tests.golden"


def test_every_golden_file_has_its_definition() -> None:
    assert sorted(path.stem for path in DAGS.glob("*.py")) == NAMES


@pytest.mark.parametrize("width", [88, 110])
def test_formatters_leave_generated_files_alone(width: int) -> None:
    assert reformatted(DAGS, width) == ""


def test_linters_find_nothing_in_generated_files() -> None:
    assert linted(DAGS, "AIR,E4,E7,E9,F,I,UP") == ""
