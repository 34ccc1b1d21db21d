"""What is watched, what is ended and what is told, in DAGs that run here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest
from airflow.sdk import DAG
from datapipeline_provider._compat import TaskDeferred
from datapipeline_provider.lateness import when_late
from datapipeline_provider.lateness.attempts import RECORD, Attempts, TaskIsLate
from datapipeline_provider.lateness.deadline import RunIsDue, tell_if_late
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.triggers.s3_presence import S3PresenceTrigger

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.moto import Aws

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)


def alarm(message: str = "m", topic: str = "arn:aws:sns:us-east-1:123456789012:t") -> SnsAlarmNotifier:
    return SnsAlarmNotifier(topic_arn=topic, subject="s", message=message)


def test_a_deadline_is_added_for_each() -> None:
    with DAG("d", schedule=None, params={"p": "v", "n": None}) as dag:
        one, two, three = (ShellCommandActivityOperator(task_id=name, command="true") for name in "abc")
        two.retries = 4
        when_late(one, HOUR, tell=[alarm("x")])
        when_late([two, three], 2 * HOUR, tell=[alarm("y"), alarm("z")], fails_with_upstream=True)
        when_late(three, 3 * HOUR, terminate=True)  # nobody is told: the task itself sees to it
    found = [(each.interval, each.callback.kwargs) for each in dag.deadline]
    assert [(after, facts["tasks"], facts["fails_with_upstream"]) for after, facts in found] == [
        (HOUR, {"a": 0}, False),
        (2 * HOUR, {"b": 4, "c": 0}, True),
    ]
    assert [[each["message"] for each in facts["alarms"]] for _, facts in found] == [["x"], ["y", "z"]]
    assert found[0][1]["params"] == {"p": "v", "n": None}
    assert all(isinstance(each.reference, RunIsDue) for each in dag.deadline)
    assert all(each.callback.path == f"{tell_if_late.__module__}.tell_if_late" for each in dag.deadline)


@pytest.mark.long
def test_a_deadline_counts_from_when_the_run_is_due(airflow_db: Path) -> None:
    from airflow.utils.session import create_session

    run = run_dag(
        airflow_db,
        """
        from datapipeline_provider.timetables.anchored import AnchoredTimetable

        timetable = AnchoredTimetable("2026-03-01", "1 day", run_at="end")
        with DAG("DAG_ID", schedule=timetable, start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
            pass
        """,
    )
    with create_session() as session:
        due = RunIsDue()._evaluate_with(session=session, dag_id=run.dag_id, run_id=run.run_id)
    assert due == run.run_after
    assert due != run.logical_date


class Task(SimpleNamespace):
    """As much of a task as its `pre_execute` needs."""

    def defer(self, **given: Any) -> None:
        raise TaskDeferred(**given)

    def on_kill(self) -> None:
        """Do nothing."""


def context(due: datetime, *, limit: timedelta | None = None, retries: int = 2, tries: int = 2) -> Any:
    pushed: dict[str, Any] = {}
    instance = SimpleNamespace(
        max_tries=tries,
        start_date=NOW,
        hostname="worker",
        try_number=1,
        log_url="http://log",
        xcom_push=lambda key, value: pushed.update({key: value}),
        pushed=pushed,
    )
    task = Task(task_id="T", retries=retries, execution_timeout=limit)
    return {"ti": instance, "task": task, "dag_run": SimpleNamespace(run_after=due)}


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


@pytest.mark.parametrize(
    ("ends_after", "own", "allowed"),
    [
        (None, None, None),
        (None, 60, 60),
        (300, None, 300),
        (300, 60, 60),
        (300, 600, 300),
    ],
)
def test_how_long_an_execution_may_last(ends_after: int | None, own: int | None, allowed: int | None) -> None:
    given = context(NOW, limit=None if own is None else timedelta(seconds=own))
    after = None if ends_after is None else timedelta(seconds=ends_after) + (datetime.now(UTC) - NOW)
    Attempts(after, recorded=False)(given)
    assert seconds(given["task"].execution_timeout) == allowed


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(None, None), (60, 60), (timedelta(seconds=60), 60), (3600, 301)],
)
def test_how_long_it_may_wait_in_the_triggerer(timeout: Any, expected: int | None) -> None:
    given = context(datetime.now(UTC))
    Attempts(timedelta(seconds=300), recorded=False)(given)
    with pytest.raises(TaskDeferred) as deferred:
        given["task"].defer(
            trigger=S3PresenceTrigger("b", "k", True, 1, None), method_name="m", timeout=timeout
        )
    assert seconds(deferred.value.timeout) == expected


def test_it_is_too_late_to_start() -> None:
    given = context(datetime(2026, 3, 1, 2, 30, tzinfo=UTC))
    with pytest.raises(TaskIsLate, match=r"T is late .* due at 2026-03-01T02:30:00.*within 1:00:00"):
        Attempts(HOUR, recorded=True)(given)
    assert given["ti"].pushed[RECORD]["ended_late"] is True


def test_what_comes_back_too_late_ends_what_it_has_waited_for_and_is_not_tried_again() -> None:
    given = context(NOW - 2 * HOUR)
    server = SimpleNamespace(next_method="execute_complete", should_retry=True)
    given["ti"]._ti_context_from_server = server
    Attempts(HOUR, recorded=True)(given)
    assert server.should_retry is False
    assert given["task"].execution_timeout == timedelta(minutes=5)
    assert given["ti"].pushed[RECORD]["ended_late"] is True


def test_who_clears_a_task_wants_it_to_run() -> None:
    given = context(NOW - 2 * HOUR, retries=2, tries=3)
    Attempts(HOUR, recorded=True)(given)
    assert given["task"].execution_timeout is None
    assert given["ti"].pushed[RECORD] == {
        "start_date": NOW.isoformat(),
        "hostname": "worker",
        "try_number": 1,
        "max_tries": 3,
        "log_url": "http://log",
        "ended_late": False,
    }


def test_what_was_to_be_done_before_is_done() -> None:
    called = []
    with DAG("d", schedule=None):
        task = ShellCommandActivityOperator(task_id="a", command="true", pre_execute=called.append)
    when_late(task, HOUR, tell=[alarm()])
    when_late(task, 2 * HOUR, terminate=True)
    given = context(NOW)
    task._pre_execute_hook(given)  # type: ignore[misc]
    assert called == [given]
    assert RECORD in given["ti"].pushed
    assert given["task"].execution_timeout > HOUR


@pytest.mark.long
def test_what_is_late_is_ended(airflow_db: Path, tmp_path: Path) -> None:
    run = run_dag(
        airflow_db,
        f"""
        from datapipeline_provider.lateness import when_late
        from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

        late, soon = timedelta(0), timedelta(seconds=15)
        again = dict(retries=1, retry_delay=timedelta(seconds=0))
        with DAG("DAG_ID", schedule=None) as dag:
            NotStarted = ShellCommandActivityOperator(
                task_id="NotStarted", command="touch {tmp_path}/started", **again
            )
            InTime = ShellCommandActivityOperator(task_id="InTime", command="true", **again)
            Ended = ShellCommandActivityOperator(
                task_id="Ended", command="echo $$ > {tmp_path}/process; sleep 99", **again
            )
            Behind = ShellCommandActivityOperator(task_id="Behind", command="true")
            when_late(NotStarted, late, terminate=True)
            when_late(InTime, timedelta(minutes=10), terminate=True)
            when_late(Ended, soon, terminate=True)
            Ended >> Behind
        """,
    )
    expected = {"NotStarted": "failed", "InTime": "success", "Ended": "failed", "Behind": "upstream_failed"}
    assert states(run) == expected
    assert {task.task_id: task.try_number for task in run.get_task_instances()}["Ended"] == 1
    assert not (tmp_path / "started").exists()
    for process in tmp_path.iterdir():
        assert not psutil.pid_exists(int(process.read_text()))


@pytest.fixture
def aws(sns: Aws, airflow_connection: SetConnection) -> Aws:
    extra = {"endpoint_url": sns.endpoint_url, "region_name": "us-east-1"}
    airflow_connection("aws_default", conn_type="aws", login="any", password="any", extra=extra)
    return sns


MESSAGE = " ".join(
    (
        "{{ ti.task_id }} {{ macros.datapipeline.status(ti.state) }} try {{ ti.try_number }}",
        "{{ data_interval_start.strftime('%Y-%m-%d') }}..{{ data_interval_end.strftime('%Y-%m-%d') }}",
        "{{ dag.dag_id }} {{ dag_run.run_id }} {{ params.p }}",
        "<{{ macros.datapipeline.known(ti.start_date).strftime('%Y') }}>",
        "<{{ exception | default('', true) }}> {{ ti.hostname | default('', true) }}",
    )
)


def test_a_task_of_its_own_watches_before_airflow_3_2(aws: Aws, airflow_db: Path) -> None:
    """The task is put into a DAG of this Airflow, where the file would have a deadline alert instead."""
    inbox = aws.topic_with_inbox("watched")
    run = run_dag(
        airflow_db,
        f"""
        from datapipeline_provider.lateness.watch import WatchSensor
        from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
        from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

        alarm = SnsAlarmNotifier(topic_arn="{inbox.topic_arn}", subject="late", message='''{MESSAGE}''')
        with DAG("DAG_ID", schedule="@daily", params={{"p": "v"}},
                 start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
            Quick = ShellCommandActivityOperator(task_id="Quick", command="true")
            Bad = ShellCommandActivityOperator(task_id="Bad", command="exit 1")
            Stuck, Cascaded = (
                ShellCommandActivityOperator(task_id=name, command="true") for name in ("Stuck", "Cascaded")
            )
            Bad >> [Stuck, Cascaded]
            after = timedelta(seconds=12)
            for task in (Quick, Bad, Stuck):
                WatchSensor.of([task], after, [alarm], False)
            WatchSensor.of([Cascaded], after, [alarm], True)
            WatchSensor.of([Quick, Stuck], after, [alarm], False)
        """,
    )
    watching = ("Quick_watch", "Bad_watch", "Stuck_watch", "Cascaded_watch", "Quick_watch_2")
    expected = {
        "Quick": "success",
        "Bad": "failed",
        "Stuck": "upstream_failed",
        "Cascaded": "upstream_failed",
    }
    assert states(run) == expected | dict.fromkeys(watching, "success")
    told = [got["Message"] for got in inbox.take()]
    said = "WAITING_ON_DEPENDENCIES try 0 2026-03-02..2026-03-02"
    assert told == [f"Stuck {said} {run.dag_id} {run.run_id} v <> <> "] * 2


RECORDED = {
    "start_date": "2026-03-02T01:00:00+00:00",
    "hostname": "worker",
    "try_number": 2,
    "max_tries": 3,
    "log_url": "http://log",
    "ended_late": False,
}
ENDED = RECORDED | {"ended_late": True}
# The states of two tasks that are late together, the word they have left, whether upstream_failed is over; what is told.
LATE: dict[str, tuple[dict[str, str | None], dict[str, dict[str, Any]], bool, str]] = {
    "not started": ({"a": None}, {}, False, "a WAITING_ON_DEPENDENCIES try 0 <>"),
    "due": ({"a": "queued"}, {}, False, "a WAITING_FOR_RUNNER try 0 <>"),
    "running": ({"a": "running"}, {"a": RECORDED}, False, "a RUNNING try 2 <2026>"),
    "waiting in the triggerer": ({"a": "deferred"}, {"a": RECORDED}, False, "a RUNNING try 2 <2026>"),
    "between tries": ({"a": "up_for_retry"}, {"a": RECORDED}, False, "a WAITING_FOR_RUNNER try 2 <2026>"),
    "succeeded": ({"a": "success"}, {"a": RECORDED}, False, ""),
    "skipped": ({"a": "skipped"}, {}, False, ""),
    "failed": ({"a": "failed"}, {"a": RECORDED}, False, ""),
    "ended for being late": ({"a": "failed"}, {"a": ENDED}, True, "a CANCELED try 2 <2026>"),
    "stuck": ({"a": "upstream_failed"}, {}, False, "a WAITING_ON_DEPENDENCIES try 0 <>"),
    "failed with another": ({"a": "upstream_failed"}, {}, True, ""),
    "one of two": ({"a": "success", "b": None}, {}, False, "b WAITING_ON_DEPENDENCIES try 0 <>"),
    "both": ({"a": "success", "b": "success"}, {}, False, ""),
    "not there": ({}, {}, False, "a WAITING_ON_DEPENDENCIES try 0 <>"),
}


@pytest.mark.parametrize("name", LATE)
def test_who_is_late(name: str, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    from asgiref.sync import async_to_sync

    found, words, fails_with_upstream, expected = LATE[name]
    run_id = "scheduled__1"
    monkeypatch.setattr(
        "airflow.sdk.execution_time.task_runner.RuntimeTaskInstance.get_task_states",
        lambda **asked: {run_id: found},
    )
    monkeypatch.setattr(
        "airflow.sdk.execution_time.xcom.XCom.get_one", lambda **asked: words.get(asked["task_id"])
    )
    inbox = aws.topic_with_inbox("late")
    run = {
        "dag_id": "d",
        "dag_run_id": run_id,
        "data_interval_start": "2026-03-01T00:00:00Z",
        "data_interval_end": "2026-03-02T00:00:00Z",
        "run_after": "2026-03-02T00:00:00Z",
        "conf": {"p": "given", "other": "x"},
    }
    answer = async_to_sync(tell_if_late)(
        tasks=dict.fromkeys(found or ["a"], 1),
        alarms=[alarm(MESSAGE, inbox.topic_arn).arguments()],
        params={"p": "v"},
        fails_with_upstream=fails_with_upstream,
        context={"dag_run": run, "deadline": {}},
    )
    told = [got["Message"] for got in inbox.take()]
    if not expected:
        assert (told, answer) == ([], "finished in time")
        return
    assert answer == f"{expected[0]} is late"
    state, _, began = expected.rpartition(" ")
    host = "worker" if words else ""
    assert told == [f"{state} 2026-03-01..2026-03-02 d {run_id} given {began} <> {host}"]


def test_what_cannot_be_sent_is_raised_when_all_others_are_sent(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datapipeline_provider.lateness.telling import Instance, send

    inbox = aws.topic_with_inbox("others")
    alarms = [alarm("one", "no topic"), alarm("two", inbox.topic_arn)]
    with pytest.raises(Exception, match="'no topic' is not a topic's ARN"):
        send(alarms, {"dag": None}, Instance("d", "r", "t", None))
    assert [got["Message"] for got in inbox.take()] == ["two"]


def test_sensors_are_ended_too() -> None:
    with DAG("d", schedule=None):
        sensor = S3KeyExistsSensor(task_id="a", s3_key="s3://b/k")
    when_late(sensor, HOUR, terminate=True)
    given = context(NOW - 2 * HOUR)
    with pytest.raises(TaskIsLate):
        sensor._pre_execute_hook(given)  # type: ignore[misc]
