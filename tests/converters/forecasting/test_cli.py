"""`dp2airflow forecast` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.cli import main

from tests.converters.planned import ref, shell

DAILY = {"period": "1 day", "startDateTime": "2012-12-30T06:00:00"}


def definition(schedule: dict[str, Any] | None) -> dict[str, Any]:
    """Return a pipeline of one activity; without a Schedule it is on demand."""
    if schedule is None:
        return {"objects": [{"id": "Default", "scheduleType": "ondemand", "workerGroup": "w"}, shell("A")]}
    default = {"id": "Default", "scheduleType": "cron", "workerGroup": "w", "schedule": ref("S")}
    return {"objects": [default, {"id": "S", "type": "Schedule", **schedule}, shell("A")]}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Definitions, one of them not valid."""
    schedules: dict[str, dict[str, Any] | None] = {
        "daily": DAILY,
        "activation": {"period": "15 minutes", "startAt": "FIRST_ACTIVATION_DATE_TIME"},
        "trigger": None,
        "faulty": {**DAILY, "period": "15 Period"},
    }
    for name, schedule in schedules.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(definition(schedule)), encoding="utf-8")
    return {name: str(tmp_path / f"{name}.json") for name in schedules}


def test_json_of_several_files(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    given = [files["daily"], files["activation"], files["trigger"], "--backfill"]
    window = ["--activated-at", "2012-12-31T23:40:07", "--from", "2012-12-31", "--count", "2"]
    status = main(["forecast", *given, *window, "--json"])
    assert status == 0
    printed = json.loads(capsys.readouterr().out)
    daily = [
        {"start": "2012-12-31T06:00:00", "end": "2013-01-01T06:00:00", "execution": "2012-12-31T06:00:00"},
        {"start": "2013-01-01T06:00:00", "end": "2013-01-02T06:00:00", "execution": "2013-01-01T06:00:00"},
    ]
    activation = [
        {"start": "2012-12-31T23:40:07", "end": "2012-12-31T23:55:07", "execution": "2012-12-31T23:40:07"},
        {"start": "2012-12-31T23:55:07", "end": "2013-01-01T00:10:07", "execution": "2012-12-31T23:55:07"},
    ]
    assert {
        dag["dag"]: (dag["data_pipeline"]["runs"], dag["airflow"]["runs"]) for dag in printed["dags"]
    } == {
        "daily": (daily, daily),
        "activation": (activation, activation),
        "trigger": ([], []),
    }
    assert [dag["same"] for dag in printed["dags"]] == [True, True, True]


def test_what_the_user_has_to_decide_is_a_difference(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forecast", files["daily"], files["trigger"], "--count", "1"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "daily: every 1 day from 2012-12-30T06:00:00, cron (`S`)"
    assert lines[3].split() == [
        *("2012-12-30", "06:00", "2012-12-31", "06:00", "2012-12-30", "06:00"),
        *("only", "Data", "Pipeline"),
    ]
    assert "  Different: Data Pipeline: by its schedule; Airflow: on trigger" in lines
    assert any(line.startswith("  To do: `S`") and "--backfill" in line for line in lines)
    assert "trigger: on trigger" in lines
    assert lines[-1] == "2 DAGs, 1 with differences"


def test_a_faulty_file_does_not_cost_the_others_theirs(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["forecast", files["faulty"], files["daily"], "--no-catchup", "--to", "2012-12-31"])
    assert status == 2
    printed = capsys.readouterr()
    assert "'15 Period' is no period" in printed.err
    assert printed.out.splitlines()[-1] == "1 DAG, none with differences"


def test_only_faulty_files(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", files["faulty"]]) == 2
    assert capsys.readouterr().out.splitlines() == ["0 DAGs, none with differences"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--from", "soon"), "'soon' is no moment"),
        (("--to", "2024-02-30"), "'2024-02-30' is no moment"),
        (("--from", "2024-03-02", "--to", "2024-03-01"), "is not later than --from"),
        (("--from", "2024-03-02", "--to", "2024-03-02"), "is not later than --from"),
        (("--count", "0"), "0 is not in the range"),
        (("--count", "many"), "'many' is not a valid integer"),
        (("--backfill", "--no-catchup"), "give one of them"),
        (("--set", "myX"), "myX"),
    ],
)
def test_wrong_arguments(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str
) -> None:
    assert main(["forecast", files["daily"], *arguments]) == 2
    assert part in capsys.readouterr().err


def test_without_files_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast"]) == 2
    assert "FILE" in capsys.readouterr().err
