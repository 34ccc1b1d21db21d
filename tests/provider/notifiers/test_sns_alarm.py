from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier, TopicArnError

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.moto import Aws

ARN = "arn:aws:sns:us-east-1:123456789012:alarms"


@pytest.fixture
def aws(sns: Aws, airflow_connection: SetConnection) -> Aws:
    """The emulator, and a connection to it that names another region than the topic's."""
    extra = {"endpoint_url": sns.endpoint_url, "region_name": "eu-central-1"}
    airflow_connection("aws_default", conn_type="aws", login="any", password="any", extra=extra)
    return sns


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be sent, for cases that the emulator does not take."""
    taken: list[dict[str, Any]] = []

    class Client:
        def publish(self, **arguments: Any) -> None:
            taken.append(arguments)

    path = "airflow.providers.amazon.aws.hooks.base_aws.AwsGenericHook.get_conn"
    monkeypatch.setattr(path, lambda hook: Client())
    return taken


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("Plain", "Plain"),
        ("Task {{ task_name }} failed", "Task Load failed"),
        ("two\nlines\tand\x07bell", "two lines and bell"),
        (" blanks around \r\n", "blanks around"),
        ("x" * 101, "x" * 100),
        ("x" * 100, "x" * 100),
        ("größer", "größer"),
        ("\n", None),
        ("", None),
    ],
)
def test_subject(subject: str, sent: str | None, aws: Aws) -> None:
    inbox = aws.topic_with_inbox("alarms")
    SnsAlarmNotifier(topic_arn=inbox.topic_arn, subject=subject, message="m")(context(task_name="Load"))
    (got,) = inbox.take()
    assert (got.get("Subject"), got["Message"]) == (sent, "m")


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("two\nlines", "two\nlines"),
        ("{{ task_name }}: {{ 1 + 1 }}", "Load: 2"),
        ("", "s"),  # an alarm without text is an alarm still, and SNS takes no empty message
    ],
)
def test_message(message: str, sent: str, aws: Aws) -> None:
    inbox = aws.topic_with_inbox("alarms")
    SnsAlarmNotifier(topic_arn=inbox.topic_arn, subject="s", message=message)(context(task_name="Load"))
    assert [got["Message"] for got in inbox.take()] == [sent]


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("x" * 262_144, "x" * 262_144),
        ("x" * 262_145, "x" * 262_144),
        ("ä" * 150_000, "ä" * 131_072),
        ("x" + "ä" * 150_000, "x" + "ä" * 131_071),
    ],
)
def test_a_long_message_is_cut(message: str, sent: str, published: list[dict[str, Any]]) -> None:
    SnsAlarmNotifier(topic_arn=ARN, subject="s", message=message, aws_conn_id=None).notify({})
    assert [each["Message"] for each in published] == [sent]


def test_one_notifier_for_several_tasks(aws: Aws) -> None:
    inbox = aws.topic_with_inbox("alarms")
    notifier = SnsAlarmNotifier(topic_arn=inbox.topic_arn, subject="{{ x }}", message="{{ x }}")
    for value in ("one", "{{ 6 * 7 }}", "three"):
        notifier(context(x=value))
    assert [got["Message"] for got in inbox.take()] == ["one", "{{ 6 * 7 }}", "three"]


@pytest.mark.parametrize(
    "arn", ["", "alarms", "arn:aws:s3:::b", "arn:aws:sns:us-east-1:123:", "arn:aws:sns::1:t", "{{ none }}"]
)
def test_not_a_topic(arn: str) -> None:
    with pytest.raises(TopicArnError, match="is not a topic's ARN"):
        SnsAlarmNotifier(topic_arn=arn, subject="s", message="m").notify({})


@pytest.mark.parametrize(
    "arn", [ARN, ARN.replace("aws", "aws-us-gov"), ARN.replace("aws", "aws-cn") + ".fifo"]
)
def test_topics(arn: str, published: list[dict[str, Any]]) -> None:
    SnsAlarmNotifier(topic_arn=arn, subject="s", message="m", aws_conn_id=None).notify({})
    assert published == [{"TopicArn": arn, "Subject": "s", "Message": "m"}]


@pytest.mark.parametrize(
    "arguments",
    [
        {"topic_arn": "none"},
        {"topic_arn": ARN.replace("alarms", "no-such-topic")},
        {"message": "{{ undefined.attribute }}"},
        {"message": "{% broken"},
    ],
)
def test_a_failing_alarm_is_logged_and_raises_nothing(
    arguments: dict[str, str], aws: Aws, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = aws.topic_with_inbox("alarms")
    SnsAlarmNotifier(**{"topic_arn": inbox.topic_arn, "subject": "s", "message": "m", **arguments})(context())
    logged = caplog.text + capsys.readouterr().out
    assert "was not sent" in logged or "Failed to send notification" in logged  # Airflow 3.0's own words
    assert inbox.take() == []


def test_in_a_dag(aws: Aws, airflow_db: Path) -> None:
    inbox = aws.topic_with_inbox("alarms")
    run = run_dag(
        airflow_db,
        f"""
        from datapipeline_provider.notifiers.sns_alarm import SnsAlarmNotifier
        from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator

        def alarm(arn, what):
            return [SnsAlarmNotifier(topic_arn=arn, subject=what, message="{{{{ ti.task_id }}}} {{{{ ds }}}}")]

        arn, no_topic = "{inbox.topic_arn}", "{ARN}-none"
        with DAG("DAG_ID", schedule="@daily", start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
            for task_id, code, topic in (("Good", 0, arn), ("Bad", 1, arn), ("Silent", 1, no_topic)):
                ShellCommandActivityOperator(
                    task_id=task_id, command=f"exit {{code}}", aws_conn_id=None,
                    on_failure_callback=alarm(topic, "failed"), on_success_callback=alarm(topic, "done"),
                )
        """,
    )
    assert states(run) == {"Good": "success", "Bad": "failed", "Silent": "failed"}
    told = sorted((got["Subject"], got["Message"]) for got in inbox.take())
    assert told == [("done", "Good 2026-03-02"), ("failed", "Bad 2026-03-02")]


def context(**values: str) -> Any:
    return {"dag": None, **values}
