"""`dp2airflow pull` against an account that the AWS CLI has filled."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from datapipeline_converters.account import state
from datapipeline_converters.cli import main

from tests.converters.account.definitions import NIGHTLY, small
from tests.servers import moto
from tests.servers.datapipeline import DataPipeline


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def pull(out: Path, *arguments: str) -> int:
    return main(["pull", *(arguments or ["--all"]), "-o", str(out)])


def files(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


def objects(document: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return an API answer's objects with the values of their fields, references as `-> id`."""
    found: dict[str, dict[str, list[str]]] = {}
    for item in document["pipelineObjects"]:
        fields = found.setdefault(item["id"], {})
        for entry in item["fields"]:
            value = f"-> {entry['refValue']}" if "refValue" in entry else entry["stringValue"]
            fields.setdefault(entry["key"], []).append(value)
    return found


def test_a_pipeline_comes_whole(account: DataPipeline, put: Any, out: Path) -> None:
    account.clock = datetime(2026, 11, 1, 14, 30, tzinfo=UTC)
    pipeline_id = put("Nightly load", NIGHTLY, activate=True, team="data")
    account.run(pipeline_id, "Say", "2026-11-19T14:30:00", "2026-11-20T14:30:00")

    assert pull(out) == 0

    (document,) = files(out).values()
    assert objects(document) == {
        "Default": {"scheduleType": ["cron"], "schedule": ["-> Nightly"]},
        "Nightly": {"type": ["Schedule"], "startAt": ["FIRST_ACTIVATION_DATE_TIME"], "period": ["1 day"]},
        "Say": {
            "type": ["ShellCommandActivity"],
            "workerGroup": ["w"],
            "command": ["echo $1 $2"],
            "scriptArgument": ["#{myName}", "${INPUT1_STAGING_DIR}"],
        },
        "Say_more": {
            "type": ["ShellCommandActivity"],
            "workerGroup": ["w"],
            "command": ["echo '#{*mySecret}'"],
        },
    }
    del document["pipelineObjects"]
    assert document == {
        "pipelineId": pipeline_id,
        "name": "Nightly load",
        "description": "d",
        "tags": [{"key": "team", "value": "data"}],
        "region": "us-east-1",
        "version": "active",
        "state": {
            "status": "SCHEDULED",
            "activatedAt": "2026-11-01T14:30:00",
            "finished": {"Say": "2026-11-20T14:30:00"},
            "notes": [],
            "complete": True,
        },
        "parameterObjects": [
            {"id": "myName", "attributes": [{"key": "type", "stringValue": "String"}]},
            {
                "id": "*mySecret",
                "attributes": [
                    {"key": "description", "stringValue": "a secret"},
                    {"key": "type", "stringValue": "String"},
                ],
            },
        ],
        "parameterValues": [
            {"id": "myName", "stringValue": "x=y"},
            {"id": "*mySecret", "stringValue": "s3cr3t"},
        ],
    }


def test_the_files_are_for_their_owner_only(put: Any, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("Nightly load", NIGHTLY)
    assert pull(out) == 0
    assert stat.S_IMODE((out / "Nightly_load.json").stat().st_mode) == 0o600
    said = capsys.readouterr()
    assert "Definitions may hold passwords" in said.out
    assert "s3cr3t" not in said.out + said.err + (out / "index.tsv").read_text()


def test_sixty_pipelines_through_throttling(account: DataPipeline, put: Any, out: Path) -> None:
    # Three are put by the AWS CLI; the others by boto3, which does not take its second a call.
    ids = {put(f"by CLI {number}", small(f"echo {number}")): f"echo {number}" for number in range(3)}
    client = boto3.client("datapipeline")
    for number in range(3, 60):
        made = client.create_pipeline(name=f"by boto3 {number}", uniqueId=str(number))["pipelineId"]
        client.put_pipeline_definition(
            pipelineId=made,
            pipelineObjects=[
                {"id": "Say", "name": "Say", "fields": [{"key": "command", "stringValue": f"echo {number}"}]}
            ],
        )
        ids[made] = f"echo {number}"
    account.calls.clear()
    account.throttled = 9

    assert pull(out) == 0

    found = {
        document["pipelineId"]: objects(document)["Say"]["command"][0] for document in files(out).values()
    }
    assert found == ids
    # Three pages of 25, three descriptions of up to 25, a definition each: every ninth call is made again.
    needed = 3 + 3 + 60
    assert needed + needed // 9 <= len(account.calls) <= needed * 1.3
    assert len((out / "index.tsv").read_text().splitlines()) == 61


def night(component: str, first: str, last: str, status: str = "FINISHED") -> tuple[str, str, str, str]:
    """Return a run of the interval between two dates, from 2 o'clock to 2 o'clock."""
    return component, f"{first}T02:00:00", f"{last}T02:00:00", status


@pytest.mark.parametrize(
    ("runs", "finished"),
    [
        pytest.param([], {}, id="nothing ran"),
        pytest.param(
            [
                night("Say", "2026-11-18", "2026-11-19"),
                night("Say", "2026-11-19", "2026-11-20"),
                night("Say_more", "2026-11-19", "2026-11-20"),
            ],
            {"Say": "2026-11-20T02:00:00", "Say_more": "2026-11-20T02:00:00"},
            id="the last counts",
        ),
        pytest.param(
            [
                night("Say", "2026-11-17", "2026-11-18", "MARK_FINISHED"),
                night("Say", "2026-11-18", "2026-11-19", "FAILED"),
                night("Say", "2026-11-19", "2026-11-20", "RUNNING"),
            ],
            {"Say": "2026-11-18T02:00:00"},
            id="what did not end well does not count; what a user declared done does",
        ),
        pytest.param(
            [
                night("Say", "2026-11-19", "2026-11-20"),
                night("Say_more", "2024-02-28", "2024-02-29"),
                night("Say_more", "2024-02-29", "2024-03-01"),
            ],
            {"Say": "2026-11-20T02:00:00", "Say_more": "2024-03-01T02:00:00"},
            id="one object stopped years ago",
        ),
        pytest.param(
            [night("Nights", "2026-11-19", "2026-11-20")],
            {"Nights": "2026-11-20T02:00:00"},
            id="a data node or resource too",
        ),
    ],
)
def test_what_each_object_has_finished_last(
    account: DataPipeline,
    put: Any,
    out: Path,
    runs: list[tuple[str, str, str, str]],
    finished: dict[str, str],
) -> None:
    pipeline_id = put("n", NIGHTLY, activate=True)
    account.pipelines[pipeline_id].fields["@latestRunTime"] = "2026-11-20T02:00:00"
    for run in runs:
        account.run(pipeline_id, *run)
    assert pull(out) == 0
    assert files(out)["n.json"]["state"]["finished"] == finished


@pytest.mark.parametrize(
    ("runs", "style", "notes"),
    [
        pytest.param([("16", "FAILED"), ("19", "FINISHED")], "cron", 1, id="failed before"),
        pytest.param([("16", "WAITING_ON_DEPENDENCIES"), ("19", "FINISHED")], "cron", 1, id="stuck before"),
        pytest.param([("18", "FINISHED"), ("19", "RUNNING")], "cron", 0, id="runs still"),
        pytest.param([("18", "FINISHED"), ("19", "FAILED")], "cron", 0, id="failed last: carried on there"),
        pytest.param([("16", "SKIPPED"), ("19", "FINISHED")], "cron", 0, id="passed over on purpose"),
        pytest.param([("16", "FAILED"), ("19", "FINISHED")], "ondemand", 0, id="on demand"),
    ],
)
def test_an_interval_that_was_left_behind_is_told(
    account: DataPipeline, put: Any, out: Path, runs: list[tuple[str, str]], style: str, notes: int
) -> None:
    pipeline_id = put("p", small("echo", scheduleType=style), activate=True)
    account.pipelines[pipeline_id].fields["@latestRunTime"] = "2026-11-20T00:00:00"
    for day, status in runs:
        account.run(pipeline_id, "Say", f"2026-11-{day}T00:00:00", f"2026-11-{int(day) + 1}T00:00:00", status)
    assert pull(out) == 0
    assert files(out)["p.json"]["state"]["notes"] == notes * [
        "`Say` did not finish 1 interval before the last that it finished, the first from 2026-11-16T00:00:00: "
        "whoever carries on behind that one passes them over."
    ]


def test_more_runs_than_a_page_has(account: DataPipeline, put: Any, out: Path) -> None:
    pipeline_id = put("n", NIGHTLY, activate=True)
    account.pipelines[pipeline_id].fields["@latestRunTime"] = "2026-11-20T00:00:00"
    for day in range(12, 20):
        for hour in range(23):  # newest first within a day: the order of pages says nothing
            start, end = (f"2026-11-{day}T{22 - hour + plus:02}:00:00" for plus in (0, 1))
            account.run(pipeline_id, "Say", start, end)
    assert pull(out) == 0
    assert files(out)["n.json"]["state"]["finished"] == {"Say": "2026-11-19T23:00:00"}
    assert account.calls.count("QueryObjects") >= 3


@pytest.mark.parametrize(
    ("first", "finished", "note"),
    [
        # Runs of the last day: some of them were seen.
        ("2026-11-19", True, "There are too many finished runs since 2026-11-19T00:00:00 to look at all"),
        # Runs of long ago: nobody knows which of them is the last.
        ("2020-01-01", False, "`Say` has too many finished runs, none of them recent"),
    ],
)
def test_more_runs_than_can_be_looked_at(
    account: DataPipeline,
    put: Any,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    finished: bool,
    note: str,
) -> None:
    monkeypatch.setattr(state, "_PAGES", 1)
    pipeline_id = put("p", small("echo", scheduleType="cron"), activate=True)
    account.pipelines[pipeline_id].fields["@latestRunTime"] = "2026-11-20T00:00:00"
    for minute in range(101):
        start = datetime.fromisoformat(first) + timedelta(minutes=minute)
        account.run(pipeline_id, "Say", start.isoformat(), (start + timedelta(minutes=1)).isoformat())
    assert pull(out) == 0
    found = files(out)["p.json"]["state"]
    assert ("Say" in found["finished"]) is finished
    assert found["notes"][0].startswith(note)


def test_the_definition_that_runs_is_not_always_the_one_saved_last(
    put: Any, aws: Any, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline_id = put("p", small("echo runs"), activate=True)
    (tmp_path / "later.json").write_text(json.dumps(small("echo saved")))
    later = f"file://{tmp_path / 'later.json'}"
    aws("put-pipeline-definition", "--pipeline-id", pipeline_id, "--pipeline-definition", later)

    assert pull(out) == 0
    assert objects(files(out)["p.json"])["Say"]["command"] == ["echo runs"]
    assert "Another definition was saved later and never activated" in capsys.readouterr().err

    assert pull(out, "--pipeline-id", pipeline_id, "--version", "latest") == 0
    assert objects(files(out)["p.json"])["Say"]["command"] == ["echo saved"]
    assert list(files(out)) == ["p.json"]


def test_what_was_never_activated_has_no_runs_to_ask_for(account: DataPipeline, put: Any, out: Path) -> None:
    put("p", small("echo x"))
    assert pull(out) == 0
    state = files(out)["p.json"]["state"]
    assert (state["status"], state["activatedAt"], state["finished"]) == ("PENDING", None, {})
    assert "QueryObjects" not in account.calls


def test_a_schedule_may_know_the_first_activation_that_the_pipeline_does_not_say(
    account: DataPipeline, put: Any, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline_id = put("p", NIGHTLY, activate=True)
    known = account.pipelines[pipeline_id]
    # The description no longer has the field; the Schedule keeps it as one of its own.
    moment = known.fields.pop("@firstActivationTime")
    for item in known.active["pipelineObjects"] if known.active else []:
        if item["id"] == "Nightly":
            item["fields"].append({"key": "@firstActivationTime", "stringValue": moment})
    assert pull(out) == 0
    state = files(out)["p.json"]["state"]
    assert state["activatedAt"] == moment
    assert "what Schedule `Nightly` says of itself" in state["notes"][0]


def test_nobody_knows_the_first_activation(
    account: DataPipeline, put: Any, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline_id = put("p", NIGHTLY, activate=True)
    del account.pipelines[pipeline_id].fields["@firstActivationTime"]
    assert pull(out) == 0
    assert files(out)["p.json"]["state"]["activatedAt"] is None
    assert "convert it with --activated-at" in capsys.readouterr().err


def test_a_mask_is_no_password(put: Any, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    definition = NIGHTLY | {"values": {"myName": "n", "*mySecret": "********"}}
    put("p", definition)
    assert pull(out) == 0
    assert "asterisks for the value of `*mySecret`: give the value yourself" in capsys.readouterr().err


def test_names_become_files(account: DataPipeline, out: Path) -> None:
    client = boto3.client("datapipeline")
    names = ["load", "Load", "a/b:c", "../../etc", "", "x" * 300]
    ids = [
        client.create_pipeline(name=name or " ", uniqueId=str(number))["pipelineId"]
        for number, name in enumerate(names)
    ]
    out.mkdir()
    (out / "a_b_c.json").write_text("{}")  # somebody else's

    assert pull(out) == 0

    found = {
        document["pipelineId"]: name for name, document in files(out).items() if "pipelineId" in document
    }
    assert [found[pipeline_id] for pipeline_id in ids] == [
        "load.json",
        f"Load.{ids[1]}.json",
        f"a_b_c.{ids[2]}.json",
        "etc.json",
        "pipeline.json",
        f"{'x' * 110}.json",
    ]
    assert (out / "a_b_c.json").read_text() == "{}"


def test_an_empty_account(account: DataPipeline, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pull(out) == 2
    assert "no pipelines in us-east-1" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("arguments", [[], ["--all", "--pipeline-id", "df-1"]])
def test_which_pipelines_has_to_be_said(
    out: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pull", *arguments, "-o", str(out)]) == 2
    assert "say which pipelines" in capsys.readouterr().err


def test_plain_moto_has_no_parameters_and_no_runs(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # An emulator that others use: it forgets parameters and does not know QueryObjects. What it has is pulled all the same.
    with moto.run() as plain:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
        client = plain.client("datapipeline")
        made = client.create_pipeline(name="p", uniqueId="p")["pipelineId"]
        client.put_pipeline_definition(
            pipelineId=made,
            pipelineObjects=[
                {"id": "Say", "name": "Say", "fields": [{"key": "command", "stringValue": "#{myX}"}]}
            ],
            parameterObjects=[{"id": "myX", "attributes": [{"key": "type", "stringValue": "String"}]}],
        )
        client.activate_pipeline(pipelineId=made)
        assert pull(out, "--all", "--endpoint-url", plain.endpoint_url) == 1
    document = files(out)["p.json"]
    assert objects(document) == {"Say": {"command": ["#{myX}"]}}
    assert (document["parameterObjects"], document["parameterValues"]) == ([], [])
    assert document["state"]["complete"] is False
    assert "What it has run could not be read: QueryObjects failed" in capsys.readouterr().err
