"""`dp2airflow validate` as it is called: what it prints, writes and returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main
from jsonschema import Draft202012Validator

DEFAULT = {
    "id": "Default",
    "scheduleType": "ondemand",
    "pipelineLogUri": "s3://b/logs",
    "workerGroup": "w",
}
GOOD = {"id": "Say", "type": "ShellCommandActivity", "command": "echo #{myX}"}
X = [{"id": "myX", "default": "1"}]
WRONG = {**GOOD, "maximumRetries": "x", "command": "echo #{format(}"}
WARNED = {**GOOD, "comand": "echo"}

# The parts of the SARIF 2.1.0 schema that are used here, after its published text.
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {"type": "array", "minItems": 0, "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "message": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}},
            "additionalProperties": False,
        },
        "run": {
            "type": "object",
            "required": ["tool"],
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "properties": {"driver": {"$ref": "#/$defs/component"}},
                    "additionalProperties": False,
                },
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
            "additionalProperties": False,
        },
        "component": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "version": {"type": "string"},
                "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
            },
            "additionalProperties": False,
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {
                    "type": "object",
                    "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"$ref": "#/$defs/message"},
                "locations": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/location"}},
            },
            "additionalProperties": False,
        },
        "location": {
            "type": "object",
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation"],
                    "properties": {
                        "artifactLocation": {
                            "type": "object",
                            "properties": {"uri": {"type": "string", "pattern": "^[^ ]+$"}},
                            "additionalProperties": False,
                        }
                    },
                    "additionalProperties": False,
                },
                "logicalLocations": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {
                        "type": "object",
                        "properties": {
                            "fullyQualifiedName": {"type": "string"},
                            "kind": {"type": "string"},
                        },
                        "additionalProperties": False,
                    },
                },
            },
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)

    def write(name: str, *objects: dict[str, Any]) -> str:
        document = {"objects": [DEFAULT, *objects], "parameters": X}
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(json.dumps(document), encoding="utf-8")
        return name

    return write


def test_nothing_found(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", write("a.json", GOOD)]) == 0
    assert capsys.readouterr().out == "a.json: nothing found\n"


def test_the_text(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", write("a.json", WRONG), write("b.json", WARNED)]) == 1
    assert capsys.readouterr().out == (
        "a.json: 2 errors, 1 warning\n"
        "  the definition as a whole\n"
        "    warning parameter 'myX': nothing names it: its value has no effect. [unused-parameter]\n"
        "  Say (ShellCommandActivity)\n"
        "    error   maximumRetries: 'x' is no whole number. [invalid-integer]\n"
        "    error   command: a value is missing, found the closing }; expected a name, a number, a quoted text or "
        "( [expression]\n"
        "                echo #{format(}\n"
        "                              ^\n"
        "b.json: 1 warning\n"
        "  Say (ShellCommandActivity)\n"
        "    warning comand: ShellCommandActivity has no such field; did you mean command? [unknown-field]\n"
        "2 definitions: 2 errors, 2 warnings\n"
    )


@pytest.mark.parametrize(
    ("objects", "options", "expected"),
    [
        ([GOOD], [], 0),
        ([GOOD], ["--strict"], 0),
        ([WARNED], [], 0),
        ([WARNED], ["--strict"], 1),
        ([WRONG], [], 1),
        ([WRONG], ["--json"], 1),
    ],
)
def test_the_exit_status(
    write: Callable[..., str], objects: list[dict[str, Any]], options: list[str], expected: int
) -> None:
    assert main(["validate", write("a.json", *objects), *options]) == expected


def test_what_cannot_be_read(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("{")
    assert main(["validate", "bad.json", write("a.json", WRONG)]) == 2
    captured = capsys.readouterr()
    assert "bad.json" in captured.err
    assert "a.json: 2 errors" in captured.out


def test_values_are_judged(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    name = write("a.json", {**GOOD, "maximumRetries": "#{myX}"})
    assert main(["validate", name]) == 0
    assert main(["validate", name, "--set", "myX=often"]) == 1
    assert (
        "maximumRetries: 'often' is no whole number. That is what '#{myX}' comes to: give the parameter another value, with "
        "--set NAME=VALUE say. [invalid-integer]"
    ) in capsys.readouterr().out


def test_json(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", write("a.json", WARNED), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "definitions": [
            {
                "pipeline": "a",
                "source": "a.json",
                "errors": 0,
                "warnings": 1,
                "findings": [
                    {
                        "rule": "unknown-field",
                        "level": "warning",
                        "object": "Say",
                        "type": "ShellCommandActivity",
                        "field": "comand",
                        "message": "ShellCommandActivity has no such field; did you mean command?",
                        "page": "dp-object-shellcommandactivity",
                    }
                ],
            }
        ]
    }


def test_sarif(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    names = [write("in folder/a b.json", WRONG), write("b.json", WARNED)]
    assert main(["validate", *names, "--sarif", "-o", "found.sarif"]) == 1
    assert capsys.readouterr().out == ""
    log = json.loads(Path("found.sarif").read_text(encoding="utf-8"))
    Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert sorted(rules) == ["expression", "invalid-integer", "unknown-field", "unused-parameter"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    (last,) = [result for result in run["results"] if result["ruleId"] == "unknown-field"]
    assert last == {
        "ruleId": "unknown-field",
        "ruleIndex": rules.index("unknown-field"),
        "level": "warning",
        "message": {"text": "Say.comand: ShellCommandActivity has no such field; did you mean command?"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "b.json"}},
                "logicalLocations": [{"fullyQualifiedName": "b.Say.comand", "kind": "object"}],
            }
        ],
    }
    uris = {
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        for location in result["locations"]
    }
    assert uris == {"in%20folder/a%20b.json", "b.json"}


def test_sarif_of_a_file_named_with_its_whole_path(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write("a.json", WARNED)
    assert main(["validate", str(tmp_path / "a.json"), "--sarif"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "a.json").as_uri()


def test_an_output_that_cannot_be_written(
    write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", write("a.json", GOOD), "-o", "no/such/file"]) == 2
    assert "no/such/file: cannot be written" in capsys.readouterr().err
