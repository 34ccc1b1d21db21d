"""Systems Manager's Run Command over moto's server: AWS-RunShellScript really runs its commands, as the agent does."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random
from moto.ssm.responses import SimpleSystemManagerResponse

from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers.ec2 import Ec2
    from tests.servers.machine import Running

DOCUMENT = "AWS-RunShellScript"
STOPPED = 137
"""The exit code of commands that the agent has killed."""
KEPT = {"stdout": 24_000, "stderr": 8_000}
"""How many characters of the output an answer has, as the API reference says."""
TIMED_OUT = ("TimedOut", "ExecutionTimedOut")
POLL_SECONDS = 0.05
ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


class RefusedError(JsonRESTError):
    """An answer that is an error of the service."""

    code = 400


@dataclass
class Invocation:
    """A command on one instance.

    :param request: SendCommand's parameters, in the API's words
    :param status: as the API has it; `details` likewise
    :param code: the exit code, -1 as long as there is none
    """

    ec2: Ec2
    command_id: str
    instance_id: str
    request: Mapping[str, Any]
    status: str = "Pending"
    details: str = "Pending"
    code: int = -1
    cancelled: bool = False
    given_up: threading.Event = field(default_factory=threading.Event)
    sent: float = field(default_factory=time.monotonic)
    running: Running | None = None
    thread: threading.Thread | None = None

    def begin(self) -> None:
        """Run it, in a thread."""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def give_up(self) -> None:
        """Let nothing of it go on."""
        self.given_up.set()
        if self.thread is not None:
            self.thread.join()

    def known(self) -> bool:
        """Say whether the service knows of it already, which it does only a little later."""
        return time.monotonic() - self.sent >= self.ec2.delivery_seconds

    def wait(self, seconds: float = 60) -> str:
        """Wait until it has ended, and give its status; TimeoutError."""
        wait_until(lambda: self.status in ENDED, seconds, self.command_id)
        return self.status

    def answer(self) -> dict[str, Any]:
        """Give what GetCommandInvocation says."""
        output = {name: self.running.output(name) if self.running else "" for name in KEPT}
        ended = self.status in ENDED
        return {
            "CommandId": self.command_id,
            "InstanceId": self.instance_id,
            "Comment": self.request.get("Comment", ""),
            "DocumentName": self.request["DocumentName"],
            "PluginName": "aws:runShellScript",
            "ResponseCode": self.code,
            "Status": self.status,
            "StatusDetails": self.details,
            "StandardOutputContent": output["stdout"][: KEPT["stdout"]] if ended else "",
            "StandardErrorContent": output["stderr"][: KEPT["stderr"]] if ended else "",
        }

    def _run(self) -> None:
        if self.given_up.wait(2 * self.ec2.delivery_seconds) or self.cancelled:
            self._end("Cancelled", "Cancelled", -1)
            return
        self.status, self.details = "InProgress", "InProgress"
        parameters = self.request["Parameters"]
        timeout = float(parameters.get("executionTimeout", ["3600"])[0])
        machine = self.ec2.machine(self.instance_id)
        folder = machine.folder / "commands" / self.command_id
        folder.mkdir(parents=True)
        script = folder / "_script.sh"
        script.write_text("\n".join(parameters["commands"]) + "\n")
        script.chmod(0o700)
        (directory,) = parameters.get("workingDirectory") or [""]
        # As the agent runs it: the first line says by what, or else it is a script of sh.
        try:
            where = machine.folder / directory if directory else folder
            self.running = machine.start(["sh", "-c", str(script)], folder, cwd=where)
        except OSError as error:
            (folder / "stderr").write_text(f"{error}\n")
            self._end("Failed", "Failed", 1)
            return
        self._wait(self.running, timeout)
        self._put_output()

    def _wait(self, running: Running, timeout: float) -> None:
        """Wait for the end of what runs, for its time to be over, or for a cancel."""
        deadline = time.monotonic() + timeout
        while not self.given_up.is_set():
            if self.cancelled or time.monotonic() > deadline:
                running.kill()
                running.wait()
                status, details = ("Cancelled", "Cancelled") if self.cancelled else TIMED_OUT
                self._end(status, details, STOPPED)
                return
            with suppress(subprocess.TimeoutExpired):
                code = running.wait(POLL_SECONDS)
                if self.ec2.runs(self.instance_id):
                    status = "Failed" if code else "Success"
                    self._end(status, status, code)
            if self.status in ENDED or not self.ec2.runs(self.instance_id):
                return  # without an instance nobody says how it ended: it stays as it was

    def _end(self, status: str, details: str, code: int) -> None:
        self.code, self.details, self.status = code, details, status

    def _put_output(self) -> None:
        """Write the whole output to S3, if the request says where."""
        bucket = self.request.get("OutputS3BucketName")
        if not bucket or self.running is None or self.status not in ENDED:
            return
        prefix = self.request.get("OutputS3KeyPrefix", "")
        start = f"{prefix}/" if prefix else ""
        place = f"{start}{self.command_id}/{self.instance_id}/awsrunShellScript/0.awsrunShellScript"
        for name in KEPT:
            if text := self.running.output(name):
                self.ec2.aws.client("s3").put_object(Bucket=bucket, Key=f"{place}/{name}", Body=text.encode())


class _Response(SimpleSystemManagerResponse):
    """What the emulator answers where moto's answer does not do."""

    ec2: Ec2

    def send_command(self) -> Any:
        """Begin to run commands on instances."""
        request = json.loads(self.body)
        ids = request.get("InstanceIds", [])
        managed = self.ec2.managed()
        if not ids or not set(ids) <= set(managed):
            raise RefusedError("InvalidInstanceId", f"Instances {ids} not in a valid state for account")
        if request.get("DocumentName") != DOCUMENT:
            raise RefusedError("InvalidDocument", f"only {DOCUMENT} is to be had here")
        if not request.get("Parameters", {}).get("commands"):
            raise RefusedError("InvalidParameters", "commands is missing")
        command_id = str(mock_random.uuid4())
        for instance_id in ids:
            invocation = Invocation(self.ec2, command_id, instance_id, request)
            self.ec2.commands.append(invocation)
            invocation.begin()
        return json.dumps({"Command": self._command(command_id)})

    def get_command_invocation(self) -> Any:
        """Say how a command goes on an instance."""
        wanted = (self._get_param("CommandId"), self._get_param("InstanceId"))
        for each in self.ec2.commands:
            if (each.command_id, each.instance_id) == wanted and each.known():
                return json.dumps(each.answer())
        raise RefusedError("InvocationDoesNotExist", "")

    def list_commands(self) -> Any:
        """List commands: all, one, or those of an instance."""
        command_id, instance_id = self._get_param("CommandId"), self._get_param("InstanceId")
        ids = dict.fromkeys(
            each.command_id
            for each in self.ec2.commands
            if command_id in (None, each.command_id) and instance_id in (None, each.instance_id)
        )
        return json.dumps({"Commands": [self._command(each) for each in ids]})

    def list_command_invocations(self) -> str:
        """List invocations, likewise."""
        command_id, instance_id = self._get_param("CommandId"), self._get_param("InstanceId")
        found = [
            each.answer()
            for each in self.ec2.commands
            if command_id in (None, each.command_id) and instance_id in (None, each.instance_id)
        ]
        return json.dumps({"CommandInvocations": found})

    def cancel_command(self) -> str:
        """Kill what a command runs; nothing happens to what has ended."""
        ids = self._get_param("InstanceIds") or []
        found = [each for each in self.ec2.commands if each.command_id == self._get_param("CommandId")]
        if not found:
            raise RefusedError("InvalidCommandId", "")
        for each in found:
            each.cancelled |= not ids or each.instance_id in ids
        return "{}"

    def describe_instance_information(self) -> str:
        """List the instances that are managed, all or those that a filter names."""
        filters = {each["Key"]: each["Values"] for each in self._get_param("Filters") or []}
        wanted = filters.get("InstanceIds")
        found = [each for each in self.ec2.managed() if wanted is None or each in wanted]
        described = [
            {
                "InstanceId": each,
                "PingStatus": "Online",
                "PlatformType": "Linux",
                "ResourceType": "EC2Instance",
            }
            for each in found
        ]
        return json.dumps({"InstanceInformationList": described})

    def _command(self, command_id: str) -> dict[str, Any]:
        invocations = [each for each in self.ec2.commands if each.command_id == command_id]
        states = {each.status for each in invocations}
        status = next(iter(states)) if len(states) == 1 else "InProgress"
        request = invocations[0].request
        return {
            "CommandId": command_id,
            "DocumentName": request["DocumentName"],
            "Comment": request.get("Comment", ""),
            "InstanceIds": [each.instance_id for each in invocations],
            "Parameters": request["Parameters"],
            "RequestedDateTime": utcnow().timestamp(),
            "Status": status,
            "StatusDetails": status,
            "TargetCount": len(invocations),
            "CompletedCount": sum(each.status in ENDED for each in invocations),
            "ErrorCount": sum(each.status in ENDED - {"Success"} for each in invocations),
        }


@contextmanager
def answering(ec2: Ec2) -> Iterator[None]:
    """Answer Run Command's calls until the block ends."""
    answers = type("AnsweringResponse", (_Response,), {"ec2": ec2})
    plain = SimpleSystemManagerResponse.call_action

    def call_action(response: SimpleSystemManagerResponse) -> Any:
        if f":{ec2.aws.port}" in response.headers["Host"]:
            response.__class__ = answers
        return plain(response)

    with patch.object(SimpleSystemManagerResponse, "call_action", call_action):
        yield
