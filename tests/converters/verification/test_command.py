"""`dp2airflow verify` as a user meets it: exit status, what is printed, and that no secret is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters import conversion
from datapipeline_converters.cli import main
from datapipeline_converters.conversion import Conversion, File

OBJECTS = [
    {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"},
    {
        "id": "Say",
        "type": "ShellCommandActivity",
        "command": "load postgres://me:typed-in@host/db #{*mySecret} #{format(@scheduledStartTime, 'YYYY')}",
        "stdout": "s3://b/#{day(@scheduledStartTime)}",
    },
]
GOOD = {"objects": OBJECTS, "parameters": [{"id": "*mySecret", "type": "String"}]}
SECRETS = ("hunter2", "typed-in")


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.json"
    path.write_text(json.dumps(GOOD))
    return str(path)


def test_a_file_that_is_refused_costs_no_other_file(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]")
    assert main(["verify", str(bad), good, "--set", f"*mySecret={SECRETS[0]}"]) == 2
    told = capsys.readouterr()
    assert told.out == "good: 2 texts at 27 instants, no difference\n"
    assert "bad.json" in told.err
    assert [secret for secret in SECRETS if secret in told.out + told.err] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.json", "good.json"]


def test_where_nothing_can_be_converted_airflow_is_not_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path / "missing.json")]) == 2
    assert capsys.readouterr().out == ""


def test_a_program_reads_json(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", good, "--json", "--name", "other", "--set", f"*mySecret={SECRETS[0]}"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told) == {
        "pipelines": [
            {
                "name": "other",
                "texts": 2,
                "instants": 27,
                "renderings": 54,
                "differences": [],
                "without_text": [],
                "error": None,
            }
        ]
    }


def test_a_difference_gives_1(
    good: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    convert = conversion.convert

    def with_fault(*arguments: Any) -> Conversion:
        done = convert(*arguments)
        source = done.files["good.py"].text
        assert "strftime('%Y')" in source
        return replace(done, files={"good.py": File(source.replace("strftime('%Y')", "strftime('%y')"))})

    monkeypatch.setattr(conversion, "convert", with_fault)
    assert main(["verify", good, "--set", f"*mySecret={SECRETS[0]}"]) == 1
    told = capsys.readouterr().out
    assert "good: 2 texts at 27 instants, 1 text with differences\n  object 'Say', field 'command'" in told
    assert [secret for secret in SECRETS if secret in told] == []
