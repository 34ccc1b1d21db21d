"""Alarms under the real scheduler: late, failed and succeeded are each told of once, with the right words; Terminate ends."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from demo.conversion import convert_file
from tests.converters.planned import ref, shell
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Live
    from tests.servers.moto import Aws

pytestmark = pytest.mark.long

NAME = "alarmed"
PERIOD, LATE = timedelta(minutes=15), timedelta(minutes=3)
RUN_SECONDS = 480.0

FIELDS = {
    "name": "#{node.name}",
    "status": "#{node.@status}",
    "start": "#{node.@scheduledStartTime}",
    "end": "#{node.@scheduledEndTime}",
    "began": "#{node.@actualStartTime}",
    "ended": "#{node.@actualEndTime}",
    "pipeline": "#{node.@pipelineId}",
    "sphere": "#{node.@sphere}",
    "error": "#{node.@error}",
    "message": "#{node.errorMessage}",
    "trace": "#{node.errorStackTrace}",
    "reason": "#{node.cancellationReason}",
    "host": "#{node.hostname}",
    "logs": "#{node.pipelineLogUri}",
    "latest": "#{node.@latestRunTime}",
    "completed": "#{node.@latestCompletedRunTime}",
    "day": "#{format(node.@scheduledStartTime,'YYYY-MM-dd')}",
}
SEPARATOR = " ¦ "

# Who is told of, and with which status, written from the semantics: each once.
TOLD = {
    ("done", "Quick", "FINISHED"): 1,
    ("done", "Slow", "FINISHED"): 1,
    ("late", "Slow", "RUNNING"): 1,
    ("late", "Doomed", "CANCELED"): 1,
    ("failed", "Doomed", "FAILED"): 1,
    ("late", "Waiting", "WAITING_ON_DEPENDENCIES"): 1,
    ("failed", "Waiting", "FAILED"): 1,
    ("failed", "Bad", "FAILED"): 1,
    # It waits for ever in Data Pipeline, so it is late; what fails with the task before it is over.
    ("late", "Stuck", "WAITING_ON_DEPENDENCIES"): 1,
}
STATES = {
    "Quick": "success",
    "Slow": "success",
    "Doomed": "failed",
    "Behind": "upstream_failed",
    "Waiting": "failed",
    "Bad": "failed",
    "Stuck": "upstream_failed",
    "Cascaded": "upstream_failed",
}


def definition(start: datetime, topic: str, file: Path) -> dict[str, Any]:
    """Return a pipeline whose one interval is over in a moment; `file` lets the task that fails succeed."""
    ends = {"onLateAction": [ref("Late"), ref("End")]}
    alarms = [
        {
            "id": object_id,
            "type": "SnsAlarm",
            "topicArn": topic,
            "subject": object_id.lower(),
            "message": SEPARATOR.join(FIELDS.values()),
        }
        for object_id in ("Late", "Failed", "Done")
    ]
    return {
        "objects": [
            {
                "id": "Default",
                "scheduleType": "timeseries",
                "schedule": ref("Once"),
                "workerGroup": "w",
                "maximumRetries": "1",
                "retryDelay": "1 minute",
                "failureAndRerunMode": "none",
                "lateAfterTimeout": "3 minutes",
                "onLateAction": ref("Late"),
                "onFail": ref("Failed"),
                "onSuccess": ref("Done"),
                "pipelineLogUri": "s3://logs/here/",
                "role": "r",
            },
            {
                "id": "Once",
                "type": "Schedule",
                "startDateTime": start.strftime("%Y-%m-%dT%H:%M:%S"),
                "period": "15 minutes",
                "occurrences": "1",
            },
            shell("Quick", command="true"),
            shell("Slow", command="sleep 200"),
            shell("Doomed", command="sleep 3600", **ends),
            shell("Behind", dependsOn=ref("Doomed"), lateAfterTimeout="1 hour"),
            shell("Waiting", dependsOn=ref("Slow"), **ends),
            shell("Bad", command=f"test -e {file}", maximumRetries="0"),
            shell("Stuck", dependsOn=ref("Bad")),
            shell("Cascaded", dependsOn=ref("Bad"), failureAndRerunMode="cascade"),
            {"id": "End", "type": "Terminate"},
            *alarms,
        ]
    }


@dataclass(frozen=True)
class Alarmed:
    """The pipeline after its one run.

    :param start: when its interval starts
    :param told: what was published: the subject and the message's fields
    """

    live: Live
    start: datetime
    run_id: str
    told: list[tuple[str, dict[str, str]]]
    file: Path

    @property
    def due(self) -> datetime:
        """When the run was due."""
        return self.start + PERIOD

    def of(self, subject: str, name: str) -> dict[str, str]:
        """Return the one message with a subject about an object."""
        (found,) = [fields for told, fields in self.told if (told, fields["name"]) == (subject, name)]
        return found


@pytest.fixture(scope="module")
def alarmed(live: Live, aws_emulator: Aws, tmp_path_factory: pytest.TempPathFactory) -> Alarmed:
    folder = tmp_path_factory.mktemp("alarmed")
    inbox = aws_emulator.topic_with_inbox("alarmed")
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=25) - PERIOD
    (folder / f"{NAME}.json").write_text(json.dumps(definition(start, inbox.topic_arn, folder / "there")))
    convert_file(folder / f"{NAME}.json", folder, "--backfill")
    shutil.copy(folder / f"{NAME}.py", live.airflow.dags)
    wait_until(lambda: live.airflow.has_dag(NAME), 90, f"Airflow has read {NAME}", poll=0.5)
    live.airflow.unpause(NAME)

    def is_over() -> bool:
        return [run["state"] for run in live.airflow.runs(NAME)] == ["failed"]

    told: list[tuple[str, dict[str, str]]] = []

    def all_is_told() -> bool:
        told.extend((got["Subject"], fields(got["Message"])) for got in inbox.take())
        return len(told) >= sum(TOLD.values())

    wait_until(is_over, RUN_SECONDS, "the run has failed", poll=1)
    with suppress(TimeoutError):
        wait_until(all_is_told, 30, "all alarms have come", poll=1)
    time.sleep(5)  # for one too many
    all_is_told()
    (run,) = live.airflow.runs(NAME)
    return Alarmed(live, start, run["dag_run_id"], told, folder / "there")


def fields(message: str) -> dict[str, str]:
    return dict(zip(FIELDS, message.split(SEPARATOR), strict=True))


def test_each_is_told_of_once(alarmed: Alarmed) -> None:
    assert Counter((subject, said["name"], said["status"]) for subject, said in alarmed.told) == TOLD


def test_what_waits_for_what_has_failed(alarmed: Alarmed) -> None:
    assert alarmed.live.airflow.task_states(NAME, alarmed.run_id) == STATES


def test_what_every_alarm_says(alarmed: Alarmed) -> None:
    same = {
        "start": f"{alarmed.start:%Y-%m-%dT%H:%M:%S}",
        "end": f"{alarmed.due:%Y-%m-%dT%H:%M:%S}",
        "pipeline": NAME,
        "sphere": "INSTANCE",
        "logs": "s3://logs/here/",
        "latest": f"{alarmed.start:%Y-%m-%dT%H:%M:%S}",
        "day": f"{alarmed.start:%Y-%m-%d}",
    }
    for _, said in alarmed.told:
        assert {key: said[key] for key in same} == same


def test_an_alarm_of_success(alarmed: Alarmed) -> None:
    said = alarmed.of("done", "Slow")
    took = datetime.fromisoformat(said["ended"]) - datetime.fromisoformat(said["began"])
    assert timedelta(seconds=199) < took < timedelta(seconds=300)
    assert said["host"]
    assert said["completed"] == said["start"]
    assert {said[key] for key in ("error", "message", "trace", "reason")} == {""}


def test_an_alarm_of_failure(alarmed: Alarmed) -> None:
    said = alarmed.of("failed", "Bad")
    assert said["error"] == said["message"]
    assert said["error"].startswith("Bad: the command ended with exit code 1")
    assert said["trace"].startswith("Traceback (most recent call last):")
    assert said["trace"].endswith(said["error"])
    assert (said["reason"], said["completed"]) == ("", "")
    assert said["host"]
    assert said["began"] <= said["ended"]


def test_an_alarm_of_lateness(alarmed: Alarmed) -> None:
    running, waiting = alarmed.of("late", "Slow"), alarmed.of("late", "Waiting")
    began = datetime.fromisoformat(running["began"]).replace(tzinfo=UTC)
    assert alarmed.due <= began < alarmed.due + LATE
    assert running["host"] == alarmed.of("done", "Slow")["host"]
    assert (waiting["began"], waiting["host"]) == ("", "")  # it has not started
    for said in (running, waiting):
        empty = {said[key] for key in ("ended", "error", "message", "trace", "reason", "completed")}
        assert empty == {""}


def test_what_is_late_is_ended_and_not_tried_again(alarmed: Alarmed) -> None:
    path = f"/dags/{NAME}/dagRuns/{alarmed.run_id}/taskInstances"
    for name, started in (("Doomed", True), ("Waiting", False)):
        task = alarmed.live.airflow.api("GET", f"{path}/{name}")
        assert (task["try_number"], task["max_tries"]) == (1, 1)
        said = alarmed.of("failed", name)
        assert said["reason"].startswith(f"{name} is late and ends here: its run was due at {said['end']}")
        if started:
            ended = datetime.fromisoformat(task["end_date"])
            assert alarmed.due + LATE <= ended < alarmed.due + LATE + timedelta(seconds=20)


def test_a_rerun_takes_what_failed_with_it_and_nothing_else(alarmed: Alarmed) -> None:
    airflow = alarmed.live.airflow
    before = {task["task_id"]: task for task in tasks(alarmed)}
    alarmed.file.touch()
    cleared = {
        "dry_run": False,
        "dag_run_id": alarmed.run_id,
        "task_ids": ["Bad"],
        "include_downstream": True,
    }
    airflow.api("POST", f"/dags/{NAME}/clearTaskInstances", {**cleared, "reset_dag_runs": True})
    again = {"Bad", "Stuck", "Cascaded"}
    expected = STATES | dict.fromkeys(again, "success")

    def is_over() -> bool:
        return airflow.task_states(NAME, alarmed.run_id) == expected

    wait_until(is_over, 90, "what was cleared has succeeded", poll=1)
    after = {task["task_id"]: task for task in tasks(alarmed)}
    assert {name for name in after if after[name]["end_date"] != before[name]["end_date"]} == again


def tasks(alarmed: Alarmed) -> list[dict[str, Any]]:
    path = f"/dags/{NAME}/dagRuns/{alarmed.run_id}/taskInstances"
    found: list[dict[str, Any]] = alarmed.live.airflow.api("GET", path)["task_instances"]
    return found
