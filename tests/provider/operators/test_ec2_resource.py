"""A machine is launched as the fields say, is shared by the tasks on it, and is always ended."""

from __future__ import annotations

import base64
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.ec2 import machine as machine_module
from datapipeline_provider.ec2.errors import Ec2Error, Ec2FailError, NotUsableError, StillThereError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators.ec2_resource import (
    CreateEc2ResourceOperator,
    TerminateEc2ResourceOperator,
)

from tests.provider.operators.machines import Ti, hurry
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from tests.servers.ec2 import Ec2


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def create(ti: Ti | None = None, **arguments: Any) -> dict[str, Any]:
    operator = CreateEc2ResourceOperator(task_id="create_box", retries=2, **arguments)
    return operator.execute({"ti": ti or Ti("create_box")})  # type: ignore[typeddict-item]


def end(pushed: Any = None, run_id: str = "scheduled__2026-03-02T00:00:00+00:00") -> None:
    operator = TerminateEc2ResourceOperator(task_id="terminate_box", instance="create_box")
    ti = Ti("terminate_box", run_id=run_id, pushed={} if pushed is None else {"create_box": pushed})
    operator.execute({"ti": ti})  # type: ignore[typeddict-item]


def test_as_the_fields_say(ec2: Ec2) -> None:
    client = ec2.client
    network = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=network, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    named = client.create_security_group(GroupName="etl", Description="x", VpcId=network)["GroupId"]
    other = client.create_security_group(GroupName="out", Description="x", VpcId=network)["GroupId"]
    client.create_security_group(GroupName="etl", Description="of another network")
    client.create_key_pair(KeyName="k")
    iam = ec2.aws.client("iam")
    iam.create_instance_profile(InstanceProfileName="Worker")
    pushed = create(
        instance_type="m5.large",
        image_id="ami-12c6146b",
        subnet_id=subnet,
        security_group_ids=[other],
        security_groups=["etl"],
        key_pair="k",
        resource_role="Worker",
        terminate_after=timedelta(hours=2),
        tags={"team": "data"},
    )
    found = ec2.instance(pushed["instance_id"])
    assert (found["InstanceType"], found["ImageId"], found["SubnetId"], found["KeyName"]) == (
        "m5.large",
        "ami-12c6146b",
        subnet,
        "k",
    )
    assert {group["GroupId"] for group in found["SecurityGroups"]} == {named, other}
    assert found["IamInstanceProfile"]["Arn"].endswith("/Worker")
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert tags.pop("datapipeline:resource")
    assert tags == {
        "team": "data",
        "Name": "nightly.create_box",
        "datapipeline:dag": "nightly",
        "datapipeline:run": "scheduled__2026-03-02T00:00:00+00:00",
        "datapipeline:task": "create_box",
    }
    (request,) = ec2.requests
    assert request["InstanceInitiatedShutdownBehavior"] == ["terminate"]
    assert base64.b64decode(request["UserData"][0]).decode() == "#!/bin/sh\nshutdown -h +125\n"


def test_with_what_holds_where_nothing_is_said(ec2: Ec2) -> None:
    pushed = create()
    found = ec2.instance(pushed["instance_id"])
    newest = ec2.aws.client("ssm").get_parameter(
        Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    )
    assert (found["InstanceType"], found["ImageId"]) == ("t3.small", newest["Parameter"]["Value"])
    assert "UserData" not in ec2.requests[0]


def test_in_an_availability_zone(ec2: Ec2) -> None:
    found = ec2.instance(create(availability_zone="us-east-1c")["instance_id"])
    assert found["Placement"]["AvailabilityZone"] == "us-east-1c"


@pytest.mark.parametrize("public", [True, False])
def test_a_public_address(public: bool, ec2: Ec2) -> None:
    create(associate_public_ip_address=public, security_groups=["default"])
    (request,) = ec2.requests
    assert request["NetworkInterface.1.AssociatePublicIpAddress"] == [str(public).lower()]
    assert request["NetworkInterface.1.SecurityGroupId.1"][0].startswith("sg-")
    assert not any(key.startswith("SecurityGroup") for key in request)


def test_a_group_that_there_is_not(ec2: Ec2) -> None:
    with pytest.raises(Ec2FailError, match="no security group 'nobody' in the network"):
        create(security_groups=["default", "nobody"])


MARKETS: list[Any] = [
    # try, last one, whether on demand then, market
    (1, 2, True, "spot"),
    (3, 2, True, ""),
    (3, 2, False, "spot"),
    (1, 0, True, ""),
]


@pytest.mark.parametrize(("number", "last", "on_demand", "market"), MARKETS)
def test_on_the_spot_market(number: int, last: int, on_demand: bool, market: str, ec2: Ec2) -> None:
    ti = Ti("create_box", try_number=number, max_tries=last)
    create(ti, spot_bid_price="0.10", use_on_demand_on_last_attempt=on_demand)
    (request,) = ec2.requests
    assert request.get("InstanceMarketOptions.MarketType", [""]) == [market]
    assert request.get("InstanceMarketOptions.SpotOptions.MaxPrice") == (["0.10"] if market else None)


def test_the_end(ec2: Ec2) -> None:
    mine, other = create(), create(Ti("create_box", run_id="other"))
    end(mine)
    assert ec2.states() == {mine["instance_id"]: "terminated", other["instance_id"]: "running"}
    end(mine)  # again does no harm
    end(None, "other")  # what was launched is found although the launching task has said nothing
    assert ec2.states()[other["instance_id"]] == "terminated"


def test_the_end_of_what_was_never_launched(ec2: Ec2) -> None:
    end()
    assert ec2.states() == {}


def test_an_end_that_does_not_come(ec2: Ec2, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed = create()
    ec2.client.modify_instance_attribute(
        InstanceId=pushed["instance_id"], DisableApiTermination={"Value": True}
    )
    with pytest.raises(Exception, match="OperationNotPermitted"):
        end(pushed)
    monkeypatch.setattr("datapipeline_provider.hooks.ec2.Ec2Hook.terminate", lambda *_: None)
    monkeypatch.setattr(machine_module.Keeper.end_all, "__defaults__", ("", 0.2))
    with pytest.raises(
        StillThereError, match=f"{pushed['instance_id']} were told to end and are still there"
    ):
        end(pushed)


def test_a_further_try_ends_what_an_earlier_one_has_launched(ec2: Ec2) -> None:
    first = create()
    second = create(Ti("create_box", try_number=2))
    assert ec2.states() == {first["instance_id"]: "terminated", second["instance_id"]: "running"}


def test_the_answer_to_a_launch_is_lost(ec2: Ec2) -> None:
    ec2.aws.faults.lose_answer("RunInstances", times=2)
    pushed = create()
    assert ec2.states() == {pushed["instance_id"]: "running"}


def test_aws_fails_for_a_while(ec2: Ec2) -> None:
    ec2.aws.faults.unavailable(4)
    pushed = create()
    assert ec2.states() == {pushed["instance_id"]: "running"}


def test_a_machine_that_never_takes_commands(ec2: Ec2) -> None:
    ec2.deaf = True
    with pytest.raises(
        NotUsableError, match=r"runs, but took no commands within 0:00:01 .*AmazonSSMManagedInstanceCore"
    ):
        create(init_timeout=timedelta(seconds=1))
    assert list(ec2.states().values()) == ["terminated"]


def test_a_machine_that_takes_its_time(ec2: Ec2) -> None:
    ec2.online_seconds = 1
    pushed = create(init_timeout=timedelta(seconds=30))
    assert ec2.states() == {pushed["instance_id"]: "running"}


def test_a_machine_that_is_lost_while_it_comes_up(ec2: Ec2) -> None:
    ec2.deaf = True

    def lose() -> None:
        wait_until(lambda: bool(ec2.states()), 20, "launched")
        ec2.break_down(next(iter(ec2.states())))

    thread = threading.Thread(target=lose)
    thread.start()
    with pytest.raises(Ec2Error, match="is terminated"):
        create()
    thread.join()


def test_a_task_that_is_killed_meanwhile(ec2: Ec2) -> None:
    ec2.deaf = True
    operator = CreateEc2ResourceOperator(task_id="create_box")

    def kill() -> None:
        wait_until(lambda: bool(ec2.states()), 20, "launched")
        operator.on_kill()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(CancelledError):
        operator.execute({"ti": Ti("create_box")})  # type: ignore[typeddict-item]
    thread.join()
    assert list(ec2.states().values()) == ["terminated"]


REFUSALS: list[Any] = [
    ("InsufficientInstanceCapacity", Ec2Error),
    ("InvalidAMIID.NotFound", Ec2FailError),
    ("UnauthorizedOperation", Ec2FailError),
]


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
def test_what_ec2_refuses(code: str, kind: type[Exception], ec2: Ec2) -> None:
    ec2.aws.faults.refuse("RunInstances", code, "No.")
    with pytest.raises(Ec2Error, match=f"create_box: AWS refuses RunInstances: .*{code}.*No.") as caught:
        create(image_id="ami-12c6146b")
    assert type(caught.value) is kind


def test_the_processor_decides_the_image() -> None:
    from datapipeline_provider.ec2.request import architecture

    arm = ["m6g.large", "t4g.nano", "c7gn.xlarge", "a1.medium", "im4gn.large", "g5g.xlarge", "x2gd.medium"]
    assert {architecture(each) for each in arm} == {"arm64"}
    intel = [
        "m1.small",
        "t2.small",
        "t3a.micro",
        "g4dn.xlarge",
        "m5.large",
        "c6i.large",
        "g5.xlarge",
        "mac1.metal",
    ]
    assert {architecture(each) for each in intel} == {"x86_64"}
