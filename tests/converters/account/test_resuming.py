"""A pull that is stopped on its way: what is there is whole, and the next one continues."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from datapipeline_converters.cli import main

from tests.servers.datapipeline import DataPipeline
from tests.servers.process import wait_until

PIPELINES = 40
COMMAND = [sys.executable, "-c", "from datapipeline_converters.cli import run; run()", "pull", "--all", "-o"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def filled(account: DataPipeline) -> DataPipeline:
    """An account of many pipelines that answers slowly."""
    client = boto3.client("datapipeline")
    for number in range(PIPELINES):
        made = client.create_pipeline(name=f"p{number}", uniqueId=str(number))["pipelineId"]
        client.put_pipeline_definition(
            pipelineId=made, pipelineObjects=[{"id": "A", "name": "A", "fields": []}]
        )
    account.delay = 0.2
    return account


def files(out: Path) -> list[Path]:
    return sorted(out.glob("*.json")) if out.is_dir() else []


def is_quiet(account: DataPipeline) -> bool:
    """Tell whether nothing is asked for a while: what a killed process has asked is answered all the same."""
    known = len(account.calls)
    time.sleep(3 * account.delay)
    return len(account.calls) == known


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_pull_is_continued(
    filled: DataPipeline, out: Path, how: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen(
        [*COMMAND, str(out)], env=dict(os.environ), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        wait_until(lambda: len(files(out)) >= 5, 60, "five files", poll=0.01)
        process.send_signal(how)
        _, told = process.communicate(timeout=10)
    finally:
        process.kill()
    first = files(out)
    assert 5 <= len(first) < PIPELINES
    for file in first:
        assert json.loads(file.read_text())["pipelineObjects"] == [{"id": "A", "name": "A", "fields": []}]
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "Interrupted" in told
        assert not list(out.glob(".*"))  # a killed process cannot clear up; this one did
        assert len((out / "index.tsv").read_text().splitlines()) == 1 + len(first)
    written = {file: file.stat().st_mtime_ns for file in first}

    wait_until(lambda: is_quiet(filled), 30, "an answer to all that was asked before")
    filled.delay = 0.0
    filled.calls.clear()
    assert main(["pull", "--all", "-o", str(out)]) == 0

    assert len(files(out)) == PIPELINES
    assert {json.loads(file.read_text())["name"] for file in files(out)} == {
        f"p{number}" for number in range(PIPELINES)
    }
    assert filled.calls.count("GetPipelineDefinition") == PIPELINES - len(first)
    assert {file: file.stat().st_mtime_ns for file in first} == written
    assert f"{len(first)} there before (--refresh pulls them again)" in capsys.readouterr().out


def test_refreshed_pipelines_keep_their_files(filled: DataPipeline, out: Path) -> None:
    filled.delay = 0.0
    assert main(["pull", "--all", "-o", str(out)]) == 0
    before = [file.name for file in files(out)]
    filled.calls.clear()
    assert main(["pull", "--all", "--refresh", "-o", str(out)]) == 0
    assert [file.name for file in files(out)] == before
    assert filled.calls.count("GetPipelineDefinition") == PIPELINES


def test_a_file_that_somebody_damaged_is_pulled_again_beside_it(filled: DataPipeline, out: Path) -> None:
    filled.delay = 0.0
    assert main(["pull", "--all", "-o", str(out)]) == 0
    (out / "p7.json").write_text('{"pipelineId": "df-')
    assert main(["pull", "--all", "-o", str(out)]) == 0
    (again,) = out.glob("p7.df-*.json")
    assert json.loads(again.read_text())["name"] == "p7"
