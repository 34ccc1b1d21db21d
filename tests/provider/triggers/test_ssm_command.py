from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.hooks import aws
from datapipeline_provider.triggers import _watching
from datapipeline_provider.triggers.ssm_command import SsmCommandTrigger

from tests.provider.operators.emr_runs import first_event
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from tests.servers.ec2 import Ec2


def trigger(command_id: str, instance_id: str, until: float | None = None) -> SsmCommandTrigger:
    return SsmCommandTrigger(command_id, instance_id, until, 0.05, "aws_default", None, {"a": [1]})


def fired(waiting: SsmCommandTrigger) -> Any:
    return asyncio.run(asyncio.wait_for(first_event(waiting), 30))


def machine(ec2: Ec2) -> str:
    """Launch an instance that takes commands."""
    launched = ec2.client.run_instances(
        ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1, ClientToken="one"
    )
    instance_id = str(launched["Instances"][0]["InstanceId"])
    wait_until(lambda: instance_id in ec2.managed(), 30, "it takes commands")
    return instance_id


def sent(ec2: Ec2, instance_id: str, command: str) -> str:
    answer = ec2.aws.client("ssm").send_command(
        InstanceIds=[instance_id], DocumentName="AWS-RunShellScript", Parameters={"commands": [command]}
    )
    return str(answer["Command"]["CommandId"])


def test_serialize() -> None:
    path, arguments = trigger("c-1", "i-1", until=1.5).serialize()
    assert path == "datapipeline_provider.triggers.ssm_command.SsmCommandTrigger"
    assert json.loads(json.dumps(arguments)) == arguments
    assert SsmCommandTrigger(**arguments).serialize() == (path, arguments)


def test_a_command_that_ends_and_one_that_is_ended_with_its_task(ec2: Ec2) -> None:
    instance_id = machine(ec2)
    over = {"error": "", "state": {"a": [1]}}
    assert fired(trigger(sent(ec2, instance_id, "true"), instance_id)) == over
    waiting = trigger(sent(ec2, instance_id, "sleep 60"), instance_id)
    wait_until(lambda: ec2.commands[-1].status == "InProgress", 30, "the command runs")
    assert fired(trigger(ec2.commands[-1].command_id, instance_id, until=0.0)) == over
    asyncio.run(waiting.on_kill())
    assert fired(waiting) == over
    assert [each.status for each in ec2.commands] == ["Success", "Cancelled"]


def test_a_service_that_fails_for_long(ec2: Ec2, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "_PATIENT", 1)
    monkeypatch.setattr(_watching, "PATIENCE_SECONDS", 0.2)
    ec2.aws.faults.refuse("GetCommandInvocation", "InternalServerError", times=1000, status=500)
    event = fired(trigger("0" * 36, "i-0123456789abcdef0"))
    assert "An error occurred (InternalServerError)" in event["error"]
    assert event["state"] == {"a": [1]}
