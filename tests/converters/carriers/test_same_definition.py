"""The examples, written as CloudFormation templates, are the same definitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from datapipeline_converters.carriers.read import read_definitions

DEFINITIONS = sorted((Path(__file__).parents[3] / "dags" / "definitions").glob("*.json"))


def entries(item: dict[str, Any], text: str, apart: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the fields of an object, or the attributes of a parameter, as CloudFormation has them."""
    found = []
    for key, written in item.items():
        for value in written if isinstance(written, list) else [written]:
            if key not in apart:
                is_reference = isinstance(value, dict)
                found.append({"Key": key, **({"RefValue": value["ref"]} if is_reference else {text: value})})
    return found


def template(document: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "Name": "example",
        "PipelineObjects": [
            {
                "Id": item["id"],
                "Name": item.get("name", item["id"]),
                "Fields": entries(item, "StringValue", ("id", "name")),
            }
            for item in document["objects"]
        ],
        "ParameterObjects": [
            {"Id": item["id"], "Attributes": entries(item, "StringValue", ("id",))}
            for item in document.get("parameters", ())
        ],
        "ParameterValues": [
            {"Id": name, "StringValue": value}
            for name, written in document.get("values", {}).items()
            for value in (written if isinstance(written, list) else [written])
        ],
    }
    return {"Resources": {"Example": {"Type": "AWS::DataPipeline::Pipeline", "Properties": properties}}}


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_as_a_template(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    [plain] = read_definitions(text, path.name)
    written = template(json.loads(text))
    for form in (json.dumps(written), yaml.safe_dump(written, allow_unicode=True)):
        [found] = read_definitions(form, path.name)
        assert found.objects == plain.objects
        assert found.parameters == plain.parameters
        assert found.values == plain.values
        assert found.problems == plain.problems
        assert found.repairs == ()
        assert found.name == "example"
