"""SnsAlarm: publishes a message about the object that refers to it."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import approximated, exact, not_needed
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.surroundings import ROLE
from datapipeline_converters.plan import Call, FieldText


@dataclass(frozen=True, kw_only=True)
class SnsAlarm(Component):
    """A subject and a message for an SNS topic; `node` in them is the object that refers to the alarm."""

    topic_arn: FieldText
    subject: FieldText
    message: FieldText

    page = "dp-object-snsalarm"
    surroundings = ROLE
    idle = not_needed("no task has this alarm: what it told of does not happen in Airflow")
    verdicts = {
        "message": exact("the notifier's `message`"),
        "parent": exact("the parent's fields are applied"),
        "role": approximated(
            "published as the AWS connection `aws_default`", "Let the connection do what this role could do."
        ),
        "subject": exact("the notifier's `subject`"),
        "topicArn": exact("the notifier's `topic_arn`"),
    }

    def as_alarm(self, context: Context) -> Call:
        """Return the notifier."""
        context.realise(self)
        return Call(
            "datapipeline_provider.notifiers.sns_alarm.SnsAlarmNotifier",
            {
                "topic_arn": self.topic_arn,
                "subject": self.subject,
                "message": self.message,
                **context.identity(self, "role"),
            },
            name=self.id,
        )
