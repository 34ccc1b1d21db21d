"""The action SnsAlarm."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any

from datapipeline_provider._compat import BaseNotifier
from datapipeline_provider.exceptions import DatapipelineError

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context

_TOPIC = re.compile(r"arn:[\w-]+:sns:(?P<region>[\w-]+):\d+:[\w.-]+")
_SUBJECT_CHARACTERS = 100  # what SNS takes
_MESSAGE_BYTES = 256 * 1024  # likewise


class TopicArnError(DatapipelineError):
    """A text is not the ARN of an SNS topic."""

    def __init__(self, topic_arn: str) -> None:
        super().__init__(
            f"{topic_arn!r} is not a topic's ARN, such as arn:aws:sns:us-east-1:123456789012:alarms."
        )


class SnsAlarmNotifier(BaseNotifier):
    """Publishes a message to an SNS topic (dp-object-snsalarm); for `on_failure_callback` and its like.

    An alarm that cannot be sent is an error in the task's log, and changes nothing about the task.

    :param topic_arn: the topic; it also names the region. Templated.
    :param subject: templated; line breaks become blanks, and what is over 100 characters is cut off.
    :param message: templated; what is over 256 KiB is cut off. The subject is sent if it is empty.
    :param aws_conn_id: the connection to AWS.
    """

    template_fields = ("topic_arn", "subject", "message")

    def __init__(
        self, *, topic_arn: str, subject: str, message: str, aws_conn_id: str | None = "aws_default"
    ) -> None:
        super().__init__()
        self.topic_arn = topic_arn
        self.subject = subject
        self.message = message
        self.aws_conn_id = aws_conn_id

    def __call__(self, *args: Any) -> None:
        """Render and send; never raises."""
        try:
            self.send(*args)
        except Exception:
            self.log.exception("The alarm to %s was not sent", self.topic_arn)

    def send(self, *args: Any) -> None:
        """Render and send, and raise what keeps it from being sent (Airflow 3.0 logs it instead)."""
        # Rendering changes the notifier in place, and several tasks and runs may share this one.
        BaseNotifier.__call__(copy(self), *args)

    def arguments(self) -> dict[str, str | None]:
        """Return the arguments that make the same notifier in another process."""
        return {
            "topic_arn": self.topic_arn,
            "subject": self.subject,
            "message": self.message,
            "aws_conn_id": self.aws_conn_id,
        }

    def notify(self, context: Context) -> None:
        """Publish the rendered message.

        :raises TopicArnError: if the topic is not an ARN.
        """
        from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

        topic = _TOPIC.fullmatch(self.topic_arn)
        if topic is None:
            raise TopicArnError(self.topic_arn)
        client: Any = AwsGenericHook(
            aws_conn_id=self.aws_conn_id, client_type="sns", region_name=topic["region"]
        ).get_conn()
        subject = _one_line(self.subject)
        named = {"Subject": subject} if subject else {}  # SNS refuses empty texts
        client.publish(TopicArn=self.topic_arn, Message=_cut(self.message) or subject, **named)


def _one_line(subject: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in subject)
    return printable.strip()[:_SUBJECT_CHARACTERS]


def _cut(message: str) -> str:
    return message.encode()[:_MESSAGE_BYTES].decode(errors="ignore")
