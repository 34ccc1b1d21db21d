"""The same pipeline in any form becomes the same DAG; what a form cannot say is taken out of all of them first."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.options import Options

from tests.converters.forms import FORMS, as_file, plain
from tests.corpus import files
from tests.golden import DAGS

OPTIONS = Options(
    name="it",
    backfill=True,
    activated_at=datetime.fromisoformat("2026-11-01T00:00:00"),
    now=datetime.fromisoformat("2026-11-21T00:00:00"),
    allow_invalid=True,
)


def documents() -> dict[str, dict[str, Any]]:
    """Return the examples and the real definitions that are clean JSON and have an object to each id, by file name."""
    found = {}
    for path in (*sorted((DAGS / "definitions").glob("*.json")), *files("architect")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unrepeated)
        except ValueError:
            continue
        ids = [item.get("id") for item in document.get("objects", ())]
        if ids and len(set(ids)) == len(ids) and not any("fields" in item for item in document["objects"]):
            found[path.name] = plain(document)
    return found


def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key twice")
    return result


OWN = {path.name for path in (DAGS / "definitions").glob("*.json")}
DOCUMENTS = documents()
# The examples and every third of the others each time, all of them in the long tests: Terraform takes a while to parse.
CASES = [
    pytest.param(name, marks=() if name in OWN or number % 3 == 0 else pytest.mark.long, id=name[-60:])
    for number, name in enumerate(DOCUMENTS)
]


def converted(text: str) -> Conversion:
    (definition,) = read_definitions(text, "it.json", {})
    return convert(definition, OPTIONS)


def kept(conversion: Conversion) -> dict[str, Any]:
    """Return all files without what each reader had to say of its own form."""
    found: dict[str, Any] = {name: file.text for name, file in conversion.files.items()}
    del found["it.report.md"]
    ledger = json.loads(found["it.ledger.json"])
    del ledger["repairs"]
    return found | {"it.ledger.json": ledger}


@pytest.mark.parametrize("name", CASES)
def test_every_form_gives_the_same_files(name: str) -> None:
    expected = kept(converted(as_file(DOCUMENTS[name])))
    assert any(file.endswith(".py") for file in expected)
    for form, write in FORMS.items():
        assert kept(converted(write(DOCUMENTS[name]))) == expected, form


@pytest.mark.parametrize("name", CASES)
def test_terraform_warns_where_it_loses_an_order(name: str) -> None:
    several = {
        f"{item['id']}.{key}"
        for item in DOCUMENTS[name]["objects"]
        for key, value in item.items()
        if isinstance(value, list)
    }
    (definition,) = read_definitions(FORMS["terraform aws"](DOCUMENTS[name]), "it.json", {})
    assert {repair.place for repair in definition.repairs if "order" in repair.text} == several


def test_there_are_enough() -> None:
    assert DOCUMENTS.keys() >= OWN
    assert not files("architect") or len(DOCUMENTS) > 50
