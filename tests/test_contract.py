"""Converters and provider are joined by dotted paths only: what one names and gives, the other has and takes."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from datapipeline_converters.choices import CHOICES
from datapipeline_converters.objects import serverless
from datapipeline_converters.plan import ArrayParam, Call
from datapipeline_provider.copy.choices import CHOICES as UNWRITABLE
from datapipeline_provider.data_formats import clean_up
from datapipeline_provider.data_nodes.s3_data_node import MARKERS
from datapipeline_provider.emr_serverless import jobs, steps
from datapipeline_provider.s3.compression import METHODS

from tests.golden import NAMES, convert_example

JINJA = re.compile(r"\{\{|\{%|\{#")


def calls(value: Any) -> Iterator[Call]:
    if isinstance(value, Call):
        yield value
        yield from calls(list(value.arguments.values()))
    elif isinstance(value, Mapping):
        yield from calls(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from calls(item)


def has_jinja(value: Any) -> bool:
    if isinstance(value, str):
        return bool(JINJA.search(value))
    if isinstance(value, list | tuple):
        return any(has_jinja(item) for item in value)
    return isinstance(value, ArrayParam | Call) and (isinstance(value, ArrayParam) or rendered(value))


def rendered(call: Call) -> bool:
    return any(has_jinja(argument) for argument in call.arguments.values())


def takes(made_by: Any, argument: str) -> bool:
    """Airflow's own arguments arrive through `**kwargs`, so every class on the way to the base is asked."""
    if inspect.isfunction(made_by):
        return argument in inspect.signature(made_by).parameters
    return any(
        argument in inspect.signature(base.__init__).parameters
        for base in made_by.__mro__
        if "__init__" in vars(base)
    )


PLANNED = sorted(
    {
        (call.path, argument, has_jinja(value))
        for name in NAMES
        for dag in convert_example(name).plan.dags
        for call in calls(
            [dag.schedule, *(task.operator for task in dag.tasks), *(watch.call for watch in dag.watches)]
        )
        for argument, value in call.arguments.items()
    }
)


@pytest.mark.parametrize(("path", "argument", "jinja"), PLANNED)
def test_the_provider_takes_what_is_planned(path: str, argument: str, jinja: bool) -> None:
    module, _, name = path.rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    assert takes(cls, argument), f"{name} takes no {argument}"
    if jinja and not argument.startswith("on_") and inspect.isclass(cls):
        # Airflow's operators have an `output` of their own, so the nodes are kept under longer names.
        assert {argument, f"{argument}_node", f"{argument}_nodes"} & set(cls.template_fields), (
            f"{name} does not render {argument}"
        )


def test_every_operator_of_the_provider_is_planned_somewhere() -> None:
    from datapipeline_provider import operators, sensors

    planned = {path.rpartition(".")[0] for path, _, _ in PLANNED}
    for package in (operators, sensors):
        for module in importlib.import_module("pkgutil").iter_modules(package.__path__):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            public = [
                value
                for name, value in vars(loaded).items()
                if name.endswith(("Operator", "Sensor")) and value.__module__ == loaded.__name__
            ]
            # What a private module holds is a base of operators, as get_provider_info has it too.
            if public and not module.name.startswith(("_", "presence", "s3_precondition")):
                assert loaded.__name__ in planned


def test_both_know_the_same_programs_of_emr_serverless() -> None:
    assert serverless.RUNNERS == steps.RUNNERS
    assert serverless.PROGRAMS.keys() == steps.PROGRAMS.keys()
    assert {serverless.SPARK, serverless.HIVE} == {jobs.SPARK, jobs.HIVE}


def test_the_words_to_choose_from_are_the_provider_s() -> None:
    valid = {choice.name: set(choice.valid) for choice in CHOICES}
    assert valid["clean_up"] == clean_up.PRESETS.keys()
    assert valid["compression"] == set(METHODS)
    assert valid["marker"] == set(MARKERS) - {"none"}
    assert valid["unwritable"] == set(UNWRITABLE)
