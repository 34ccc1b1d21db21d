"""What goes wrong with an account, and what the user is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.account import connection, throttling
from datapipeline_converters.cli import main

from tests.converters.account.definitions import NIGHTLY, small
from tests.servers.datapipeline import DataPipeline
from tests.servers.process import free_ports


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def pull(out: Path, *arguments: str) -> int:
    return main(["pull", *(arguments or ["--all"]), "-o", str(out)])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.json")} if folder.is_dir() else set()


def test_a_missing_permission_that_the_service_calls_not_found(
    account: DataPipeline, put: Any, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("mine", small("echo 1"))
    account.hidden.add(hidden := put("not mine", small("echo 2")))
    put("mine too", small("echo 3"))

    assert pull(out) == 2

    assert names(out) == {"mine.json", "mine_too.json"}
    told = capsys.readouterr()
    assert f"Error: {hidden}: DescribePipelines says that there is no such pipeline in us-east-1." in told.err
    assert "a policy allows datapipeline:DescribePipelines" in told.err
    assert "2 pipelines pulled" in told.out
    assert "1 failed" in told.out


def test_an_id_that_does_not_exist(
    account: DataPipeline, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull(out, "--pipeline-id", "df-NOWHERE") == 2
    assert "df-NOWHERE: DescribePipelines says that there is no such pipeline" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("operation", "status", "written"),
    [
        ("ListPipelines", 2, False),
        ("DescribePipelines", 2, False),
        ("GetPipelineDefinition", 2, False),
        ("QueryObjects", 1, True),  # the definition is there; what has run is not
        ("DescribeObjects", 1, True),
    ],
)
def test_a_missing_permission_is_named(
    account: DataPipeline,
    put: Any,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    operation: str,
    status: int,
    written: bool,
) -> None:
    pipeline_id = put("p", NIGHTLY, activate=True)
    account.run(pipeline_id, "Say", "2026-11-19T02:00:00", "2026-11-20T02:00:00")
    account.denied.add(operation)

    assert pull(out) == status

    assert f"no permission for datapipeline:{operation}" in capsys.readouterr().err
    assert names(out) == ({"p.json"} if written else set())
    # Once it is allowed, the same command gets what was missing.
    account.denied.clear()
    assert pull(out) == 0
    state = json.loads((out / "p.json").read_text())["state"]
    assert (state["finished"], state["complete"]) == ({"Say": "2026-11-20T02:00:00"}, True)


def test_many_with_one_fault_are_one_message(
    account: DataPipeline, put: Any, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [put(name, small("echo")) for name in ("a", "b")]
    account.denied.add("GetPipelineDefinition")
    assert pull(out) == 2
    told = capsys.readouterr().err
    assert told.count("no permission") == 1
    assert all(pipeline_id in told for pipeline_id in ids)


@pytest.mark.parametrize(
    ("environment", "arguments", "said"),
    [
        (
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            ["--all"],
            "no AWS credentials were found. Give a profile with --profile, or log in.",
        ),
        (
            {"AWS_SECRET_ACCESS_KEY": ""},
            ["--all"],
            "the AWS credentials are incomplete: key and secret go together.",
        ),
        ({"AWS_DEFAULT_REGION": ""}, ["--all"], "no AWS region is known. Give one with --region."),
        ({}, ["--all", "--region", "not a region"], "Give a region such as us-east-1."),
        ({}, ["--all", "--profile", "nobody"], "The config profile (nobody) could not be found."),
        ({}, ["--all", "--endpoint-url", "localhost"], "Give --endpoint-url a whole address"),
        (
            {},
            ["--all", "--endpoint-url", f"http://127.0.0.1:{free_ports(1)[0]}"],
            'Could not connect to the endpoint URL: "http://127.0.0.1:',
        ),
    ],
)
def test_an_account_that_cannot_be_reached(
    account: DataPipeline,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.setattr(connection, "ATTEMPTS", 1)
    for name, value in environment.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    assert pull(out, *arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("Error: ")
    assert said in told
    assert "Traceback" not in told
    assert not out.exists()


@pytest.mark.parametrize(
    ("operation", "code", "said"),
    [
        (
            "GetPipelineDefinition",
            "ExpiredTokenException",
            "does not take the credentials (ExpiredTokenException)",
        ),
        ("ListPipelines", "UnrecognizedClientException", "does not take the credentials (Unrecogn"),
        ("DescribePipelines", "PipelineDeletedException", "the pipeline was deleted"),
        (
            "DescribePipelines",
            "InvalidRequestException",
            "is not taken: Said by the test. Check the pipeline's id.",
        ),
        (
            "GetPipelineDefinition",
            "SomethingNewException",
            "GetPipelineDefinition failed: SomethingNewException",
        ),
    ],
)
def test_other_refusals(
    account: DataPipeline,
    put: Any,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    operation: str,
    code: str,
    said: str,
) -> None:
    put("p", small("echo"))
    account.answers[operation] = code
    assert pull(out) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("Error: ") == 1
    assert names(out) == set()


def test_a_fault_of_ours_with_one_pipeline_does_not_stop_the_others(
    account: DataPipeline, put: Any, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("good", small("echo"))
    broken = put("broken", small("echo s3cr3t"))
    account.pipelines[broken].latest["pipelineObjects"][1].pop("fields")  # no such answer is known
    account.pipelines[broken].fields["@firstActivationTime"] = "2026-11-01T00:00:00"
    assert pull(out) == 2
    told = capsys.readouterr().err
    assert f"Error: {broken}: internal error, KeyError at account/" in told
    assert "s3cr3t" not in told
    assert names(out) == {"good.json"}


def test_an_answer_that_nobody_has_ever_seen(
    put: Any, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("p", small("echo"))
    monkeypatch.setattr(throttling.Api, "call", lambda *_, **__: {"pipelineIdList": [{"s3cr3t": 1}]})
    assert pull(out) == 2
    told = capsys.readouterr().err
    assert "Error: internal error, KeyError at account/listing.py" in told
    assert "s3cr3t" not in told


def test_credentials_that_expire_on_the_way_end_the_pull(account: DataPipeline, put: Any, out: Path) -> None:
    for name in "abc":
        put(name, small("echo"), activate=True)
    account.answers["QueryObjects"] = "ExpiredTokenException"
    assert pull(out) == 2
    assert names(out) == set()  # nothing half: what has run would be missing in it
    account.answers.clear()
    assert pull(out) == 0
    assert names(out) == {"a.json", "b.json", "c.json"}


def test_a_service_that_refuses_for_its_rate_is_given_time(
    account: DataPipeline,
    put: Any,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(connection, "ATTEMPTS", 1)
    monkeypatch.setattr(throttling, "_PAUSE", 0.01)
    monkeypatch.setattr(throttling, "_RATE", 100.0)
    put("p", small("echo"))
    account.calls.clear()
    account.throttled = 1
    assert pull(out) == 2
    assert "ListPipelines was refused for its rate for minutes" in capsys.readouterr().err
    assert len(account.calls) == 6

    account.throttled = 2  # every second call
    assert pull(out) == 0


def test_a_folder_that_cannot_be_written(
    put: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("p", small("echo"))
    (tmp_path / "file").write_text("")
    assert pull(tmp_path / "file" / "below") == 2
    assert "cannot be written" in capsys.readouterr().err
