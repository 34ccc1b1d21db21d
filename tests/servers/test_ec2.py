"""The emulator of EC2 and Systems Manager does what it says, and nothing that it says is untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.servers.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.ec2 import Ec2

pytestmark = pytest.mark.long

IMAGE = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}


def launch(ec2: Ec2, **more: Any) -> str:
    return str(ec2.client.run_instances(**IMAGE, **more)["Instances"][0]["InstanceId"])


def send(ec2: Ec2, instance_id: str, command: str, seconds: int = 60) -> str:
    answer = ec2.aws.client("ssm").send_command(
        InstanceIds=[instance_id],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": command.split("\n"), "executionTimeout": [str(seconds)]},
    )
    return str(answer["Command"]["CommandId"])


def outcome(ec2: Ec2, command_id: str, instance_id: str) -> Any:
    ssm = ec2.aws.client("ssm")

    def said() -> Any:
        return ssm.get_command_invocation(CommandId=command_id, InstanceId=instance_id)

    wait_until(lambda: said()["Status"] not in {"Pending", "InProgress", "Cancelling"}, 20, "ended")
    found = said()
    return (
        found["Status"],
        found["ResponseCode"],
        found["StandardOutputContent"],
        found["StandardErrorContent"],
    )


COMMANDS = [
    ("echo one\necho two >&2", ("Success", 0, "one\n", "two\n")),
    ("exit 3", ("Failed", 3, "", "")),
    ("no-such-program-here 2>/dev/null", ("Failed", 127, "", "")),
]


def test_commands(ec2: Ec2) -> None:
    instance_id = launch(ec2)
    for command, expected in COMMANDS:
        assert outcome(ec2, send(ec2, instance_id, command), instance_id) == expected


def test_what_takes_too_long(ec2: Ec2) -> None:
    instance_id = launch(ec2)
    assert outcome(ec2, send(ec2, instance_id, "sleep 60", 1), instance_id)[0] == "TimedOut"


def test_output_is_cut(ec2: Ec2) -> None:
    instance_id = launch(ec2)
    _, _, stdout, stderr = outcome(ec2, send(ec2, instance_id, "seq 9999; seq 9999 >&2"), instance_id)
    assert (len(stdout), len(stderr), stdout[:4]) == (24_000, 8_000, "1\n2\n")


def test_cancelling_ends_children(ec2: Ec2, tmp_path: Path) -> None:
    instance_id = launch(ec2)
    command_id = send(
        ec2, instance_id, f"touch {tmp_path}/began; (sleep 3; touch {tmp_path}/done) & sleep 60"
    )
    wait_until((tmp_path / "began").exists, 10, "begun")
    ec2.aws.client("ssm").cancel_command(CommandId=command_id)
    assert outcome(ec2, command_id, instance_id)[:2] == ("Cancelled", 137)
    (running,) = [each.running for each in ec2.commands]
    assert running is not None
    assert running.process.returncode == -9


def test_an_instance_that_there_is_not(ec2: Ec2) -> None:
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        send(ec2, "i-0123456789abcdef0", "true")
    instance_id = launch(ec2)
    ec2.client.terminate_instances(InstanceIds=[instance_id])
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        send(ec2, instance_id, "true")


def test_an_instance_takes_its_commands_with_it(ec2: Ec2) -> None:
    instance_id = launch(ec2)
    command_id = send(ec2, instance_id, "sleep 60")
    ec2.break_down(instance_id)
    (command,) = ec2.commands
    assert command.thread is not None
    command.thread.join(10)
    said = ec2.aws.client("ssm").get_command_invocation(CommandId=command_id, InstanceId=instance_id)
    assert said["Status"] == "InProgress"  # as far as anybody has heard
    assert command.running is not None
    assert command.running.process.poll() is not None


def test_a_token_launches_once(ec2: Ec2) -> None:
    first = launch(ec2, ClientToken="a")
    assert launch(ec2, ClientToken="a") == first
    assert launch(ec2, ClientToken="b") != first
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        launch(ec2, ClientToken="a", InstanceType="m5.large")
    ec2.client.terminate_instances(InstanceIds=[first])
    assert launch(ec2, ClientToken="a") == first
    assert ec2.states()[first] == "terminated"


def test_online(ec2: Ec2) -> None:
    def online(instance_id: str) -> list[str]:
        wanted = [{"Key": "InstanceIds", "Values": [instance_id]}]
        found = ec2.aws.client("ssm").describe_instance_information(Filters=wanted)["InstanceInformationList"]
        return [each["PingStatus"] for each in found]

    instance_id = launch(ec2)
    assert online(instance_id) == ["Online"]
    ec2.deaf = True
    assert online(instance_id) == []


# Lines of a command, further parameters, and what it prints.
WAYS: list[tuple[list[str], dict[str, list[str]], str]] = [
    (["false", "echo goes on"], {}, "goes on\n"),
    (["#!/bin/bash", "[[ a == a ]] && echo bash"], {}, "bash\n"),
    (["pwd"], {"workingDirectory": ["/"]}, "/\n"),
]


def test_ways_to_run(ec2: Ec2) -> None:
    instance_id = launch(ec2)
    for lines, parameters, printed in WAYS:
        answer = ec2.aws.client("ssm").send_command(
            InstanceIds=[instance_id],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": lines, **parameters},
        )
        assert outcome(ec2, answer["Command"]["CommandId"], instance_id) == ("Success", 0, printed, "")


def test_the_home_stays_and_s3_is_reached(ec2: Ec2) -> None:
    ec2.aws.client("s3").create_bucket(Bucket="etl")
    instance_id = launch(ec2)
    outcome(ec2, send(ec2, instance_id, "echo 5 > ~/five"), instance_id)
    command_id = send(ec2, instance_id, "aws s3 cp ~/five s3://etl/five --only-show-errors")
    assert outcome(ec2, command_id, instance_id) == ("Success", 0, "", "")
    assert ec2.aws.client("s3").get_object(Bucket="etl", Key="five")["Body"].read() == b"5\n"


def test_the_whole_output_goes_to_s3(ec2: Ec2) -> None:
    s3 = ec2.aws.client("s3")
    s3.create_bucket(Bucket="etl")
    instance_id = launch(ec2)
    answer = ec2.aws.client("ssm").send_command(
        InstanceIds=[instance_id],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["printf %030000d 0"]},
        OutputS3BucketName="etl",
        OutputS3KeyPrefix="out",
    )
    command_id = answer["Command"]["CommandId"]
    key = f"out/{command_id}/{instance_id}/awsrunShellScript/0.awsrunShellScript/stdout"
    wait_until(lambda: s3.list_objects_v2(Bucket="etl")["KeyCount"] == 1, 10, "written")
    assert s3.get_object(Bucket="etl", Key=key)["Body"].read() == b"0" * 30_000


def test_an_instance_is_known_a_little_later(ec2: Ec2) -> None:
    ec2.online_seconds = 0.5
    instance_id = launch(ec2)
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        send(ec2, instance_id, "true")
    wait_until(lambda: bool(ec2.managed()), 10, "known")
    assert outcome(ec2, send(ec2, instance_id, "true"), instance_id)[0] == "Success"


def test_an_invocation_is_not_known_at_once(ec2: Ec2) -> None:
    ec2.delivery_seconds = 5
    instance_id = launch(ec2)
    with pytest.raises(ClientError, match="InvocationDoesNotExist"):
        outcome(ec2, send(ec2, instance_id, "true"), instance_id)
