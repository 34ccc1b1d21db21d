"""What the report says of a pipeline that an account has run: where the DAG takes over, and how the pipeline stops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.handover import stopped_at
from datapipeline_converters.options import Options

from tests.converters.planned import NOW

STOP = (
    "Deactivate the pipeline before you unpause the DAG: `aws datapipeline deactivate-pipeline --pipeline-id df-1 "
    "--no-cancel-active` lets what runs finish. Pull and convert it again then."
)


def shell(name: str) -> dict[str, Any]:
    return {"id": name, "type": "ShellCommandActivity", "workerGroup": "w", "command": "echo"}


def converted(
    state: dict[str, Any], *, style: str = "cron", start: str | None = None, pipeline_id: str | None = "df-1"
) -> Conversion:
    schedule = {"id": "Daily", "type": "Schedule", "period": "1 day", "startAt": "FIRST_ACTIVATION_DATE_TIME"}
    default = {"id": "Default", "scheduleType": style}
    objects = [default, shell("A"), shell("B")]
    if style != "ondemand":
        default["schedule"] = {"ref": "Daily"}  # type: ignore[assignment]
        objects.append(schedule)
    document = {"objects": objects, "state": state} | ({"pipelineId": pipeline_id} if pipeline_id else {})
    definition = definition_file.read(document, "x.json")
    first = datetime.fromisoformat(start) if start else None
    return convert(definition, Options(now=NOW, start=first, activated_at=definition.state.activated_at))


def told(conversion: Conversion) -> list[str]:
    return list(conversion.plan.before_first_run)


RUNS = {"status": "SCHEDULED", "activatedAt": "2026-11-01T02:00:00"}
BOTH = {"A": "2026-11-20T02:00:00", "B": "2026-11-20T02:00:00"}
APART = {"A": "2026-11-20T02:00:00", "B": "2026-11-18T02:00:00"}


@pytest.mark.parametrize(
    ("state", "start", "lines"),
    [
        pytest.param(
            RUNS | {"finished": BOTH},
            None,
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: convert with "
                "--carry-on, or --start 2026-11-20T02:00:00, to carry on there.",
                STOP,
            ],
            id="all alike",
        ),
        pytest.param(
            RUNS | {"finished": BOTH},
            "2026-11-20T02:00:00",
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: the DAG carries on there.",
                STOP,
            ],
            id="carried on",
        ),
        pytest.param(
            RUNS | {"finished": BOTH},
            "2026-11-21T02:00:00",
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: the DAG starts at "
                "2026-11-21T02:00:00, so that neither runs what lies between.",
                STOP,
            ],
            id="a gap",
        ),
        pytest.param(
            RUNS | {"finished": BOTH},
            "2026-11-19T02:00:00",
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: the DAG starts at "
                "2026-11-19T02:00:00, so that it runs intervals anew.",
                STOP,
            ],
            id="an overlap",
        ),
        pytest.param(
            RUNS | {"finished": APART},
            None,
            [
                "Data Pipeline finished last the intervals that end: `A` 2026-11-20T02:00:00, `B` 2026-11-18T02:00:00: "
                "convert with --carry-on, or --start 2026-11-18T02:00:00, to carry on there.",
                "`A` had finished more than the others: runs from 2026-11-18T02:00:00 repeat that.",
                STOP,
            ],
            id="one is behind",
        ),
        pytest.param(
            RUNS | {"finished": {"A": "2026-11-20T02:00:00", "Daily": "2026-11-20T02:00:00"}},
            None,
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: convert with "
                "--carry-on, or --start 2026-11-20T02:00:00, to carry on there.",
                "No interval that `B` finished was found in the account: check where to carry on.",
                STOP,
            ],
            id="one never finished; what is no activity does not count",
        ),
        pytest.param(RUNS, None, [STOP], id="nothing finished"),
        pytest.param({"status": "PENDING"}, None, [], id="never ran"),
        pytest.param({"status": "FINISHED"}, None, [], id="over"),
        pytest.param(
            RUNS | {"status": "INACTIVE", "finished": BOTH},
            None,
            [
                "Data Pipeline finished the interval that ends 2026-11-20T02:00:00 last: convert with "
                "--carry-on, or --start 2026-11-20T02:00:00, to carry on there."
            ],
            id="stopped already",
        ),
        pytest.param(RUNS | {"notes": ["Something."]}, None, ["Something.", STOP], id="notes of the pull"),
    ],
)
def test_where_the_dag_takes_over(state: dict[str, Any], start: str | None, lines: list[str]) -> None:
    conversion = converted(state, start=start)
    assert told(conversion)[: len(lines)] == lines
    assert not [line for line in told(conversion)[len(lines) :] if "Data Pipeline" in line]


def test_a_pipeline_on_demand_has_no_intervals_to_carry_on() -> None:
    conversion = converted(RUNS | {"finished": BOTH}, style="ondemand")
    assert told(conversion)[0] == (
        "Whatever activates the pipeline triggers the DAG from now on: change it there."
    )
    assert not [line for line in told(conversion) if "--start" in line]


@pytest.mark.parametrize("objects", [[], [shell("A")]])
def test_what_nobody_ever_activated_needs_nothing(objects: list[dict[str, Any]]) -> None:
    document = {"pipelineId": "df-1", "objects": objects, "state": {"status": "PENDING"}}
    document["objects"] = [{"id": "Default", "scheduleType": "ondemand"}, *objects]
    lines = told(convert(definition_file.read(document, "x.json"), Options(now=NOW)))
    assert not [line for line in lines if "activate" in line or "Data Pipeline" in line]


def test_a_file_that_is_from_no_account_says_nothing() -> None:
    conversion = converted(RUNS | {"finished": BOTH}, pipeline_id=None)
    assert not [line for line in told(conversion) if "Deactivate" in line or "finished" in line]


def test_the_report_has_it() -> None:
    report = converted(RUNS | {"finished": BOTH}).files["x.report.md"].text
    before = report.partition("## Before the first run")[2].partition("## ")[0]
    assert "--start 2026-11-20T02:00:00, to carry on there" in before
    assert "deactivate-pipeline --pipeline-id df-1" in before


@pytest.mark.parametrize(
    ("finished", "moment"),
    [
        (BOTH, "2026-11-20T02:00:00"),
        (APART, "2026-11-18T02:00:00"),
        ({"A": "2026-11-20T02:00:00"}, "2026-11-20T02:00:00"),
        ({"A": "2026-11-20T02:00:00", "Daily": "2020-01-01T00:00:00"}, "2026-11-20T02:00:00"),
        ({"Daily": "2020-01-01T00:00:00"}, None),
        ({}, None),
    ],
)
def test_where_a_pipeline_stopped(finished: dict[str, str], moment: str | None) -> None:
    objects = [shell("A"), shell("B"), {"id": "Daily", "type": "Schedule"}]
    document = {"pipelineId": "df-1", "objects": objects, "state": {"finished": finished}}
    expected = datetime.fromisoformat(moment) if moment else None
    assert stopped_at(definition_file.read(document, "x.json")) == expected
