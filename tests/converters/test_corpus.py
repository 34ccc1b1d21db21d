"""Real definitions convert without a crash, and nothing in them is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.carriers.api_form import is_api_form, to_definition_file
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.cli import main

from tests.corpus import files, needs_corpus
from tests.ruff import linted, reformatted

pytestmark = needs_corpus
ARCHITECT = files("architect")


def raw_fields(path: Path) -> set[tuple[str, str, bool]]:
    """Return the fields of all objects and the attributes of all parameters; the last tells which it is."""
    document: Any = parse_json(path.read_text(encoding="utf-8"), path.name)[0]
    if is_api_form(document):
        document = to_definition_file(document)
    return {
        (item.get("id", "Default"), key, part == "parameters")
        for part, identity in {"objects": {"id", "name", "type"}, "parameters": {"id"}}.items()
        for item in document.get(part) or ()
        for key in item
        if key not in identity
    }


@pytest.mark.parametrize("path", ARCHITECT, ids=lambda path: path.name[:60])
def test_every_field_has_one_line(path: Path, tmp_path: Path) -> None:
    status = main(
        [
            "convert",
            str(path),
            "-o",
            str(tmp_path),
            "--name",
            "x",
            "--backfill",
            "--activated-at",
            "2026-11-01",
        ]
    )
    assert status in {0, 1, 2}
    if status == 2:
        assert not list(tmp_path.iterdir())
        return
    lines = json.loads((tmp_path / "x.ledger.json").read_text())["lines"]
    keys = [(line["object"], line["field"], line["type"] == "parameter") for line in lines]
    assert len(keys) == len(set(keys))
    assert set(keys) == raw_fields(path)
    report = (tmp_path / "x.report.md").read_text()
    assert status == (1 if "## Left to you" in report else 0)


def test_the_whole_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        ["convert", *map(str, ARCHITECT), "-o", str(tmp_path), "--activated-at", "2026-11-01", "--backfill"]
    )
    assert status == 2
    refused = {
        line.split(":")[1].strip()
        for line in capsys.readouterr().err.splitlines()
        if line.startswith("Error: ")
    }
    assert {name.rpartition("samples__")[2] for name in refused} == {
        "dynamo-db-export__example-parameters.json",  # values without a definition
        "json-to-dynamodb__definition.json",  # its schedule does not exist
        "kinesis__kinesis-to-s3.json",  # "15 Period"
    }
    assert linted(tmp_path, "AIR,E9,F") == ""
    assert reformatted(tmp_path, 88) == ""
