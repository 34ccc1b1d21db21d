"""How a field is read fits what the guide says it takes."""

from __future__ import annotations

import pytest
from datapipeline_converters import catalogue
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.catalogue import FieldSpec
from datapipeline_converters.conversion import model_of
from datapipeline_converters.definition import Ref, Value
from datapipeline_converters.objects import types
from datapipeline_converters.objects.fields import FieldError, attributes, read_field
from datapipeline_converters.options import Options
from datapipeline_converters.planning.components import Components, Reader

TYPICAL = {
    "String": "text",
    "Integer": "3",
    "Double": "0.5",
    "Boolean": "true",
    "Period": "2 hours",
    "DateTime": "2026-01-31T06:00:00",
    "Enumeration": "us-east-1",
}
ATTRIBUTES = [
    pytest.param(name, key, annotation, id=f"{name}.{key}")
    for name, cls in sorted(types().items())
    for key, annotation in attributes(cls).values()
    if key in catalogue.types()[name].fields
]


def reader() -> Reader:
    definition = definition_file.read(
        {"objects": [{"id": "A", "type": "ShellCommandActivity", "command": "x", "workerGroup": "w"}]},
        "x.json",
    )
    return Components(model_of(definition, Options())).reader("A")


def typical(spec: FieldSpec) -> Value:
    if spec.is_reference:
        return Ref("Other")
    return spec.enum[0] if spec.enum else TYPICAL[spec.slot]


@pytest.mark.parametrize(("name", "key", "annotation"), ATTRIBUTES)
def test_it_takes_what_the_guide_says(name: str, key: str, annotation: object) -> None:
    spec = catalogue.types()[name].fields[key]
    value = typical(spec)
    assert read_field(reader(), key, (value,), annotation) not in {None, ()}


@pytest.mark.parametrize(("name", "key", "annotation"), ATTRIBUTES)
def test_it_takes_several_values_where_the_guide_says_so(name: str, key: str, annotation: object) -> None:
    spec = catalogue.types()[name].fields[key]
    several = (typical(spec), typical(spec))
    # What orders tasks is read as a list in every activity: a second value is an order, too.
    if spec.array or (key in {"input", "output"} and spec.is_reference):
        assert len(read_field(reader(), key, several, annotation)) == 2
    else:
        with pytest.raises(FieldError, match="takes one value and has 2"):
            read_field(reader(), key, several, annotation)


@pytest.mark.parametrize("text", ["0.5x", "", "nan", "inf"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(FieldError, match="is no number"):
        read_field(reader(), "readThroughputPercent", (text,), float | None)
