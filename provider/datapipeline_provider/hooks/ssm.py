"""The client of Systems Manager: runs commands on instances of EC2, and knows what they printed and how they ended."""

from __future__ import annotations

import base64
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.hooks import aws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What Systems Manager lets a command take, in seconds, and how long it may take until an instance takes it.
LONGEST_SECONDS = 172_800
_DELIVERY_SECONDS = 600
# It hands out no more of what a command printed, in characters; the rest is cut off.
STDOUT_LIMIT = 24_000
STDERR_LIMIT = 8_000
UNFINISHED = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
_IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}"
_LOOKS = 3  # whether a command was sent all the same
_PAUSE_SECONDS = 3.0


class Outcome(NamedTuple):
    """How a command ended.

    :param status: `Success`, `Failed`, `Cancelled`, `TimedOut`, or what it is while it has not
    :param code: the exit code, -1 if there is none
    """

    status: str
    details: str
    code: int
    stdout: str
    stderr: str

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status not in UNFINISHED


def outcome_of(said: Mapping[str, Any]) -> Outcome:
    """Return the outcome that an answer of GetCommandInvocation tells."""
    return Outcome(
        said["Status"],
        said.get("StatusDetails") or said["Status"],
        int(said.get("ResponseCode", -1)),
        said.get("StandardOutputContent") or "",
        said.get("StandardErrorContent") or "",
    )


class SsmHook(aws.AwsHook):
    """Systems Manager, as one connection reaches it.

    :param aws_conn_id: the connection to AWS.
    :param region_name: the region of the instances; the connection's own if not given.
    :param pause: waits some seconds.
    """

    service = "ssm"

    def __init__(
        self,
        aws_conn_id: str | None,
        region_name: str | None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(aws_conn_id, region_name)
        self._pause = pause

    @cached_property
    def _sender(self) -> Any:
        """A client that never repeats a call: a command that is sent twice runs twice."""
        return aws.client(self.service, self.aws_conn_id, self.region_name, once=True)

    def newest_image(self, architecture: str) -> str:
        """Return the region's newest image of Amazon Linux 2023.

        :param architecture: `x86_64` or `arm64`
        """
        answer = self.client.get_parameter(Name=_IMAGES.format(architecture))
        return str(answer["Parameter"]["Value"])

    def is_online(self, instance_id: str) -> bool:
        """Say whether an instance takes commands."""
        wanted = [{"Key": "InstanceIds", "Values": [instance_id]}]
        found = self.client.describe_instance_information(Filters=wanted)["InstanceInformationList"]
        return any(each.get("PingStatus") == "Online" for each in found)

    def send(self, instance_id: str, script: str, comment: str, seconds: int) -> str:
        """Have a script run by `sh`, as root, and return the command's id.

        :param comment: up to 100 characters that no other command of the instance has
        :param seconds: after which Systems Manager ends it
        """
        from botocore.exceptions import BotoCoreError, ClientError

        for look in range(_LOOKS):
            try:
                return self._send(instance_id, script, comment, seconds)
            except (BotoCoreError, ClientError) as error:
                if not aws.is_passing(error):
                    raise
            self._pause(_PAUSE_SECONDS * 2**look)
            if done := self.unfinished(instance_id, comment, ended=True):
                return done[0]
        return self._send(instance_id, script, comment, seconds)

    def _send(self, instance_id: str, script: str, comment: str, seconds: int) -> str:
        answer = self._sender.send_command(
            InstanceIds=[instance_id],
            DocumentName="AWS-RunShellScript",
            Comment=comment,
            TimeoutSeconds=_DELIVERY_SECONDS,
            Parameters={"commands": [script], "executionTimeout": [str(seconds)]},
        )
        return str(answer["Command"]["CommandId"])

    def unfinished(self, instance_id: str, comment: str, *, ended: bool = False) -> list[str]:
        """Return the ids of an instance's commands of a comment that have not ended.

        :param comment: the whole, or its beginning
        :param ended: those that have, too
        """
        pages = self.client.get_paginator("list_commands").paginate(InstanceId=instance_id)
        return [
            command["CommandId"]
            for page in pages
            for command in page["Commands"]
            if command.get("Comment", "").startswith(comment) and (ended or command["Status"] in UNFINISHED)
        ]

    def outcome(self, command_id: str, instance_id: str) -> Outcome | None:
        """Return how a command goes; None while Systems Manager does not know it yet."""
        try:
            return outcome_of(
                self.client.get_command_invocation(CommandId=command_id, InstanceId=instance_id)
            )
        except self.client.exceptions.InvocationDoesNotExist:
            return None

    def cancel(self, command_id: str) -> None:
        """Have a command ended with all that it has started; one that has ended stays as it is."""
        self.client.cancel_command(CommandId=command_id)


def packed(script: str) -> str:
    """Return a script for `sh` that does what one for bash does.

    Systems Manager reads double braces as its own; so packed, none is in it.
    """
    text = base64.b64encode(script.encode()).decode()
    return f'exec bash -c "$(printf %s {text} | base64 -d)"'
