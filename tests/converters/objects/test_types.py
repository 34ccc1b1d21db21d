"""Every type says what becomes of every field it has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from datapipeline_converters.objects import types
from datapipeline_converters.objects.fields import attributes
from datapipeline_converters.objects.unsupported import unsupported

CATALOGUE = Path(__file__).parents[4] / "shared" / "reference" / "objects.yaml"
needs_catalogue = pytest.mark.skipif(not CATALOGUE.is_file(), reason="no catalogue in ../shared/reference")


def test_each_class_is_found_under_its_types_name() -> None:
    assert {
        "CSV",
        "CopyActivity",
        "Default",
        "MySqlDataNode",
        "S3KeyExists",
        "Schedule",
        "TSV",
    } <= types().keys()
    assert all(name == cls.__name__ for name, cls in types().items())


@pytest.mark.parametrize("name", sorted(types()))
def test_every_attribute_has_a_verdict(name: str) -> None:
    cls = types()[name]
    keys = {key for key, _ in attributes(cls).values()}
    assert keys <= cls.verdicts.keys()


@needs_catalogue
def test_every_type_of_the_guide_is_known() -> None:
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["types"]
    assert catalogue.keys() == types().keys() | set(unsupported())


@needs_catalogue
@pytest.mark.parametrize("name", sorted(types().keys() - {"Default"}))
def test_every_field_of_the_guide_has_a_verdict(name: str) -> None:
    fields = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["types"][name]["fields"]
    assert fields.keys() <= types()[name].verdicts.keys()
