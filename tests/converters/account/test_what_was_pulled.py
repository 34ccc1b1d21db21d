"""What `pull` wrote is what the other commands read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main

from tests.converters.account.definitions import NIGHTLY, small
from tests.servers.datapipeline import DataPipeline


@pytest.fixture
def estate(account: DataPipeline, put: Any, tmp_path: Path) -> Path:
    """A folder with a scheduled pipeline that has run and one on demand; gives the folder."""
    account.clock = datetime(2026, 11, 1, 2, tzinfo=UTC)
    nightly = put("Nightly load", NIGHTLY, activate=True)
    for name in ("Say", "Say_more"):
        account.run(nightly, name, "2026-11-19T02:00:00", "2026-11-20T02:00:00")
    put("By hand", small("echo hand"))
    assert main(["pull", "--all", "-o", str(tmp_path / "estate")]) == 0
    return tmp_path / "estate"


def test_a_pulled_folder_is_converted_with_what_the_account_knew(estate: Path, tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    assert main(["convert", str(estate), "-o", str(dags), "--carry-on"]) == 0
    assert {path.name for path in dags.glob("*.py")} == {"By_hand.py", "Nightly_load.py"}
    dag = (dags / "Nightly_load.py").read_text()
    # The Schedule starts with the first activation, which only the account knows.
    assert 'start="2026-11-01T02:00:00"' in dag
    assert "start_date=pendulum.datetime(2026, 11, 20, 2," in dag
    report = (dags / "Nightly_load.report.md").read_text()
    assert "the interval that ends 2026-11-20T02:00:00 last: the DAG carries on there" in report
    assert "s3cr3t" not in dag + report


def test_a_pulled_folder_is_assessed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(estate)]) == 1  # which of the missed intervals are to run has to be said
    assert main(["assess", str(estate), "--carry-on"]) == 0
    told = capsys.readouterr()
    assert "Nightly_load" in told.out
    assert "By_hand" in told.out
    assert "s3cr3t" not in told.out + told.err


def test_the_aws_cli_takes_what_was_pulled_once_it_is_translated(
    estate: Path, aws: Any, tmp_path: Path, account: DataPipeline
) -> None:
    assert (
        main(["translate", str(estate / "Nightly_load.json"), "--to", "cli", "-o", str(tmp_path / "n.json")])
        == 0
    )
    copy = aws("create-pipeline", "--name", "copy", "--unique-id", "copy")["pipelineId"]
    source = f"file://{tmp_path / 'n.json'}"
    assert not aws("put-pipeline-definition", "--pipeline-id", copy, "--pipeline-definition", source)[
        "errored"
    ]
    original = json.loads((estate / "Nightly_load.json").read_text())["pipelineId"]
    assert account.pipelines[copy].latest == account.pipelines[original].latest


def test_what_the_aws_cli_downloads_is_what_is_pulled(estate: Path, aws: Any, tmp_path: Path) -> None:
    pulled = estate / "Nightly_load.json"
    pipeline_id = json.loads(pulled.read_text())["pipelineId"]
    downloaded = tmp_path / "downloaded.json"
    downloaded.write_text(json.dumps(aws("get-pipeline-definition", "--pipeline-id", pipeline_id)))
    for source, target in ((pulled, "a.json"), (downloaded, "b.json")):
        assert main(["translate", str(source), "--to", "api", "-o", str(tmp_path / target)]) == 0
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()


def test_the_aws_cli_lists_the_runs_that_pull_found(estate: Path, aws: Any) -> None:
    # The emulator answers another client of the same API in the same way.
    pipeline_id = json.loads((estate / "Nightly_load.json").read_text())["pipelineId"]
    runs = aws(
        "list-runs",
        "--pipeline-id",
        pipeline_id,
        "--schedule-interval",
        "2026-11-19T00:00:00,2026-11-21T00:00:00",
        "--status",
        "finished",
    )
    assert [(run["@componentParent"], run["@scheduledEndTime"]) for run in runs] == [
        ("Say", "2026-11-20T02:00:00"),
        ("Say_more", "2026-11-20T02:00:00"),
    ]
