"""The ledger cannot lie: what it says of a field holds when the field is changed, taken away or led elsewhere.

A field that is `exact` or `emulated` changes something the user gets: the DAG, connections, variables, or what the
report says elsewhere. One that is `not needed` changes none of the first three.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from datapipeline_converters import catalogue
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.catalogue import FieldSpec
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.ledger import PARAMETER, Grade
from datapipeline_converters.options import Options
from datapipeline_converters.reports.report import before_first_run

from tests import corpus
from tests.converters.planned import NOW
from tests.golden import DAGS, NAMES

Document: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str, str]  # the list, the id and the key
OPTIONS = Options(name="x", backfill=True, activated_at=NOW, now=NOW)
REMOVED, CHANGED, LED_ELSEWHERE = "removed", "changed", "led elsewhere"
ANOTHER = "AnotherOne"
LEAST_REAL = 50  # real definitions that can be changed
PARTS = 4  # of them, for processes that run side by side

# What may change nothing, or may change something though it is not needed, with the reason; reviewed. The field, what is
# done to it, and what the ledger says of it ("" for whatever it says).
EXCUSED: Mapping[tuple[str, str, str], str] = {
    ("scheduleType", REMOVED, ""): "timeseries holds then, which the definition may have written out",
    ("maximumRetries", REMOVED, ""): "2 holds then, which the definition may have written out",
    ("retryDelay", REMOVED, ""): "10 minutes hold then, which the definition may have written out",
    ("stage", REMOVED, ""): "false holds then, which the definition may have written out",
    ("failureAndRerunMode", REMOVED, ""): "none holds then, which the definition may have written out",
    ("failureAndRerunMode", CHANGED, ""): "Airflow does the same in both modes",
    ("dataFormat", REMOVED, ""): "CSV holds then, which the definition may have written out",
    ("coreInstanceCount", REMOVED, ""): "1 holds then, which the definition may have written out",
    ("taskInstanceCount", REMOVED, ""): "1 holds then, which the definition may have written out",
    ("dataFormat", LED_ELSEWHERE, ""): "a format without a field is written as its copy is",
    ("optional", REMOVED, ""): "false holds then, which the definition may have written out",
    ("schedule", REMOVED, ""): "the same schedule is inherited then",
    ("dependsOn", REMOVED, ""): "the data that the tasks share gives the same order",
    ("dependsOn", LED_ELSEWHERE, ""): "the data that the tasks share gives the same order",
    ("jdbcDriverClass", REMOVED, ""): "the connection string says the engine already",
    ("jdbcDriverClass", CHANGED, ""): "the connection string says the engine already",
    ("allowedValues", REMOVED, "the value was checked"): "the value passes without the check, too",
    ("allowedValues", CHANGED, "the value was checked"): "the value passes the other check, too",
    (
        "",
        CHANGED,
        "fill it in in the connection",
    ): "the user fills in the same, whatever stands around the parameter",
    ("", CHANGED, "the field counts as absent"): "what is put in the parameter's place counts",
    ("", CHANGED, "names the data in Airflow"): "what is changed is behind the part that is fixed",
}


@dataclass(frozen=True)
class Outcome:
    """What the user gets.

    :param files: those that Airflow takes: DAGs, connections and variables
    :param told: what the report says beside the ledger
    :param lines: grade and reason by place; None as a whole where the definition is refused
    """

    files: tuple[str, ...]
    told: tuple[str, ...]
    lines: Mapping[Place, tuple[str, str]]


def outcome(document: Document) -> Outcome | str:
    """Return what a document becomes, or why it is refused."""
    try:
        found = convert(definition_file.read(document, "x.json"), OPTIONS)
    except ConversionError as error:
        return str(error)
    return Outcome(_files(found), (*found.plan.left, *before_first_run(found.plan)), _lines(found))


def _files(found: Conversion) -> tuple[str, ...]:
    kinds = ("py", "connections.json", "variables.json")
    return tuple(found.files[f"x.{kind}"].text if f"x.{kind}" in found.files else "" for kind in kinds)


def _lines(found: Conversion) -> Mapping[Place, tuple[str, str]]:
    return {
        ("parameters" if line.type == PARAMETER else "objects", line.object_id, line.field): (
            str(line.verdict.grade),
            line.verdict.reason,
        )
        for line in found.lines
    }


def places(document: Document) -> Iterator[Place]:
    """Yield every field of every object, and every attribute of every parameter."""
    for part in ("objects", "parameters"):
        for item in document.get(part, []):
            yield from ((part, item["id"], key) for key in item if key not in {"id", "name", "type"})


def mutations(document: Document, place: Place) -> Iterator[tuple[str, Document, Document]]:
    """Yield what can be done to a field: its name, the document before and the document after it."""
    yield REMOVED, document, _with(document, place, None)
    part, object_id, key = place
    value = next(item for item in document[part] if item["id"] == object_id)[key]
    if isinstance(value, dict):
        target = next((item for item in document["objects"] if item["id"] == value["ref"]), None)
        if target is not None and key != "parent":
            before = copy.deepcopy(document)
            before["objects"].append({**target, "id": ANOTHER, "name": ANOTHER})
            yield LED_ELSEWHERE, before, _with(before, place, {"ref": ANOTHER})
    elif isinstance(value, str):
        yield CHANGED, document, _with(document, place, _another(_spec(document, place), value))
    elif isinstance(value, list) and len(value) > 1:
        yield CHANGED, document, _with(document, place, value[:-1])


def _with(document: Document, place: Place, value: Any) -> Document:
    """Return a document with another value in a field; without the field for None."""
    part, object_id, key = place
    result = copy.deepcopy(document)
    item = next(item for item in result[part] if item["id"] == object_id)
    if value is None:
        del item[key]
    else:
        item[key] = value
    return result


def _spec(document: Document, place: Place) -> FieldSpec | None:
    """Return what the catalogue knows of a field, from any type that has it where the object has none."""
    part, object_id, key = place
    if part == "parameters":
        return catalogue.parameter_attributes().get(key)
    kind = next(item for item in document["objects"] if item["id"] == object_id).get("type", "")
    owners = [kind, *catalogue.types_with_field(key)]
    specs = [catalogue.types()[owner].fields for owner in owners if owner in catalogue.types()]
    return next((fields[key] for fields in specs if key in fields), None)


def _another(spec: FieldSpec | None, value: str) -> str:
    """Return another value of the same kind."""
    slot = spec.slot if spec else "String"
    if slot == "Boolean":
        return "false" if value.strip().lower() == "true" else "true"
    if value.isdigit() or slot == "Integer":
        return str(int(value) + 1) if value.isdigit() else "3"
    if slot == "Double" or value.replace(".", "", 1).isdigit():
        return "0.3" if value != "0.3" else "0.4"
    if slot == "Period":
        return "3 hours" if value != "3 hours" else "5 hours"
    if slot == "DateTime":
        return "2026-11-07T05:00:00"
    if spec and spec.enum:
        # A pipeline on demand is one as a whole.
        others = {"ondemand", value.strip().lower()}
        return next(choice for choice in spec.enum if choice.lower() not in others)
    if len(value) == 1:
        return "x" if value != "x" else "y"
    return f"{value}x"


def lies(document: Document) -> Iterator[str]:
    """Yield what the ledger says wrongly."""
    known: dict[str, Outcome | str] = {}

    def known_outcome(of: Document) -> Outcome | str:
        text = json.dumps(of)
        if text not in known:
            known[text] = outcome(of)
        return known[text]

    for place in places(document):
        for what, before, after in mutations(document, place):
            old = known_outcome(before)
            assert isinstance(old, Outcome), old
            grade, reason = old.lines[place]
            new = outcome(after)
            said = f"{' '.join(place[1:])} is {grade} ({reason}), and {what}"
            if _is_excused(place[2], what, reason):
                continue
            if grade in {Grade.EXACT, Grade.EMULATED} and not _changed(old, new, place):
                yield f"{said} it changes nothing"
            elif grade == Grade.NOT_NEEDED and isinstance(new, Outcome) and old.files != new.files:
                yield f"{said} it changes a file"


def _is_excused(key: str, what: str, reason: str) -> bool:
    return any(field in {"", key} and done == what and said in reason for field, done, said in EXCUSED)


def _changed(old: Outcome, new: Outcome | str, place: Place) -> bool:
    """Tell whether a user gets something else; what the ledger says of the field itself does not count."""
    if isinstance(new, str):
        return True
    others = [{key: line for key, line in each.lines.items() if key != place} for each in (old, new)]
    return (old.files, old.told, others[0]) != (new.files, new.told, others[1])


@cache
def example(name: str) -> Document:
    document: Document = json.loads((DAGS / "definitions" / f"{name}.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_of_an_example_does_not_lie(name: str) -> None:
    assert list(lies(example(name))) == []


def can_be_changed(path: Path) -> bool:
    """Tell whether a file is plain JSON and converts as it is: no field of another can be changed and compared."""
    try:
        return not isinstance(outcome(json.loads(path.read_text(encoding="utf-8"))), str)
    except (ValueError, ConversionError):
        return False


@cache
def changeable() -> tuple[Path, ...]:
    return tuple(path for path in corpus.files("architect") if can_be_changed(path))


@pytest.mark.long
@corpus.needs_corpus
@pytest.mark.parametrize("part", range(PARTS))
def test_the_ledgers_of_real_definitions_do_not_lie(part: int) -> None:
    paths = changeable()[part::PARTS]
    found = {path.name: list(lies(json.loads(path.read_text(encoding="utf-8")))) for path in paths}
    assert {name: told for name, told in found.items() if told} == {}


@corpus.needs_corpus
def test_enough_real_definitions_can_be_changed() -> None:
    assert len(changeable()) >= LEAST_REAL
